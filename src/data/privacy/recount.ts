import {type Store, type VersionManifest, versionTable} from "../../base/store/index.js";
import {LedgerCounts, type LedgerEntry, type LedgerSummary} from "./ledger.js";
import {LEDGER_FILE} from "./ledgerFiles.js";

/** The summary with the counts of what the ledger holds now: a purge takes rows from a version and its ledger, not from the summary. */
export async function recounted(
  store: Store,
  version: VersionManifest,
  summary: LedgerSummary
): Promise<LedgerSummary> {
  const ledger = (await versionTable(store.workspace, version, LEDGER_FILE))!;
  const counts = new LedgerCounts();
  let row: LedgerEntry[] = [];
  for await (const batch of store.batches<LedgerEntry>(`select * from ${ledger} order by row_id`))
    for (const entry of batch) {
      if (row.length > 0 && row[0]!.row_id !== entry.row_id) {
        counts.add(row);
        row = [];
      }
      row.push(entry);
    }
  if (row.length > 0) counts.add(row);
  const {rowsWithFindings, findings, types} = counts;
  return {...summary, rows: version.rows, rowsWithFindings, findings, types};
}
