import {type DatasetDefinition, isAnswers, pull, sourceChange} from "../../data/datasets/index.js";
import {asDefined, pullRedaction} from "../../data/privacy/index.js";
import type {Store, VersionManifest} from "../../base/store/index.js";
import {note} from "../terminal/terminal.js";

/**
 * Gives the newest version of a dataset; one that was never pulled is pulled first, and answers of runs each time. Where its source or definition was changed
 * since the pull, `tell` hears it, once for each dataset, and the stricter of both goes for where its rows may go.
 */
export function newestVersions(
  store: Store,
  tell: (text: string) => void = note
): (dataset: DatasetDefinition) => Promise<VersionManifest> {
  const looked = new Set<string>();
  return async (dataset) => {
    const latest = isAnswers(dataset.source) ? undefined : await pulledVersion(store, dataset);
    if (latest) {
      if (!looked.has(dataset.name)) await tellChange(store, dataset, tell);
      looked.add(dataset.name);
      return latest;
    }
    const {version} = await pull(store.workspace, dataset, {...pullRedaction(dataset), onProgress: tell});
    store.refresh();
    return asDefined(version, dataset);
  };
}

/** The newest version that was pulled, as its dataset's definition has it now; undefined when none was. */
export async function pulledVersion(
  store: Store,
  dataset: DatasetDefinition
): Promise<VersionManifest | undefined> {
  const latest = await store.latestVersion(dataset.name);
  return latest && asDefined(latest, dataset);
}

export async function tellChange(
  store: Store,
  dataset: DatasetDefinition,
  tell: (text: string) => void = note
): Promise<void> {
  const change = await sourceChange(store, store.workspace, dataset);
  if (change !== undefined) tell(`! ${change}`);
}

/** Says of a run that is judged that a newer version of its dataset was pulled than the one it is of. */
export async function tellOlder(
  store: Store,
  judged: string,
  {name, version}: {name: string; version: string}
): Promise<void> {
  const latest = await store.latestVersion(name);
  if (latest === undefined || latest.id === version) return;
  note(
    `! ${judged}: the run is of ${name}@${version.slice(0, 8)}, and ${latest.id.slice(0, 8)} is the newest version pulled. \`assay run\` makes one of that.`
  );
}
