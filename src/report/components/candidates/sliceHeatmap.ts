import {group, max, min} from "d3";
import {html} from "htl";
import {standingOf} from "../../../evals/decisions/standing.js";
import {valueName} from "../../../evals/decisions/valueName.js";
import type {SliceCell, SliceRow, SliceTable} from "../../../evals/decisions/sliceTable.js";
import {rowsLink} from "../address/rowLink.js";
import type {PageContent} from "../text/elements.js";
import {figureNotes} from "../notes/figureNotes.js";
import {countText, pluralText, type ScoreFormat} from "../text/format.js";
import {figureFoot, type Provenance} from "../notes/made.js";
import {tableButton} from "../notes/saving.js";

/** Slices of one kind that are drawn; the rest are in few rows each. */
const MOST = 12;

export interface HeatmapOptions {
  kind: "score" | "difference";
  /** In the order of the lines. */
  candidates: readonly string[];
  reference: string;
  format: ScoreFormat;
  alpha: number;
  /** A difference whose interval lies within ± this is a tie, in score units. */
  margin: number;
  /** Slices that are not in the table for want of rows, by slicing. */
  smaller?: readonly {slice: string; values: number}[];
  made: Provenance;
}

interface SliceColumn {
  slice: string;
  shown: SliceRow[];
  /** Slices that are not drawn. */
  left: number;
}

function slicingsOf(table: SliceTable, smaller: HeatmapOptions["smaller"] = []): SliceColumn[] {
  const beyond = (name: string) => smaller.find(({slice}) => slice === name)?.values ?? 0;
  return [...group(table.rows, ({slice}) => slice)].map(([slice, all]) => {
    const largest = [...all].sort((a, b) => b.rows - a.rows).slice(0, MOST);
    return {
      slice,
      shown: all.filter((row) => largest.includes(row)),
      left: all.length - largest.length + beyond(slice)
    };
  });
}

/** The slices that stand in columns, from left to right. */
export function heatmapColumns(table: SliceTable): SliceRow[] {
  return slicingsOf(table).flatMap(({shown}) => shown);
}

/** On a phone there is room for one slice: leaves this column and hides the others there. */
export function showColumn(map: HTMLElement, column: number): void {
  for (const cell of map.querySelectorAll<HTMLElement>("[data-column]"))
    cell.classList.toggle("other-slice", Number(cell.dataset.column) !== column);
}

/**
 * A table coloured by its numbers: a line a candidate, a column a slice, with the rows of each. Scores run from pale to
 * strong; differences are one colour above zero and another below, with an arrow where they differ from zero
 * after correction and may leave the margin.
 */
export function heatmap(table: SliceTable, options: HeatmapOptions): HTMLElement {
  const groups = slicingsOf(table, options.smaller);
  const shown = groups.flatMap((one) => one.shown);
  const colour = colourOf(shown, options);
  const caption = `${options.kind === "score" ? "Scores" : `Differences from ${options.reference}`} of ${pluralText(options.candidates.length, "candidate")} in ${pluralText(shown.length, "slice")}`;
  const region = html`<div class="scroll" role="region" aria-label=${caption} tabindex="0">
    <table class="heatmap">
      <caption class="hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          <td></td>
          ${groups.map((one) => html`<th scope="colgroup" colspan=${one.shown.length} class="slicing">${one.slice}</th>`)}
        </tr>
        <tr>
          <th scope="col">candidate</th>
          ${shown.map(
            (row, i) =>
              html`<th scope="col" class="number" data-column=${i}>
                ${valueName(row.value)}<small>n ${countText(row.rows)}</small>
              </th>`
          )}
        </tr>
      </thead>
      <tbody>
        ${options.candidates.map(
          (candidate) =>
            html`<tr class=${candidate === options.reference ? "highlight" : undefined}>
              <th scope="row"><span class="name">${candidate}</span></th>
              ${shown.map((row, i) => {
                const cell = row.cells.find((one) => one.candidate === candidate);
                return html`<td class="number" data-column=${i} style=${cell && colour(cell)}>
                  ${
                    cell &&
                    rowsLink(content(cell, row, options), {
                      slice: `${row.slice}=${row.value}`,
                      first: candidate,
                      second: options.reference
                    })
                  }
                </td>`;
              })}
            </tr>`
        )}
      </tbody>
    </table>
  </div>`;
  const drawn = region.querySelector("table")!;
  figureNotes(region, drawn);
  return html`<div class="framed">
    ${region}${figureFoot(options.made, tableButton(drawn, caption))}
    <p class="small">${explanation(groups, options)}</p>
  </div>`;
}

function content(
  cell: SliceCell,
  row: SliceRow,
  {kind, reference, format, margin, alpha}: HeatmapOptions
): PageContent {
  const n = cell.scored < row.rows ? html`<small>n ${countText(cell.scored)}</small>` : null;
  if (kind === "score" || cell.candidate === reference) return [format.score(cell.mean).replace("%", ""), n];
  const {difference} = cell;
  if (!difference) return ["–", n];
  const standing = standingOf({...difference, difference: difference.estimate}, margin, alpha);
  const differs = standing === "better" || standing === "worse";
  const text = format.difference(difference.estimate);
  return [differs ? html`<b>${difference.estimate > 0 ? "▲" : "▼"} ${text}</b>` : text, n];
}

function colourOf(
  rows: readonly SliceRow[],
  {kind, reference}: HeatmapOptions
): (cell: SliceCell) => string | undefined {
  const cells = rows.flatMap((row) => row.cells);
  const mix = (name: string, share: number) =>
    `background: color-mix(in srgb, var(${name}) ${Math.round(share)}%, transparent)`;
  if (kind === "score") {
    const low = min(cells, ({mean}) => mean) ?? 0;
    const high = max(cells, ({mean}) => mean) ?? 1;
    return ({mean}) =>
      mean === undefined ? undefined : mix("--accent", 3 + (42 * (mean - low)) / (high - low || 1));
  }
  const most = max(cells, ({difference}) => Math.abs(difference?.estimate ?? 0)) || 1;
  return ({candidate, difference}) =>
    candidate === reference || !difference || difference.estimate === 0
      ? undefined
      : mix(
          difference.estimate > 0 ? "--accent" : "--worse",
          6 + 42 * Math.sqrt(Math.abs(difference.estimate) / most)
        );
}

/** A plain score has no unit of its own. */
const unit = (name: string) => (name === "score" ? "units of the score" : name);

function explanation(
  groups: readonly SliceColumn[],
  {kind, reference, format, alpha}: HeatmapOptions
): string {
  const left = groups
    .filter((one) => one.left > 0)
    .map((one) => `${countText(one.left)} smaller slices of ${one.slice}`);
  const what =
    kind === "score"
      ? `In ${unit(format.unit)}: the stronger the colour, the higher the score.`
      : `In ${unit(format.differenceUnit)}: green above ${reference}, orange below; an arrow where it differs from zero at an error rate of ${Math.round(100 * alpha)}% after correction. The line of ${reference} itself shows its scores.`;
  const all = `${what} A cell leads to its rows.`;
  return left.length > 0 ? `${all} Left out: ${left.join(", ")}.` : all;
}
