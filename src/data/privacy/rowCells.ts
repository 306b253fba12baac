import type {Layer, Recognizer} from "./finding.js";
import {type LedgerEntry, scanRow} from "./ledger.js";
import type {RedactionPolicy} from "./redact.js";

/** Cells of one row, in the order of the settings' columns. */
export interface RowCells {
  id: string;
  cells: readonly (string | null)[];
}

export interface ScannedCells {
  id: string;
  entries: LedgerEntry[];
  /** By column: the cell as the policy leaves it, undefined when it stays. Absent when all stay. */
  cells?: (string | undefined)[];
}

/** What a thread needs to know; plain data. */
export interface ScanSettings {
  columns: readonly string[];
  /** Those of the columns whose cells are the JSON of lists, structures and numbers. */
  nested: readonly string[];
  layers: readonly Layer[];
  minScore: number;
  policy?: RedactionPolicy;
}

/** One row by the settings. */
export function scanCells(
  {id, cells}: RowCells,
  {columns, ...options}: ScanSettings & {recognizers?: readonly Recognizer[]}
): ScannedCells {
  const row = Object.fromEntries(columns.map((column, index) => [column, cells[index]]));
  const {row: made, entries} = scanRow(id, row, columns, options);
  const changed = columns.map((column, index) =>
    made[column] === cells[index] ? undefined : (made[column] as string)
  );
  return {id, entries, cells: changed.some((cell) => cell !== undefined) ? changed : undefined};
}
