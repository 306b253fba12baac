import {group} from "d3-array";
import {recognition, ledgerSummary} from "../../data/privacy/index.js";
import type {DatasetsData, DatasetView, LedgerRule, LedgerView} from "./dataTypes.js";
import {unresolvedIn} from "./personalData.js";
import {publishing} from "./publishing.js";
import {purgesOf} from "./purges.js";
import {statedPublishing} from "./statedPublishing.js";
import {versionDetails} from "./versionDetails.js";
import {hasRows, openRows, type Store, type VersionManifest, versionTable} from "../../base/store/index.js";

/** Older versions are listed with what their record says. */
const DESCRIBED = 12;
/** Rows with personal data that are named. */
const MOST_LISTED = 50;

/**
 * Every dataset with its versions and what is in the newest of them; none gives an empty list. Nothing in it
 * comes from a row that a split holds out, but counts.
 */
export async function datasets(store: Store): Promise<DatasetsData> {
  const byName = group(await store.versions(), ({dataset}) => dataset);
  const runs = await store.runs({archived: true});
  const stated = await statedPublishing(store.workspace);
  const views: DatasetView[] = [];
  for (const [name, versions] of byName) {
    const splits = await store.splits(name);
    const publish = publishing(versions, runs, stated);
    const described = versions.slice(-DESCRIBED).reverse();
    const details = await inTurn(described, (version) =>
      versionDetails(
        store,
        {
          version,
          before: versionBefore(version, versions),
          newest: version === versions.at(-1),
          excerpts: publish !== "ids"
        },
        splits
      )
    );
    views.push({
      name,
      versions,
      details,
      ledgers: await inTurn(described, (version) => ledgerView(store, version)),
      purges: await purgesOf(store, name, versions, runs),
      recognition: await recognition(store, name)
    });
  }
  return {datasets: views};
}

/** Its parent, or the version pulled before it when the parent is gone. */
function versionBefore(
  version: VersionManifest,
  versions: readonly VersionManifest[]
): VersionManifest | undefined {
  return versions.find(({id}) => id === version.parent) ?? versions[versions.indexOf(version) - 1];
}

/** One after the other, so that memory holds one version's work at a time; what is undefined is left out. */
async function inTurn<T, R>(all: readonly T[], of: (one: T) => Promise<R | undefined>): Promise<R[]> {
  const found: R[] = [];
  for (const one of all) {
    const result = await of(one);
    if (result !== undefined) found.push(result);
  }
  return found;
}

/** What was found in a version by kind, rule and action, most findings first; undefined when it was never scanned. */
async function ledgerView(store: Store, version: VersionManifest): Promise<LedgerView | undefined> {
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
  const unresolved = await unresolvedIn(store, version);
  const rows = (await hasRows(store.workspace, version))
    ? await store.rows<LedgerView["rows"][number]>(
        `select l.row_id as id, count(*)::int as findings, list_sort(list(distinct l.type)) as types,
           list_sort(list(distinct l."column")) as columns
         from ${ledger} l semi join (${await openRows(store.workspace, version)}) r using (row_id)
         group by l.row_id order by findings desc, id limit ${MOST_LISTED}`
      )
    : [];
  return {version: version.id, summary, rules, rows, unresolvedRows: unresolved?.rows ?? 0};
}
