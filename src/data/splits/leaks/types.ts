import type {Database} from "../../../base/store/index.js";

/** A row of the test part that the training part knows, and the training row it is known by. */
export interface LeakingRow {
  /** Id of the test row. */
  row: string;
  /** Id of a training row: the one most like it, of several the smallest id. */
  known: string;
  /** How alike the two are, from 0 to 1, where the measure is a degree. */
  similarity?: number;
}

/** What one measure found. */
export interface Leaks {
  /** Rows of the test part that were looked at. */
  of: number;
  /** At most one for a test row, in the order of their ids. */
  rows: LeakingRow[];
}

/** Rows of the test part that stand in the training part too, and their share of the test part. */
export interface Leakage {
  rows: number;
  share: number;
}

/** What is compared: the version's rows, and a table of row_id, part and group_key. */
export interface ComparedRows {
  db: Database;
  rows: string;
  assigned: string;
}

/** Undefined without test rows. */
export function leakageOf({of, rows}: Leaks): Leakage | undefined {
  return of > 0 ? {rows: rows.length, share: rows.length / of} : undefined;
}

export function sortedById(rows: LeakingRow[]): LeakingRow[] {
  return rows.sort((a, b) => (a.row < b.row ? -1 : a.row > b.row ? 1 : 0));
}
