import {existsSync} from "node:fs";
import {rm} from "node:fs/promises";
import {join} from "node:path";
import {
  type Database,
  exportsOf,
  heldLocks,
  listFolders,
  messageOf,
  openDatabase,
  readJson,
  type RunManifest,
  sqlString,
  UserError,
  withLock,
  type Workspace
} from "../store/index.js";
import {Eraser} from "./eraser.js";
import {loadTombstones, readTombstones, tombstoneHash, writeTombstones} from "./tombstones.js";
import {trainedOnErased} from "./trainedOnErased.js";

export interface PurgeOptions {
  /** SQL condition over the data set's columns. */
  where: string;
  /** Why, for the record: must not name the person. */
  reason: string;
  now?: () => Date;
}

export interface PurgeResult {
  dataset: string;
  /** Different rows erased, over all versions. */
  rows: number;
  versions: {id: string; rows: number}[];
  splits: string[];
  runs: string[];
  /** Runs whose unsealed calls were dropped with their journal; they are asked again. */
  journals: string[];
  /** Models that learned from erased rows, themselves or through their parents: their weights stay as they are. */
  models: {id: string; name: string}[];
  /** Copies that this cannot look into: exported files and folders that still stand, and the built site. */
  notErased: string[];
}

/**
 * Erases rows, wherever the store keeps them: every version, rejected rows, ledgers, splits, the outputs and excerpts of
 * runs, journals, caches, downloads and what page loaders printed. What was measured stays, under an id that leads nowhere; versions and runs say that rows
 * were erased, and a tombstone keeps the rows from coming back with the next pull. Tombstones are written first: after a
 * kill the same command finishes the work. Refuses while a run is under way, which could still write what was erased.
 */
export async function purge(
  workspace: Workspace,
  dataset: string,
  options: PurgeOptions
): Promise<PurgeResult> {
  return withLock(
    workspace.lockPath(`pull-${dataset}`),
    {what: `a purge of ${dataset}`, waitMs: 60_000},
    async () => {
      const db = await openDatabase({tmpDir: workspace.tmpDir});
      try {
        return await purgeWith(db, workspace, dataset, options);
      } finally {
        db.close();
      }
    }
  );
}

async function purgeWith(
  db: Database,
  workspace: Workspace,
  dataset: string,
  {where, reason, now = () => new Date()}: PurgeOptions
): Promise<PurgeResult> {
  await refuseWhileRunning(workspace, "Nothing was erased.");
  const root = workspace.datasetDir(dataset);
  const versions = await listFolders(root);
  if (versions.length === 0) throw new UserError(`the store has no version of ${dataset}.`);
  const tombstones = await readTombstones(workspace, dataset);
  const found = await matching(
    db,
    dataset,
    versions.map((id) => join(root, id)),
    where,
    tombstoneHash(tombstones)
  );
  const at = now().toISOString();
  const known = new Set(tombstones.rows.map(({hash}) => hash));
  const fresh = found.filter((hash) => !known.has(hash));
  if (found.length === 0 && known.size === 0)
    throw new UserError(`no row of ${dataset} meets ${where}. Nothing was erased.`);
  tombstones.rows.push(...fresh.map((hash) => ({hash, at, reason})));
  await writeTombstones(workspace, dataset, tombstones);
  // A run that planned before the tombstones were there and locked since holds the rows in its plan.
  await refuseWhileRunning(workspace, "The rows are marked but not yet erased.");
  await loadTombstones(db, tombstones);
  const models = await trainedOnErased(db, workspace, dataset, tombstoneHash(tombstones));
  const eraser = new Eraser(db, tombstoneHash(tombstones), {at, reason});
  const result: PurgeResult = {
    dataset,
    rows: fresh.length,
    versions: [],
    splits: [],
    runs: [],
    journals: [],
    models,
    notErased: []
  };
  for (const id of versions) {
    const rows = await eraser.version(join(root, id));
    if (rows > 0) result.versions.push({id, rows});
  }
  for (const id of await listFolders(join(workspace.dir, "splits", dataset)))
    if (await eraser.split(workspace.splitDir(dataset, id), (version) => join(root, version)))
      result.splits.push(id);
  for (const id of await listFolders(join(workspace.dir, "runs"))) {
    const folder = workspace.runDir(id);
    const manifest = await readJson<RunManifest>(join(folder, "manifest.json"));
    if (manifest && manifest.dataset.name !== dataset) continue;
    if (manifest && (await eraser.run(folder, manifest))) result.runs.push(id);
    // A journal numbers its calls; which rows they are is known to a start only.
    const journals = ["journal.ndjson", "scores.ndjson"]
      .map((name) => join(folder, name))
      .filter((file) => existsSync(file));
    if (journals.length > 0) result.journals.push(id);
    for (const file of journals) await rm(file);
  }
  for (const cache of ["downloads", "cache", join("models", ".vectors")])
    await rm(join(workspace.dir, cache), {recursive: true, force: true});
  // What page loaders printed, masked excerpts among it; the next build makes it again.
  await rm(join(workspace.project, "src", ".observablehq", "cache"), {recursive: true, force: true});
  await eraser.acceptances(join(root, "accepted.json"), tombstones.salt);
  const site = join(workspace.project, "dist");
  result.notErased.push(...(await exportsOf(workspace, dataset)), ...(existsSync(site) ? [site] : []));
  return result;
}

async function refuseWhileRunning(workspace: Workspace, state: string): Promise<void> {
  const held = await heldLocks(join(workspace.dir, "locks"), "run-");
  if (held.length > 0)
    throw new UserError(
      `${held.join("; ")}. ${state} Wait for it to end, or stop it with Ctrl-C, then give the same command again.`
    );
}

/** Hashes of the rows that meet the condition in any version; a version without one of its columns has none. */
async function matching(
  db: Database,
  dataset: string,
  folders: readonly string[],
  where: string,
  hash: string
): Promise<string[]> {
  const found = new Set<string>();
  let failure: unknown;
  let read = 0;
  for (const folder of folders)
    for (const name of ["rows.parquet", "rejected.parquet"]) {
      const file = join(folder, name);
      if (!existsSync(file)) continue;
      try {
        const query = `select distinct ${hash} as hash from read_parquet(${sqlString(file)}) where (${where})`;
        for await (const batch of db.batches<{hash: string}>(query))
          for (const row of batch) found.add(row.hash);
        read++;
      } catch (error) {
        failure = error;
      }
    }
  if (read === 0)
    throw new UserError(
      `${dataset}: --where is not a condition over its columns: ${messageOf(failure).split("\n")[0]}. Nothing was erased.`,
      {cause: failure}
    );
  return [...found];
}
