import {group} from "d3-array";
import {recognition} from "../../data/privacy/index.js";
import type {Store, VersionManifest} from "../../base/store/index.js";
import type {DatasetsData, DatasetView} from "./dataTypes.js";
import {ledgerView} from "./ledgers.js";
import {publishing} from "./publishing.js";
import {purgesOf} from "./purges.js";
import {statedPublishing} from "./statedPublishing.js";
import {versionDetails} from "./versionDetails.js";

/** Older versions are listed with what their record says. */
const DESCRIBED = 12;

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
