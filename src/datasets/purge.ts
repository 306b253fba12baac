import {existsSync} from "node:fs";
import {rm} from "node:fs/promises";
import {join} from "node:path";
import {
  type Database,
  type Erased,
  type Erasing,
  type Held,
  openDatabase,
  readTombstones,
  recordsOf,
  refuseWhileRunning,
  UserError,
  type Workspace,
  writeTombstones
} from "../store/index.js";
import {matchingRows, versionsToPurge} from "./purgeCondition.js";
import {loadTombstones, tombstoneHash} from "./tombstones.js";

export interface PurgeOptions {
  /** SQL condition over the dataset's columns. */
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
  /** Records of other kinds that lost rows. */
  others: {kind: string; id: string; rows: number}[];
  /** Copies that this cannot look into: exported files and folders that still stand, and the built site. */
  notErased: string[];
}

/**
 * Erases rows, wherever the store keeps them: every version, rejected rows, ledgers, splits, the outputs and excerpts of
 * runs, journals, caches, downloads and what page loaders printed. What was measured stays, under an id that leads nowhere; versions and runs say that rows
 * were erased, and a tombstone keeps the rows from coming back with the next pull. Tombstones are written first: after a
 * kill the same command finishes the work. Refuses while a run or a training is under way, which could still write what was
 * erased.
 */
export async function purge(
  workspace: Workspace,
  dataset: string,
  options: PurgeOptions
): Promise<PurgeResult> {
  return workspace.lease(`pull-${dataset}`, {what: `a purge of ${dataset}`, waitMs: 60_000}, async (held) => {
    const db = await openDatabase({tmpDir: workspace.tmpDir});
    try {
      return await purgeWith(db, workspace, dataset, options, held);
    } finally {
      db.close();
    }
  });
}

async function purgeWith(
  db: Database,
  workspace: Workspace,
  dataset: string,
  {where, reason, now = () => new Date()}: PurgeOptions,
  {lost, confirm}: Held
): Promise<PurgeResult> {
  await refuseWhileRunning(workspace, "Nothing was erased.");
  const versions = await versionsToPurge(workspace, dataset);
  const tombstones = await readTombstones(workspace, dataset);
  const found = await matchingRows(db, workspace, {
    dataset,
    versions,
    where,
    told: (column) => tombstoneHash(tombstones, column)
  });
  const at = now().toISOString();
  const known = new Map(tombstones.rows.map((one) => [one.hash, one]));
  const fresh = found.filter(({row}) => !known.has(row));
  if (found.length === 0 && known.size === 0)
    throw new UserError(`no row of ${dataset} meets ${where}. Nothing was erased.`);
  for (const {row, content} of found) {
    const before = known.get(row);
    if (before) before.content = [...new Set([...(before.content ?? []), ...content])].sort();
    else tombstones.rows.push({hash: row, content, at, reason});
  }
  await confirm();
  await writeTombstones(workspace, dataset, tombstones);
  // A run that planned before the tombstones were there and locked since holds the rows in its plan.
  await refuseWhileRunning(workspace, "The rows are marked but not yet erased.");
  // What killed commands left half-made holds rows too.
  await workspace.place.sweepAll();
  await loadTombstones(db, tombstones);
  const erasing: Erasing = {
    db,
    workspace,
    dataset,
    hash: tombstoneHash(tombstones),
    hashOf: (column) => tombstoneHash(tombstones, column),
    note: {at, reason}
  };
  const result: PurgeResult = {
    dataset,
    rows: fresh.length,
    versions: [],
    splits: [],
    runs: [],
    journals: [],
    models: [],
    others: [],
    notErased: []
  };
  for (const kind of workspace.kinds) {
    if (!kind.erase) continue;
    for await (const record of recordsOf(workspace, kind)) {
      lost.throwIfAborted();
      enter(result, kind.name, record.id, await kind.erase(record, erasing));
    }
  }
  // What page loaders printed, masked excerpts among it; the next build makes it again.
  await rm(join(workspace.project, "src", ".observablehq", "cache"), {recursive: true, force: true});
  const site = join(workspace.project, "dist");
  if (existsSync(site)) result.notErased.push(site);
  return result;
}

function enter(result: PurgeResult, kind: string, id: string, {rows, dropped, keeps = []}: Erased): void {
  if (kind === "model") result.models.push(...keeps.map((name) => ({id, name})));
  else result.notErased.push(...keeps);
  if (kind === "run" && dropped) result.journals.push(id);
  if (rows === undefined) return;
  if (kind === "version") result.versions.push({id, rows});
  else if (kind === "split") result.splits.push(id);
  else if (kind === "run") result.runs.push(id);
  else result.others.push({kind, id, rows});
}
