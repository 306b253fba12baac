import {ledgerLines, type LedgerRow, type LedgerSettings} from "./ledgerLines.js";
import {type RowCells, scanCells, type ScanSettings} from "./rowCells.js";

/** What a thread can be asked to make of a portion of rows; arguments and results are plain data. */
export const tasks = {
  cells: (rows: readonly RowCells[], settings: ScanSettings) => rows.map((row) => scanCells(row, settings)),
  ledger: (rows: readonly LedgerRow[], settings: LedgerSettings) => ledgerLines(rows, settings)
};

export type TaskName = keyof typeof tasks;
export type TaskRow<T extends TaskName> = Parameters<(typeof tasks)[T]>[0][number];
export type TaskSettings<T extends TaskName> = Parameters<(typeof tasks)[T]>[1];
export type TaskResult<T extends TaskName> = ReturnType<(typeof tasks)[T]>;
