import {findVersion, noVersion} from "../../data/datasets/index.js";
import type {Store, VersionManifest} from "../../base/store/index.js";
import {loadDatasets} from "./project.js";
import {unknownDataset} from "./unknownDataset.js";

/**
 * Throws when neither the store nor a data loader has the dataset; `named` may be NAME@VERSION.
 * @param more names that are known here besides
 */
export async function assertKnown(store: Store, named: string, more: readonly string[] = []): Promise<void> {
  const [name] = named.split("@") as [string];
  if (more.includes(name) || (await store.versions(name)).length > 0) return;
  const {datasets, broken} = await loadDatasets(store.workspace.project);
  // Its file may be the one that cannot be loaded.
  if (broken.length > 0 || datasets.some((one) => one.name === name)) return;
  const stored = (await store.versions()).map(({dataset}) => dataset);
  throw unknownDataset(name, [...datasets.map((one) => one.name), ...stored, ...more]);
}

/** The version that NAME, NAME@VERSION or the two apart mean. Throws UserError that lists what there is instead. */
export async function namedVersion(store: Store, named: string, asked?: string): Promise<VersionManifest> {
  await assertKnown(store, named);
  return findVersion(store, named, asked);
}

/** The newest version of a dataset. Throws UserError where there is no such dataset, or none was pulled. */
export async function newestKnown(store: Store, name: string): Promise<VersionManifest> {
  await assertKnown(store, name);
  const version = await store.latestVersion(name);
  if (!version) throw noVersion(name);
  return version;
}
