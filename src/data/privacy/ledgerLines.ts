import {type Acceptance, acceptedReason} from "./acceptances.js";
import {type CountedRows, LedgerCounts, type LedgerEntry} from "./ledger.js";
import {type RowCells, scanCells, type ScanSettings} from "./rowCells.js";

export interface LedgerRow extends RowCells {
  hash: string;
  /** What a pull did about the row already. */
  known?: readonly LedgerEntry[];
}

export interface LedgerSettings extends ScanSettings {
  accepted: readonly Acceptance[];
}

/** A portion of a ledger as it is written, one entry a line, and what is in it: small to hand over between threads. */
export interface LedgerLines {
  lines: Uint8Array;
  counts: CountedRows;
}

/** Scans rows into lines of a ledger; a clean row is counted and has none. */
export function ledgerLines(rows: readonly LedgerRow[], settings: LedgerSettings): LedgerLines {
  const reasonOf = acceptedReason(settings.accepted);
  const counts = new LedgerCounts();
  let lines = "";
  for (const row of rows) {
    const {entries} = scanCells(row, settings);
    for (const entry of entries) {
      const reason = reasonOf(entry, row.hash);
      if (reason !== undefined) entry.accepted = reason;
    }
    const all = row.known ? [...row.known, ...entries] : entries;
    counts.add(all);
    for (const entry of all) lines += JSON.stringify(entry) + "\n";
  }
  return {lines: Buffer.from(lines), counts: {...counts}};
}
