import {displayWidth, MISSING, padded, shortened} from "./displayWidth.js";
import {bold, printable, printableLines} from "./escapes.js";
import {outputWidth} from "./outputWidth.js";
import {blockLines} from "./tableBlocks.js";
import {fittedWidths} from "./tableWidths.js";
import {wrappedLine} from "./wrap.js";

export interface TableColumn<T> {
  title: string;
  value: (row: T) => string | number | undefined | null;
  align?: "left" | "right";
  /**
   * Texts that give way in a narrow terminal: names are cut as long as they can be told apart, excerpts are cut, prose is
   * wrapped. Without it the column stays as wide as it is, as numbers, intervals and ids must.
   */
  text?: "name" | "excerpt" | "prose";
}

interface TableCellPlace {
  /** Columns of the terminal; undefined where the table may be as wide as it is. */
  width?: number;
  /** Blanks before every line. */
  indent?: number;
}

/** Texts other than prose in a terminal, and elsewhere, where only what would be no table any more is cut. */
const LONGEST = 80;
const LONGEST_ELSEWHERE = 4000;
const GAP = 2;

/**
 * A plain table: two blanks between columns, numbers to the right, "–" for what is missing. Where a terminal is too narrow for
 * it, its texts give way; where that is not enough, each row becomes a block of lines.
 */
export function table<T>(
  rows: readonly T[],
  columns: readonly TableColumn<T>[],
  {width = outputWidth(), indent = 0}: TableCellPlace = {}
): string {
  const titles = columns.map(({title}) => printable(title));
  const cells = rows.map((row) => columns.map((column) => cell(column, row, width !== undefined)));
  const fitted = fittedWidths(cells, columns, {
    titles,
    space: width === undefined ? Infinity : width - indent - GAP * (columns.length - 1)
  });
  const lines = fitted
    ? gridLines([titles, ...cells], columns, fitted)
    : blockLines(cells, titles, width! - indent);
  return lines.map((line) => " ".repeat(line === "" ? 0 : indent) + line).join("\n");
}

function cell<T>(column: TableColumn<T>, row: T, narrow: boolean): string {
  const value = column.value(row);
  if (value === undefined || value === null) return MISSING;
  const text = printableLines(String(value)).replace(/\s+/g, " ");
  if (column.text === "prose") return text;
  return shortened(text, narrow ? LONGEST : LONGEST_ELSEWHERE);
}

function gridLines<T>(
  grid: readonly string[][],
  columns: readonly TableColumn<T>[],
  limits: readonly number[]
): string[] {
  const laid = grid.map((texts, row) =>
    texts.map((text, c) => cellLines(text, columns[c]!, limits[c]!, row))
  );
  const widths = columns.map((_, c) =>
    laid.reduce((most, row) => row[c]!.reduce((wide, line) => Math.max(wide, displayWidth(line)), most), 0)
  );
  return laid.flatMap((row, r) => {
    const height = row.reduce((most, {length}) => Math.max(most, length), 1);
    return Array.from({length: height}, (_, h) => {
      const line = row
        .map((lines, c) => {
          // A heading ends right above its column.
          const text = lines[r === 0 ? h - height + lines.length : h] ?? "";
          return padded(text, widths[c]!, columns[c]!.align);
        })
        .join(" ".repeat(GAP))
        .trimEnd();
      return r === 0 ? bold(line) : line;
    });
  });
}

function cellLines<T>(text: string, {text: kind}: TableColumn<T>, limit: number, row: number): string[] {
  if (row === 0 || kind === "prose") return wrappedLine(text, limit);
  return [kind === undefined ? text : shortened(text, limit)];
}
