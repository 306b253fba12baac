import {tombstones} from "../../data/datasets/index.js";
import type {RunManifest, Store, VersionManifest} from "../../base/store/index.js";
import type {PurgeView} from "./dataTypes.js";

/** Every erasure of a dataset's rows with the versions and runs it touched, the latest first. */
export async function purgesOf(
  store: Store,
  dataset: string,
  versions: readonly VersionManifest[],
  runs: readonly RunManifest[]
): Promise<PurgeView[]> {
  const found = new Map<string, PurgeView>();
  const purge = ({at, reason}: {at: string; reason: string}) => {
    const key = JSON.stringify([at, reason]);
    const known = found.get(key) ?? {at, reason, rows: 0, versions: [], runs: []};
    found.set(key, known);
    return known;
  };
  for (const one of await tombstones(store.workspace, dataset)) purge(one).rows++;
  for (const version of versions)
    for (const one of version.purged ?? []) purge(one).versions.push({id: version.id, rows: one.rows});
  for (const run of runs)
    if (run.dataset.name === dataset)
      for (const one of run.purged ?? []) purge(one).runs.push({id: run.id, rows: one.rows});
  return [...found.values()].sort((a, b) => b.at.localeCompare(a.at));
}
