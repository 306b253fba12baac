import {type Database, LEDGER, writeParquetRows} from "../store/index.js";
import {type LedgerEntry} from "./ledger.js";

export const LEDGER_FILE = "ledger.parquet";
export const LEDGER_SUMMARY = "ledger.json";

/** Writes a ledger's entries in the order of their places, whatever order they come in. */
export async function writeLedgerRows(
  db: Database,
  file: string,
  entries: AsyncIterable<LedgerEntry>
): Promise<void> {
  await writeParquetRows(
    db,
    file,
    LEDGER,
    entries,
    (source) => `select * from ${source} order by row_id, "column", path nulls first, start, "end", type`
  );
}
