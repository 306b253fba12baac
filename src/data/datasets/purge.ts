import {messageOf, UserError} from "../../base/validation/index.js";
import {refusedByMachine, sha256, pagesFolder} from "../../base/system/index.js";
import {
  type Database,
  everyRow,
  type HeldLease,
  latestVersion,
  openDatabase,
  readTombstones,
  refuseWhileRunning,
  refuseWhileTraining,
  type Tombstones,
  unfinishedPurges,
  withSiteLease,
  type Workspace,
  writeTombstones
} from "../../base/store/index.js";
import type {SeenOfAny} from "./equalRows.js";
import {eraseRecords, hasErased, type Touched} from "./eraseRecords.js";
import {goneText, goneVersions} from "./goneVersions.js";
import {keyless} from "./keyless.js";
import {namedIds} from "./namedIds.js";
import {matchingRows, type Unread, unreadText, versionsToPurge} from "./purgeCondition.js";
import {readdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {placeOf, rulesOf} from "./redactionRules.js";
import {type ErasedAnswers, purgeAnswers} from "./purgeAnswers.js";
import {rowForm} from "./rowForm.js";
import {tombstoneHash} from "./tombstones.js";

/** Packages that pages load, which are no one's rows: without them a page or a build under way asks the network. */
const PACKAGES = ["_duckdb", "_jsr", "_node", "_npm"];

export interface PurgeOptions {
  /** SQL condition over the dataset's columns. */
  where: string;
  /** Why, for the record: must not name the person. */
  reason: string;
  /** Told when a build of the site has to be waited for. */
  onWait?: (message: string) => void;
  now?: () => Date;
}

export interface PurgeResult extends Touched {
  dataset: string;
  /** Different rows erased, over all versions. */
  rows: number;
  /** Rows that meet the condition, those with a tombstone of before among them. */
  met: number;
  /** Ids that the condition names and no row has, since they were erased before. */
  erasedBefore: number;
  /** No row is new to it, and what an earlier purge had left undone is done. */
  finished: boolean;
  /** Ids that the condition names and no row has, and that coming pulls leave out now: versions that are gone may have had them. */
  keptOut: number;
  /** No row meets the condition and it names no ids, but versions are gone: rows that only they had have no tombstone. */
  mayReturn: boolean;
  /** What could not be looked through, and may still hold rows that are meant. */
  unread: Unread[];
  /** Rows erased of datasets whose rows are answers to these; absent where there are none. */
  answers?: ErasedAnswers[];
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
  const purged = await workspace.lease(
    `pull-${dataset}`,
    {what: `a purge of ${dataset}`, waitMs: 60_000},
    async (held) => {
      const db = await openDatabase({tmpDir: workspace.tmpDir});
      try {
        return await purgeWith(db, workspace, dataset, options, held);
      } finally {
        db.close();
      }
    }
  );
  const answers = await purgeAnswers(
    workspace,
    dataset,
    async (of, where) => (await purge(workspace, of, {...options, where})).rows
  );
  return answers.length > 0 ? {...purged, answers} : purged;
}

interface MarkedRows {
  tombstones: Tombstones;
  fresh: number;
  /** Of the result: what is known before anything is erased. */
  told: Pick<PurgeResult, "met" | "erasedBefore" | "keptOut" | "mayReturn" | "unread">;
}

async function purgeWith(
  db: Database,
  workspace: Workspace,
  dataset: string,
  {onWait, ...options}: PurgeOptions,
  {lost, confirm}: HeldLease
): Promise<PurgeResult> {
  if (options.reason.trim() === "")
    throw new UserError(`A purge of ${dataset} needs a reason. Say it with --reason "…".`);
  const at = (options.now?.() ?? new Date()).toISOString();
  const {tombstones, fresh, told} = await marked(db, workspace, dataset, {...options, at});
  const before = tombstones.pending;
  // A build reads rows all along, and keeps what its pages were made of.
  return withSiteLease(workspace, {what: `A purge of ${dataset}`, onWait}, async () => {
    await confirm();
    await writeTombstones(workspace, dataset, {...tombstones, pending: before ?? at});
    // A run that planned before the tombstones were there and locked since holds the rows in its plan.
    await refuseWhileWorking(workspace, dataset, "The rows are marked but not yet erased.");
    // What killed commands left half-made holds rows too.
    await workspace.place.sweepAll();
    const note = {at, reason: options.reason};
    const seenOfAny: SeenOfAny = (_, relation) => everyRow(relation);
    const erasing = {db, workspace, dataset, tombstones, note, seen: everyRow, seenOfAny};
    const touched = await eraseRecords(erasing, lost);
    await removePageOutputs(workspace.project);
    await confirm();
    delete tombstones.pending;
    await writeTombstones(workspace, dataset, tombstones);
    const finished = fresh === 0 && (before !== undefined || hasErased(touched));
    return {dataset, rows: fresh, finished, ...told, ...touched};
  }).catch(async (cause: unknown) => {
    const [left] = await unfinishedPurges(workspace, dataset).catch(() => [{dataset, since: at}]);
    if (left === undefined || (cause instanceof UserError && /marked/.test(cause.message))) throw cause;
    throw new UserError(
      `the purge of ${dataset} was cut off: ${refusedByMachine(cause) ?? messageOf(cause)}\nThe rows are marked but not yet erased everywhere. Give the same command again, which finishes it.`,
      {cause}
    );
  });
}

/** Tombstones of the rows that meet the condition, beside those that are there. Nothing is written yet. */
async function marked(
  db: Database,
  workspace: Workspace,
  dataset: string,
  {where, reason, at}: Pick<PurgeOptions, "where" | "reason"> & {at: string}
): Promise<MarkedRows> {
  await refuseWhileWorking(workspace, dataset, "Nothing was erased.");
  const versions = await versionsToPurge(workspace, dataset);
  const tombstones = await readTombstones(workspace, dataset);
  const lists = new Map((tombstones.columns ?? []).map((list) => [JSON.stringify(list), list]));
  const {found, unread} = await matchingRows(db, workspace, {
    dataset,
    versions,
    where,
    told: (column) => tombstoneHash(tombstones, column),
    forms: (columns, row) => {
      const held = [row, keyless(row)].map((one) => one && rowForm(tombstones.salt, columns, one));
      const forms = held.filter((form) => form !== undefined);
      if (forms.length > 0) lists.set(JSON.stringify([...columns].sort()), [...columns].sort());
      return forms;
    },
    seen: everyRow
  });
  const known = new Map(tombstones.rows.map((one) => [one.hash, one]));
  const gone = await goneVersions(workspace, dataset);
  const named = await namedIds(db, workspace, {dataset, where});
  const standing = new Set(found.map(({row}) => row));
  const absent = named.map((id) => sha256(tombstones.salt + id)).filter((hash) => !standing.has(hash));
  const keptOut = gone.any ? absent.filter((hash) => !known.has(hash)) : [];
  if (found.length === 0 && known.size === 0 && keptOut.length === 0)
    throw new UserError(
      [
        `no row of ${dataset} meets ${where}. Nothing was erased.`,
        ...goneText(gone),
        ...unreadText(unread)
      ].join("\n")
    );
  const places = new Map<string, number>();
  for (const id of versions) places.set(id, placeOf(tombstones, await rulesOf(workspace, {dataset, id})));
  for (const {row, content, forms, texts, labels, versions: of} of found) {
    const before = known.get(row);
    const redactions = of.map((id) => places.get(id)!);
    if (before) {
      before.content = both(before.content, content);
      before.forms = both(before.forms, forms);
      before.texts = both(before.texts, texts);
      before.labels = both(before.labels, labels);
      before.redactions = both(before.redactions, redactions);
    } else
      tombstones.rows.push({
        hash: row,
        content,
        forms,
        texts,
        labels,
        redactions: both([], redactions),
        at,
        reason
      });
  }
  const newest = keptOut.length > 0 ? await latestVersion(workspace, dataset) : undefined;
  const rules = newest ? await rulesOf(workspace, {dataset, id: newest.version}) : null;
  for (const hash of keptOut)
    tombstones.rows.push({hash, redactions: [placeOf(tombstones, rules)], at, reason});
  tombstones.columns = [...lists.values()];
  return {
    tombstones,
    fresh: found.filter(({row}) => !known.has(row)).length,
    told: {
      met: found.length,
      erasedBefore: absent.filter((hash) => known.has(hash)).length,
      keptOut: keptOut.length,
      mayReturn: gone.any && found.length === 0 && named.length === 0,
      unread
    }
  };
}

const both = <T>(before: readonly T[] = [], now: readonly T[]) => [...new Set([...before, ...now])].sort();

async function refuseWhileWorking(workspace: Workspace, dataset: string, state: string): Promise<void> {
  await refuseWhileRunning(workspace, state);
  await refuseWhileTraining(workspace, dataset, state);
}

/** Removes what page loaders printed, masked excerpts among it; the next build makes it again. */
async function removePageOutputs(project: string): Promise<void> {
  const cache = join(pagesFolder(project), ".observablehq", "cache");
  for (const name of await readdir(cache).catch(() => [] as string[]))
    if (!PACKAGES.includes(name)) await rm(join(cache, name), {recursive: true, force: true});
}
