import {group} from "d3";
import {ledgerSummary, recognition} from "../privacy/index.js";
import {sqlName, type Store, type VersionManifest} from "../store/index.js";
import type {DatasetsData, DatasetView} from "./types.js";

/** Every data set with its versions, labels and splits; none gives an empty list. */
export async function datasets(store: Store): Promise<DatasetsData> {
  const byName = group(await store.versions(), ({dataset}) => dataset);
  const splits = await store.splits();
  const views: DatasetView[] = [];
  for (const [name, versions] of byName) {
    const withSplits = [...versions].reverse().find(({id}) => splits.some((split) => split.version === id));
    const newest = versions[versions.length - 1]!;
    views.push({
      name,
      versions,
      labels: await labelCounts(store, newest),
      ledger: await ledgerSummary(store, newest),
      recognition: await recognition(store, name),
      splits: splits.filter((split) => split.dataset === name && split.version === withSplits?.id)
    });
  }
  return {datasets: views};
}

async function labelCounts(store: Store, version: VersionManifest): Promise<DatasetView["labels"]> {
  if (!version.label) return [];
  return store.rows<{label: string; rows: number}>(
    `select coalesce(${sqlName(version.label)}::varchar, '(none)') as label, count(*)::int as rows
     from ${sqlName(`${version.dataset}@${version.id}`)} group by all order by rows desc, label`
  );
}
