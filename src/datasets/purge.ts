import {rm} from "node:fs/promises";
import {join} from "node:path";
import {
  type Database,
  everyRow,
  type Held,
  openDatabase,
  readTombstones,
  refuseWhileRunning,
  refuseWhileTraining,
  sha256,
  UserError,
  type Workspace,
  writeTombstones
} from "../store/index.js";
import type {SeenOfAny} from "./equalRows.js";
import {eraseRecords, type Touched} from "./eraseRecords.js";
import {goneText, goneVersions} from "./goneVersions.js";
import {namedIds} from "./namedIds.js";
import {matchingRows, type Unread, unreadText, versionsToPurge} from "./purgeCondition.js";
import {rowForm} from "./rowForm.js";
import {tombstoneHash} from "./tombstones.js";

export interface PurgeOptions {
  /** SQL condition over the dataset's columns. */
  where: string;
  /** Why, for the record: must not name the person. */
  reason: string;
  now?: () => Date;
}

export interface PurgeResult extends Touched {
  dataset: string;
  /** Different rows erased, over all versions. */
  rows: number;
  /** Ids that the condition names and no row has, and that coming pulls leave out now: versions that are gone may have had them. */
  keptOut: number;
  /** No row meets the condition and it names no ids, but versions are gone: rows that only they had have no tombstone. */
  mayReturn: boolean;
  /** What could not be looked through, and may still hold rows that are meant. */
  unread: Unread[];
}

/**
 * Erases rows, wherever the store keeps them: every version, rejected rows, ledgers, splits, the outputs and excerpts of
 * runs, journals, caches, downloads and what page loaders printed. What was measured stays, under an id that leads nowhere; versions and runs say that rows
 * were erased, and a tombstone keeps the rows from coming back with the next pull. Tombstones are written first: after a
 * kill the same command finishes the work. Where versions are gone, ids that the condition names get a tombstone though no row has them.
 * Throws UserError when no row meets the condition, with the copies that were made of versions that are gone. Refuses while a run or a training is under way, which could still write what was
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
  await refuseWhileWorking(workspace, dataset, "Nothing was erased.");
  const versions = await versionsToPurge(workspace, dataset);
  const tombstones = await readTombstones(workspace, dataset);
  const lists = new Map((tombstones.columns ?? []).map((list) => [JSON.stringify(list), list]));
  const {found, unread} = await matchingRows(db, workspace, {
    dataset,
    versions,
    where,
    told: (column) => tombstoneHash(tombstones, column),
    form: (columns, row) => {
      const form = rowForm(tombstones.salt, columns, row);
      if (form !== undefined) lists.set(JSON.stringify([...columns].sort()), [...columns].sort());
      return form;
    },
    seen: everyRow
  });
  const at = now().toISOString();
  const known = new Map(tombstones.rows.map((one) => [one.hash, one]));
  const fresh = found.filter(({row}) => !known.has(row));
  const gone = await goneVersions(workspace, dataset);
  const named = gone.any ? await namedIds(db, workspace, {dataset, where}) : [];
  const met = new Set(found.map(({row}) => row));
  const keptOut = named
    .map((id) => sha256(tombstones.salt + id))
    .filter((hash) => !met.has(hash) && !known.has(hash));
  if (found.length === 0 && known.size === 0 && keptOut.length === 0)
    throw new UserError(
      [
        `no row of ${dataset} meets ${where}. Nothing was erased.`,
        ...goneText(gone),
        ...unreadText(unread)
      ].join("\n")
    );
  const both = (before: readonly string[] = [], now: readonly string[]) =>
    [...new Set([...before, ...now])].sort();
  for (const {row, content, forms, texts} of found) {
    const before = known.get(row);
    if (before) {
      before.content = both(before.content, content);
      before.forms = both(before.forms, forms);
      before.texts = both(before.texts, texts);
    } else tombstones.rows.push({hash: row, content, forms, texts, at, reason});
  }
  for (const hash of keptOut) tombstones.rows.push({hash, at, reason});
  tombstones.columns = [...lists.values()];
  await confirm();
  await writeTombstones(workspace, dataset, tombstones);
  // A run that planned before the tombstones were there and locked since holds the rows in its plan.
  await refuseWhileWorking(workspace, dataset, "The rows are marked but not yet erased.");
  // What killed commands left half-made holds rows too.
  await workspace.place.sweepAll();
  const note = {at, reason};
  const seenOfAny: SeenOfAny = (_, relation) => everyRow(relation);
  const erasing = {db, workspace, dataset, tombstones, note, seen: everyRow, seenOfAny};
  const touched = await eraseRecords(erasing, lost);
  // What page loaders printed, masked excerpts among it; the next build makes it again.
  await rm(join(workspace.project, "src", ".observablehq", "cache"), {recursive: true, force: true});
  const mayReturn = gone.any && found.length === 0 && named.length === 0;
  return {dataset, rows: fresh.length, keptOut: keptOut.length, mayReturn, unread, ...touched};
}

async function refuseWhileWorking(workspace: Workspace, dataset: string, state: string): Promise<void> {
  await refuseWhileRunning(workspace, state);
  await refuseWhileTraining(workspace, dataset, state);
}
