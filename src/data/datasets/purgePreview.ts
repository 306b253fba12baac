import {sha256} from "../../base/system/index.js";
import {
  type Database,
  dryWorkspace,
  heldOutBarrier,
  openDatabase,
  readTombstones,
  type Seen,
  type VersionFile,
  versionTable,
  type Workspace
} from "../../base/store/index.js";
import {eraseRecords, hasErased, nothingTouched, type Touched} from "./eraseRecords.js";
import {goneVersions} from "./goneVersions.js";
import {namedIds} from "./namedIds.js";
import {matchingRows, type Unread, versionsToPurge} from "./purgeCondition.js";

export interface PurgePreview extends Touched {
  dataset: string;
  /** Ids of the rows that would be erased, over all versions, sorted; without those that have a tombstone already. */
  rows: string[];
  /** Rows that meet the condition, those with a tombstone among them. */
  met: number;
  /** No row is new to it, and what an earlier purge has left undone would be done. */
  finished: boolean;
  /** Ids that the condition names and no row that is looked at has: coming pulls would leave them out. */
  keptOut: string[];
  /** No such row meets the condition and it names no ids, but versions are gone: rows that only they had would get no tombstone. */
  mayReturn: boolean;
  /** Rows that a split holds out. They are not looked at: which of them meet a condition would tell what they hold. */
  heldOut: number;
  /** What cannot be looked through, and may hold rows that are meant. */
  unread: Unread[];
}

/** Stands for a version that is not known; none has this id. Its rows are held out by their ids alone. */
const NO_VERSION = "none";

/**
 * What `purge` would tell of the same condition. Changes nothing: every record is asked to erase the rows, in a workspace that
 * keeps no write. As in a purge, rows that have a tombstone already, from one that was interrupted, are not among the `rows`;
 * where they still stand is told. A purge that finds no row and no tombstone refuses: then copies of versions that are gone are told alone.
 * Throws UserError as `purge` does for a condition that is none.
 */
export async function previewPurge(
  workspace: Workspace,
  dataset: string,
  {where}: {where: string}
): Promise<PurgePreview> {
  const dry = dryWorkspace(workspace);
  const barrier = heldOutBarrier(dry);
  const seen: Seen = (relation, version = NO_VERSION) => barrier({dataset, id: version}, relation);
  const db = await openDatabase({tmpDir: workspace.tmpDir});
  try {
    const versions = await versionsToPurge(dry, dataset);
    const tombstones = await readTombstones(dry, dataset);
    const known = new Set(tombstones.rows.map(({hash}) => hash));
    const hashed = (text: string) => sha256(tombstones.salt + text);
    const matching = {dataset, versions, where, told: (column: string) => column, seen};
    const {found, unread} = await matchingRows(db, dry, matching);
    const note = {at: new Date().toISOString(), reason: ""};
    for (const {row, content, labels} of found)
      tombstones.rows.push({
        hash: hashed(row),
        content: content.map(hashed),
        labels: labels.map(hashed),
        ...note
      });
    const gone = await goneVersions(dry, dataset);
    const named = await namedIds(db, dry, {dataset, where});
    const standing = new Set(found.map(({row}) => row));
    const keptOut = gone.any ? named.filter((id) => !standing.has(id) && !known.has(hashed(id))) : [];
    // An id that is kept out may be held out: what was erased for it would tell so.
    const touched =
      tombstones.rows.length + keptOut.length > 0
        ? await eraseRecords({db, workspace: dry, dataset, tombstones, note, seen, seenOfAny: barrier})
        : {...nothingTouched(), notErased: gone.copies};
    const rows = found.map(({row}) => row).filter((row) => !known.has(hashed(row)));
    return {
      dataset,
      rows,
      finished: rows.length === 0 && (tombstones.pending !== undefined || hasErased(touched)),
      met: found.length,
      keptOut,
      mayReturn: gone.any && found.length === 0 && named.length === 0,
      heldOut: await countHeldOut(db, dry, {dataset, versions, seen}),
      unread,
      ...touched
    };
  } finally {
    db.close();
  }
}

async function countHeldOut(
  db: Database,
  workspace: Workspace,
  {dataset, versions, seen}: {dataset: string; versions: readonly string[]; seen: Seen}
): Promise<number> {
  const heldOut = new Set<string>();
  for (const id of versions)
    for (const file of ["rows.parquet", "rejected.parquet"] satisfies VersionFile[]) {
      const all = await versionTable(workspace, {dataset, id}, file);
      if (!all) continue;
      const hidden = `select coalesce(row_id, row_hash) as row_id from ${all} except select coalesce(row_id, row_hash) from (${await seen(all, id)})`;
      for await (const batch of db.batches<{row_id: string}>(hidden))
        for (const {row_id: row} of batch) heldOut.add(row);
    }
  return heldOut.size;
}
