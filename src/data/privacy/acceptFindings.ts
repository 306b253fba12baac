import {UserError} from "../../base/validation/index.js";
import {type Store, type VersionManifest, versionRows} from "../../base/store/index.js";
import {addAcceptance} from "./acceptances.js";
import {askedDataset} from "./askedDecisions.js";
import {markAccepted} from "./markAccepted.js";
import {ledgerEntries} from "./versionLedger.js";

export interface AcceptedFindings {
  /** Whether `what` named a rule or a row. */
  kind: "rule" | "row";
  /** Findings of this version that it accepts. */
  findings: number;
}

/**
 * Marks findings as accepted: all of one rule, in every version to come, or those of one row while its content
 * stays the same. Ledgers there are, also of answers to the dataset, say so at once. Throws UserError when the version's
 * ledger has neither such a rule nor such a row, or when no reason is given.
 */
export async function acceptFindings(
  store: Store,
  version: VersionManifest,
  {what, reason, now = () => new Date()}: {what: string; reason: string; now?: () => Date}
): Promise<AcceptedFindings> {
  if (reason.trim() === "")
    throw new UserError(`Accepting ${JSON.stringify(what)} needs a reason. Say it with --reason "…".`);
  const rules = new Map<string, number>();
  let inRow = 0;
  for await (const {rule, row_id} of ledgerEntries(store, version)) {
    rules.set(rule, (rules.get(rule) ?? 0) + 1);
    if (row_id === what) inRow++;
  }
  const ofRule = rules.get(what) ?? 0;
  if (ofRule === 0 && inRow === 0)
    throw new UserError(
      `${version.dataset}@${version.id} has no finding of rule or row ${JSON.stringify(what)}. Its rules: ${[...rules.keys()].sort().join(", ") || "none, nothing was found"}.`
    );
  const accepted = {reason: reason.trim(), acceptedAt: now().toISOString()};
  const lock = {what: `a scan of ${version.dataset}`, waitMs: 600_000};
  await store.workspace.lease(`ledger-${version.dataset}`, lock, async () => {
    await addAcceptance(
      store,
      version.dataset,
      ofRule > 0
        ? {...accepted, rule: what}
        : {...accepted, row: what, rowHash: await hashOf(store, version, what)}
    );
    for (const each of await store.versions(version.dataset)) await markAccepted(store, each);
  });
  for (const each of await store.versions())
    if (askedDataset(each) === version.dataset)
      await store.workspace.lease(
        `ledger-${each.dataset}`,
        {...lock, what: `a scan of ${each.dataset}`},
        () => markAccepted(store, each)
      );
  return {kind: ofRule > 0 ? "rule" : "row", findings: ofRule || inRow};
}

async function hashOf(store: Store, version: VersionManifest, row: string): Promise<string> {
  const rows = await versionRows(store.workspace, version);
  const found = await store.row<{row_hash: string}>(`select row_hash from ${rows} where row_id = $row`, {
    row
  });
  return found!.row_hash;
}
