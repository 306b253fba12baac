import {memberOf} from "../../../base/validation/memberOf.js";
import {fromAddress, onReturn, rememberInAddress} from "../address/address.js";

type Order = "ascending" | "descending";

const KEY = "sorted";

/**
 * Lets a reader sort a table by a column: a click on its head, first the greatest or the last of the alphabet, then the other
 * way round, then as it was. Cells without a value come last. The address keeps the order of the table sorted last, by its name.
 */
export function sortable(table: HTMLTableElement, name: string): void {
  const [head] = table.tHead?.rows ?? [];
  const body = table.tBodies[0];
  if (!head || !body || table.tBodies.length !== 1 || body.rows.length < 3) return;
  const original = [...body.rows];
  const sort = (column: number, order: Order | undefined) => {
    for (const cell of head.cells) cell.removeAttribute("aria-sort");
    if (order) head.cells[column]!.setAttribute("aria-sort", order);
    body.append(...(order ? sorted(original, column, order === "ascending" ? 1 : -1) : original));
  };
  const asInAddress = () => {
    const [of, place, order] = (fromAddress(KEY) ?? "").split("~");
    const column = Number(place) - 1;
    const known = of === name && (order === "ascending" || order === "descending") && head.cells[column];
    sort(column, known ? order : undefined);
  };
  [...head.cells].forEach((cell, column) => {
    if (headingText(cell) === "") return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...[...cell.childNodes].filter((node) => (node as Element).tagName !== "SMALL"));
    cell.prepend(button);
    button.addEventListener("click", () => {
      const state = cell.getAttribute("aria-sort");
      const next = state === null ? "descending" : state === "descending" ? "ascending" : undefined;
      sort(column, next);
      rememberInAddress({[KEY]: next && `${name}~${column + 1}~${next}`});
    });
  });
  if (fromAddress(KEY) !== null) asInAddress();
  onReturn(table, asInAddress);
}

function headingText(cell: HTMLTableCellElement): string {
  const copy = cell.cloneNode(true) as Element;
  for (const note of copy.querySelectorAll("small")) note.remove();
  return copy.textContent?.trim() ?? "";
}

function sorted(
  rows: readonly HTMLTableRowElement[],
  column: number,
  direction: 1 | -1
): HTMLTableRowElement[] {
  const keys = new Map(rows.map((row) => [row, sortValue(row.cells[column])]));
  return rows.toSorted((a, b) => {
    const [x, y] = [keys.get(a), keys.get(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return (
      direction * (typeof x === "number" && typeof y === "number" ? x - y : compare(String(x), String(y)))
    );
  });
}

const {compare} = new Intl.Collator("en", {numeric: true});

const UNITS: Readonly<Record<string, number>> = {s: 1000, min: 60_000, kB: 1e3, MB: 1e6};

/** The number of a cell of numbers, the text of another; undefined where there is none. */
function sortValue(cell: HTMLTableCellElement | undefined): number | string | undefined {
  if (!cell) return undefined;
  const copy = cell.cloneNode(true) as Element;
  for (const note of copy.querySelectorAll("small")) note.remove();
  const text = (copy.textContent ?? "").replace(/\s+/g, " ").trim();
  if (text === "" || text === "–") return undefined;
  if (!cell.classList.contains("number")) return text;
  const found = /^(?:< ?)?[$+]?([−-]?[\d,]*\.?\d+(?:e[−+-]?\d+)?)(?:%|×)? ?(\w+)?/.exec(text);
  if (!found) return undefined;
  return Number(found[1]!.replaceAll(",", "").replaceAll("−", "-")) * (memberOf(UNITS, found[2] ?? "") ?? 1);
}
