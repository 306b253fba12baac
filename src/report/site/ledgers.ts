import {ledgerSummary} from "../../data/privacy/index.js";
import {type Store, type VersionManifest, versionTable} from "../../base/store/index.js";
import type {LedgerRule, LedgerView} from "./dataTypes.js";

/** What was found in a version by kind, rule and action, most findings first; undefined when it was never scanned. */
export async function ledgerView(store: Store, version: VersionManifest): Promise<LedgerView | undefined> {
  const summary = await ledgerSummary(store, version);
  if (!summary) return undefined;
  const ledger = await versionTable(store.workspace, version, "ledger.parquet");
  if (!ledger) return undefined;
  const rules = await store.rows<LedgerRule>(
    `select type, rule, action, list_sort(list(distinct "column")) as columns, count(*)::int as findings,
       count(distinct row_id)::int as rows, min(score)::double as score, count(accepted)::int as accepted
     from ${ledger} group by type, rule, action
     order by sum(count(*)) over (partition by type) desc, type, findings desc, rule, action`
  );
  return {version: version.id, summary, rules};
}
