import {existsSync} from "node:fs";
import {join} from "node:path";
import {type Erased, type Erasing, recordsOf, type Tombstones} from "../../base/store/index.js";
import {type EqualRows, equalRowsElsewhere, type SeenOfAny} from "./equalRows.js";
import {runsRepeatingLabels} from "./repeatedLabels.js";
import {loadTombstones, tombstoneHash} from "./tombstones.js";

/** What rows were erased from, or would be. */
export interface Touched {
  versions: {id: string; rows: number}[];
  splits: string[];
  runs: string[];
  /** Runs whose unsealed calls are dropped with their journal; they are asked again. */
  journals: string[];
  /** Models that learned from erased rows, themselves or through their parents: their weights stay as they are. */
  models: {id: string; name: string}[];
  /** Records of other kinds that lose rows. */
  others: {kind: string; id: string; rows: number}[];
  /** Copies that this cannot look into: exported files and folders that still stand, and the built site. */
  notErased: string[];
  /** Runs whose answers to other rows repeat a label that only erased rows had. */
  repeating: string[];
  /** What other datasets hold of the same rows: it stays as it is. */
  equalRows: EqualRows[];
}

export const nothingTouched = (): Touched => ({
  versions: [],
  splits: [],
  runs: [],
  journals: [],
  models: [],
  others: [],
  notErased: [],
  repeating: [],
  equalRows: []
});

/** Whether rows went from any record; what is listed as not erased says nothing of that. */
export function hasErased({versions, splits, runs, journals, others}: Touched): boolean {
  return [versions, splits, runs, journals, others].some((records) => records.length > 0);
}

/**
 * Asks every kind of record to erase the rows that have tombstones.
 * @param seenOfAny as `seen`, of the rows of other datasets
 * @param lost ends it between two records
 */
export async function eraseRecords(
  {
    tombstones,
    seenOfAny,
    ...rest
  }: Omit<Erasing, "hash" | "hashOf"> & {tombstones: Tombstones; seenOfAny: SeenOfAny},
  lost?: AbortSignal
): Promise<Touched> {
  const {db, workspace} = rest;
  await loadTombstones(db, tombstones);
  const erasing: Erasing = {
    ...rest,
    hash: tombstoneHash(tombstones),
    hashOf: (column) => tombstoneHash(tombstones, column)
  };
  const touched = nothingTouched();
  for (const kind of workspace.kinds) {
    if (!kind.erase) continue;
    for await (const record of recordsOf(workspace, kind)) {
      lost?.throwIfAborted();
      enter(touched, kind.name, record.id, await kind.erase(record, erasing));
    }
  }
  const site = join(workspace.project, "dist");
  if (existsSync(site)) touched.notErased.push(site);
  touched.repeating = await runsRepeatingLabels(erasing, tombstones, seenOfAny);
  touched.equalRows = await equalRowsElsewhere(erasing, seenOfAny);
  return touched;
}

function enter(touched: Touched, kind: string, id: string, {rows, dropped, keeps = []}: Erased): void {
  if (kind === "model") touched.models.push(...keeps.map((name) => ({id, name})));
  else touched.notErased.push(...keeps);
  if (kind === "run" && dropped) touched.journals.push(id);
  if (rows === undefined) return;
  if (kind === "version") touched.versions.push({id, rows});
  else if (kind === "split") touched.splits.push(id);
  else if (kind === "run") touched.runs.push(id);
  else touched.others.push({kind, id, rows});
}
