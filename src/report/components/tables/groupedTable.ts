import {html} from "htl";
import {figureNotes} from "../notes/figureNotes.js";
import {figureFoot, type Provenance} from "../notes/made.js";
import {tableButton} from "../notes/saving.js";
import {plainName} from "../text/names.js";
import {sortable} from "./sortable.js";
import {tableFilter} from "./tableFilter.js";
import type {PageContent} from "../text/elements.js";

/** Columns from which a table is too wide for a phone. */
const CARDS = 4;

export interface GroupedColumn<T> {
  name: string;
  /** Small print below the name. */
  note?: PageContent;
  value(row: T, index: number): PageContent;
  /** Numbers stand on the right. */
  numeric?: boolean;
  /** Cells of this column name their row for a screen reader. */
  heading?: boolean;
  /** Stays in view when the table scrolls sideways. */
  pinned?: boolean;
  /** Text wraps in this column only. */
  wide?: boolean;
}

export interface TableOptions<T> {
  /** Says what the table holds; shown to screen readers. */
  caption: string;
  highlight?(row: T): boolean;
  /**
   * On a phone each row is a card, its cells below each other with their column's name. By default, tables of four columns and more
   * are, but for those with a pinned column.
   */
  cards?: boolean;
  /** False for a table of some rows of a longer list: its rows are chosen elsewhere. A long table has a filter by default. */
  filter?: boolean;
  /** What its figures are, of how many rows, and the query that gives them. */
  made?: Provenance;
}

export interface RowGroup<T> {
  /** What its rows have in common, in a line above them. */
  heading?: PageContent;
  rows: readonly T[];
}

/** A heading with more characters wraps: in one line it would push the figures out of sight. */
const LONG = 48;

function isLong(content: PageContent): boolean {
  const text = content instanceof Node ? content.textContent : content;
  return typeof text === "string" && text.trim().length > LONG;
}

function isEmpty(content: PageContent): boolean {
  if (Array.isArray(content)) return content.every(isEmpty);
  if (content === null || content === undefined || content === false) return true;
  const text = String(content instanceof Node ? content.textContent : content).trim();
  return text === "" || text === "–";
}

/**
 * A table that scrolls sideways within its own box, reachable by keyboard, its rows in groups; its heads sort, a long one filters. A
 * column without anything in it is left out.
 */
export function groupedTable<T>(
  groups: readonly RowGroup<T>[],
  all: readonly GroupedColumn<T>[],
  options: TableOptions<T>
): HTMLElement {
  const cells = all.map((column) => groups.map(({rows}) => rows.map((row, i) => column.value(row, i))));
  const kept = [...all.keys()].filter((c) => all[c]!.heading || !cells[c]!.flat().every(isEmpty));
  const columns = kept.map((c) => all[c]!);
  const kind = (column: GroupedColumn<T>) =>
    column.numeric ? "number" : column.wide ? "wide" : column.pinned ? "pinned" : undefined;
  const headingKind = (column: GroupedColumn<T>, content: PageContent) =>
    isLong(content) ? `wide ${kind(column) ?? ""}` : kind(column);
  const cards = options.cards ?? (columns.length >= CARDS && columns.every(({pinned}) => !pinned));
  const region = html`<div class="scroll" role="region" aria-label=${options.caption} tabindex="0">
    <table class=${cards ? "as-cards" : undefined}>
      <caption class="hidden">
        ${options.caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(
            (column) =>
              html`<th scope="col" class=${kind(column)}>
                ${column.name}${column.note ? html`<small>${column.note}</small>` : null}
              </th>`
          )}
        </tr>
      </thead>
      ${groups.map(
        ({heading, rows}, group) =>
          html`<tbody>
            ${
              heading
                ? html`<tr class="group">
                    <th scope="rowgroup" colspan=${columns.length}>${heading}</th>
                  </tr>`
                : null
            }
            ${rows.map(
              (row, index) =>
                html`<tr class=${options.highlight?.(row) ? "highlight" : undefined}>
                  ${columns.map((column, c) => {
                    const content = cells[kept[c]!]![group]![index];
                    return column.heading
                      ? html`<th scope="row" class=${headingKind(column, content)}>${content}</th>`
                      : html`<td class=${kind(column)} data-name=${column.name}>${content}</td>`;
                  })}
                </tr>`
            )}
          </tbody>`
      )}
    </table>
  </div>`;
  const table = region.querySelector("table")!;
  const name = plainName(options.caption);
  sortable(table, name);
  figureNotes(region, table);
  return html`<div class="table framed">
    ${options.filter === false ? null : tableFilter(table, name)}
    ${region}${figureFoot(options.made, tableButton(table, options.caption))}
  </div>`;
}
