import {
  type RecordLocation,
  type Kind,
  readRecord,
  recordsOf,
  type SplitManifest,
  type StoppedTraining,
  type Store,
  type VersionManifest,
  type Workspace
} from "../../base/store/index.js";

export interface Garbage {
  versions: VersionManifest[];
  splits: SplitManifest[];
  trainings: StoppedTraining[];
  /** Everything that went, by kind. */
  removed: {kind: string; id: string}[];
}

export interface GarbageOptions {
  /** Versions of every dataset that stay in any case, newest first; default 3. */
  keep?: number;
  /** Only say what would go. */
  dryRun?: boolean;
}

interface RemovableRecord {
  kind: Kind;
  found: RecordLocation;
  manifest: object;
}

/**
 * Removes the records that their kind lets go and that no record that stays refers to: versions beyond the newest `keep` of
 * each dataset, and the splits of those versions, unless a run, a model or (for versions) a split that stays refers to
 * them; and what a stopped training kept to go on with, on such a version or once a model of its name was made. While a run
 * is unfinished every split stays: such a run does not say which one it uses.
 */
export async function collectGarbage(
  store: Store,
  {keep = 3, dryRun = false}: GarbageOptions = {}
): Promise<Garbage> {
  const {workspace} = store;
  const referred = new Set<string>();
  const candidates: RemovableRecord[] = [];
  const refer = async (kind: Kind, found: RecordLocation) => {
    for (const id of (await kind.refersTo?.(found, workspace)) ?? []) referred.add(id);
  };
  for (const kind of workspace.kinds) {
    const stays = await kind.collect?.stays(workspace, {keep});
    for await (const found of recordsOf(workspace, kind)) {
      const manifest = stays && (await readRecord(workspace, kind, found.manifestKey));
      if (manifest && !stays(manifest)) candidates.push({kind, found, manifest});
      else await refer(kind, found);
    }
  }
  for (const {found} of candidates) for (const name of await usedNow(workspace, found)) referred.add(name);
  // What stays because it is referred to may itself refer to more.
  const gone = new Set(candidates);
  for (let before = -1; before !== gone.size;) {
    before = gone.size;
    for (const candidate of gone)
      if (isReferredTo(candidate.found, referred)) {
        gone.delete(candidate);
        await refer(candidate.kind, candidate.found);
      }
  }
  if (!dryRun) {
    await workspace.place.sweepAll();
    // What refers goes before what it refers to.
    for (const candidate of [...gone].reverse()) await remove(store, candidate);
    store.refresh();
  }
  const of = <T>(name: string) =>
    [...gone].filter(({kind}) => kind.name === name).map(({manifest}) => manifest as T);
  return {
    versions: of<VersionManifest>("version").sort(
      (a, b) => a.dataset.localeCompare(b.dataset) || a.pulledAt.localeCompare(b.pulledAt)
    ),
    splits: of<SplitManifest>("split").sort((a, b) => a.madeAt.localeCompare(b.madeAt)),
    trainings: of<StoppedTraining>("stopped training").sort((a, b) => a.startedAt.localeCompare(b.startedAt)),
    removed: [...gone].map(({kind, found}) => ({kind: kind.name, id: found.id}))
  };
}

/** A version that a run is being planned on or made from stays, though nothing refers to it yet. */
async function usedNow(workspace: Workspace, {id, names}: RecordLocation): Promise<string[]> {
  return (await workspace.held(`using-${id}-`)).length > 0 ? [Object.values(names).join("@")] : [];
}

const isReferredTo = ({id, names}: RecordLocation, referred: ReadonlySet<string>) =>
  referred.has(id) || referred.has(Object.values(names).join("@"));

async function remove(store: Store, {kind, found, manifest}: RemovableRecord): Promise<void> {
  const {workspace} = store;
  const lease = kind.collect?.lease?.(manifest);
  const work = async () => {
    await kind.collect?.before?.(manifest, workspace, store);
    await workspace.place.remove(found.key);
  };
  if (lease === undefined) return work();
  const what = `clearing ${Object.values(found.names)[0]}`;
  await workspace.lease(lease, {what, waitMs: 60_000}, work);
}
