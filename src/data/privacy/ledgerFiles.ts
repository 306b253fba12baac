import {type Database, LEDGER, writeParquetLines, writeParquetRows} from "../../base/store/index.js";
import type {LedgerEntry} from "./ledger.js";

export const LEDGER_FILE = "ledger.parquet";
export const LEDGER_SUMMARY = "ledger.json";

const inOrder = (source: string) =>
  `select * from ${source} order by row_id, "column", path nulls first, start, "end", type`;

/** Writes a ledger's entries in the order of their places, whatever order they come in. */
export async function writeLedgerRows(
  db: Database,
  file: string,
  entries: AsyncIterable<LedgerEntry>
): Promise<void> {
  await writeParquetRows(db, file, LEDGER, entries, inOrder);
}

/** The same of entries that are JSON already, one a line. */
export async function writeLedgerLines(
  db: Database,
  file: string,
  lines: AsyncIterable<Uint8Array>
): Promise<void> {
  await writeParquetLines(db, file, LEDGER, lines, inOrder);
}
