import {readdir, readFile, rename, rm} from "node:fs/promises";
import {join} from "node:path";
import {
  listFolders,
  type SplitManifest,
  type Store,
  temporaryPath,
  type VersionManifest,
  withLock
} from "../store/index.js";

export interface Garbage {
  versions: VersionManifest[];
  splits: SplitManifest[];
}

export interface GarbageOptions {
  /** Versions of every data set that stay in any case, newest first; default 3. */
  keep?: number;
  /** Only say what would go. */
  dryRun?: boolean;
}

/**
 * Removes versions beyond the newest `keep` of each data set, and the splits of those versions, unless a run, a model or
 * (for versions) a split that stays refers to them. While a run is unfinished every split stays: such a run does not say
 * which one it uses.
 */
export async function collectGarbage(
  store: Store,
  {keep = 3, dryRun = false}: GarbageOptions = {}
): Promise<Garbage> {
  const {workspace} = store;
  const runs = await store.runs();
  const splits = await store.splits();
  const versions = await store.versions();
  const inRuns = new Set(runs.flatMap(({dataset, split}) => [dataset.version, split.id]));
  const inModels = await modelRecords(join(workspace.dir, "models"));
  const referred = (id: string) => inRuns.has(id) || inModels.includes(id);
  const sealed = new Set(runs.map(({id}) => id));
  const unfinished = (await listFolders(join(workspace.dir, "runs"))).some((id) => !sealed.has(id));
  const retained = new Set<string>();
  for (const dataset of new Set(versions.map((version) => version.dataset))) {
    const latest = await store.latestVersion(dataset);
    const newest = versions.filter((version) => version.dataset === dataset).slice(-keep);
    for (const {id} of [...newest, ...(latest ? [latest] : [])]) retained.add(`${dataset}@${id}`);
  }
  const goneSplits = splits.filter(
    ({dataset, version, id}) => !unfinished && !retained.has(`${dataset}@${version}`) && !referred(id)
  );
  const inSplits = new Set(
    splits.filter((split) => !goneSplits.includes(split)).map(({dataset, version}) => `${dataset}@${version}`)
  );
  const goneVersions = versions.filter(({dataset, id}) => {
    const name = `${dataset}@${id}`;
    return !retained.has(name) && !inSplits.has(name) && !referred(id);
  });
  if (!dryRun) {
    for (const {dataset, id} of goneSplits) await remove(workspace.splitDir(dataset, id));
    for (const {dataset, id} of goneVersions)
      await withLock(
        workspace.lockPath(`pull-${dataset}`),
        {what: `clearing ${dataset}`, waitMs: 60_000},
        () => remove(workspace.datasetDir(dataset, id))
      );
    await store.refresh();
  }
  return {versions: goneVersions, splits: goneSplits};
}

/** Moved aside first: a folder is there as a whole or not at all. */
async function remove(folder: string): Promise<void> {
  const aside = temporaryPath(folder);
  await rename(folder, aside);
  await rm(aside, {recursive: true, force: true});
}

/** The text of all models' records: an id in it is a reference. */
async function modelRecords(folder: string): Promise<string> {
  const texts: string[] = [];
  for (const id of await listFolders(folder))
    for (const name of await readdir(join(folder, id)))
      if (name.endsWith(".json")) texts.push(await readFile(join(folder, id, name), "utf8"));
  return texts.join("\n");
}
