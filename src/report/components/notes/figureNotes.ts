import {memberOf} from "../../../base/validation/memberOf.js";
import {definitionOf} from "./definitions.js";
import {openMade} from "./made.js";
import {keepPlaced, placeNote} from "./placeNote.js";

const NAMES_ROWS = /^(scored|rows|expected$|n\b)/i;
const NAMES_INTERVAL = /interval|\bCI\b/i;

/**
 * Tells of every figure of a table what it is: row and column, rows and interval that stand beside it, and its definition. A
 * reader points at it, or enters the table by keyboard and moves with the arrow keys. Enter goes to the rows of a figure, or opens how the table is made.
 */
export function figureNotes(region: HTMLElement, table: HTMLTableElement): void {
  const note = document.createElement("p");
  note.className = "figure-note";
  note.setAttribute("role", "status");
  let shown: HTMLTableCellElement | undefined;
  let letGo: () => void = () => undefined;
  const show = (cell: HTMLTableCellElement | undefined) => {
    if (cell === shown) return;
    shown = cell;
    letGo();
    if (!cell) return note.remove();
    note.textContent = noteOf(table, cell);
    if (!note.isConnected) region.append(note);
    placeNote(note, cell.getBoundingClientRect());
    letGo = keepPlaced(note, cell, () => show(undefined));
  };
  const figureAt = (target: EventTarget | null) => {
    const cell = (target as Element | null)?.closest?.("td.number");
    return cell && table.contains(cell) ? (cell as HTMLTableCellElement) : undefined;
  };
  region.addEventListener("pointerover", ({target}) => show(figureAt(target)));
  region.addEventListener("pointerleave", ({pointerType}) => {
    // A finger that is lifted leaves too: its note stays until something else is touched.
    if (pointerType !== "touch") show(undefined);
  });
  region.addEventListener("focusin", ({target}) => {
    const cell = figureAt(target);
    // A touch of a figure gives the focus to the region around it.
    if (cell) show(cell);
  });
  region.addEventListener("focusout", () => show(undefined));
  region.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return show(undefined);
    if (event.key === "Enter") {
      const rows = figureAt(event.target)?.querySelector<HTMLAnchorElement>(".rows-link");
      if (rows) return rows.click();
      if (figureAt(event.target) && openMade(region)) return event.preventDefault();
    }
    const step = memberOf(STEPS, event.key);
    const from = figureAt(event.target);
    if (!step || (!from && event.target !== region)) return;
    const next = from
      ? neighbour(from, step)
      : table.querySelector<HTMLTableCellElement>("tr:not([hidden]) > td.number");
    if (!next) return;
    event.preventDefault();
    next.tabIndex = -1;
    next.focus();
  });
}

const STEPS: Readonly<Record<string, readonly [line: number, column: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1]
};

/** The next figure in that direction. */
function neighbour(
  cell: HTMLTableCellElement,
  [line, column]: readonly [number, number]
): HTMLTableCellElement | undefined {
  const rows = [...cell.closest("table")!.rows];
  let [y, x] = [rows.indexOf(cell.parentElement as HTMLTableRowElement), cell.cellIndex];
  for (;;) {
    [y, x] = [y + line, x + column];
    const next = rows[y]?.cells[x];
    if (!next) return undefined;
    if (next.matches("tr:not([hidden]) > td.number")) return next;
  }
}

/** What a cell says of itself, else what its heads and neighbours say of it. */
function noteOf(table: HTMLTableElement, cell: HTMLTableCellElement): string {
  if (cell.dataset.note !== undefined) return cell.dataset.note;
  const heads = [...(table.tHead?.rows[table.tHead.rows.length - 1]?.cells ?? [])];
  const names = heads.map(tableCellText);
  const line = [...(cell.parentElement as HTMLTableRowElement).cells];
  const name = names[cell.cellIndex] ?? "";
  const beside = line.flatMap((other, i) => {
    const title = names[i] ?? "";
    if (other === cell || !other.matches("td.number")) return [];
    return NAMES_ROWS.test(title) || NAMES_INTERVAL.test(title) ? [`${title} ${tableCellText(other)}`] : [];
  });
  const small = [cell, heads[cell.cellIndex]].flatMap((one) =>
    [...(one?.querySelectorAll("small") ?? [])].map((part) => part.textContent?.trim() ?? "")
  );
  const row = line.find((one) => one.matches("th[scope=row]"));
  return [
    `${row ? `${tableCellText(row)}, ` : ""}${name}: ${[tableCellText(cell), ...small].join(", ")}.`,
    beside.length > 0 ? `${beside.join("; ")}.` : "",
    definitionOf(name) ?? ""
  ]
    .filter((one) => one !== "")
    .join(" ");
}

function tableCellText(cell: Element): string {
  const copy = cell.cloneNode(true) as Element;
  for (const small of copy.querySelectorAll("small")) small.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}
