import {type Store, versionKey, type VersionManifest} from "../../base/store/index.js";
import {LEDGER_FILE, writeLedgerRows} from "./ledgerFiles.js";
import {ledgerEntries, ledgerSummary, writeSummary} from "./versionLedger.js";

/** Writes what is accepted now into a version's ledger and its counts; nothing where it was never scanned. */
export async function markAccepted(store: Store, version: VersionManifest): Promise<void> {
  const summary = await ledgerSummary(store, version);
  if (!summary) return;
  for (const counts of Object.values(summary.types)) delete counts.accepted;
  async function* entries() {
    for await (const entry of ledgerEntries(store, version)) {
      const counts = summary!.types[entry.type];
      if (entry.accepted && counts) counts.accepted = (counts.accepted ?? 0) + 1;
      yield entry;
    }
  }
  await store.workspace.place.putFile(versionKey(version, LEDGER_FILE), (path) =>
    writeLedgerRows(store, path, entries())
  );
  await writeSummary(store, version, summary);
}
