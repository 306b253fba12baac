import {join} from "node:path";
import {toRow} from "../../../data/datasets/index.js";
import type {Row} from "../../scorers/index.js";
import {UserError} from "../../../base/validation/index.js";
import {
  type Database,
  noRows,
  numberedParquetFile,
  openCounts,
  openParts,
  type SplitManifest,
  sqlString,
  type VersionManifest,
  versionRows,
  type Workspace
} from "../../../base/store/index.js";
import {copyChunks, copyChunk, rangesOf, within} from "../tables/chunks.js";

/** A workspace's rows, and the database that reads them. */
export interface RowStorage {
  db: Database;
  workspace: Workspace;
}

/** Where a run works: a database of its own, the workspace, and a folder for temporary files. */
export interface RunWorkspace extends RowStorage {
  folder: string;
}

/** One row as the plan meets it. */
export interface PlannedRow {
  /** 0-based, in the run's seeded order. */
  position: number;
  rowId: string;
  rowHash: string;
  /** The split's group of this row. */
  group: string | null;
  row: Row;
}

interface StoredRow extends Record<string, unknown> {
  row_id: string;
  row_hash: string;
  assay_group_key: string | null;
}

const ROWS_AT_ONCE = 8_192;

/**
 * The number of rows that a run may take, counted before candidates are made. Throws UserError when there is none, or none that
 * few-shot examples can be drawn from.
 */
export async function countOpenRows(
  {db, workspace}: RowStorage,
  split: SplitManifest,
  {name, part}: {name: string; part: string},
  fewShot: FewShotInputs["fewShot"]
): Promise<number> {
  const {train = 0, [part]: rows = 0} = await openCounts(db, workspace, split);
  if (rows === 0) throw new UserError(`${name} cannot be run: ${noRows(split, part)}`);
  if (train === 0 && examplesAsked(fewShot) > 0)
    throw new UserError(`${name} has no examples for its prompts (fewShot): ${noRows(split, "train")}`);
  return rows;
}

const examplesAsked = (fewShot: FewShotInputs["fewShot"]) => Math.max(0, Math.floor(fewShot?.count ?? 0));

/**
 * Puts the rows of a part in the order of SHA-256(seed, row id), cut at `limit`: the first n rows are a random
 * sample, the same for every candidate, and adding rows moves no other row before another. With `wholeGroups` the groups
 * are in the order of SHA-256(seed, group) and their rows stay together. Only ids are sorted as a
 * whole; rows are written in this order a chunk at a time. Gives the relation that `readRows` streams.
 */
export async function orderRows(
  {db, workspace, folder}: RunWorkspace,
  version: VersionManifest,
  split: SplitManifest,
  choice: {part: string; seed: string; limit?: number; wholeGroups?: boolean}
): Promise<{relation: string; rows: number; available: number}> {
  const parts = `(${await openParts(workspace, split)})`;
  const {available} = (await db.row<{available: number}>(
    `select count(*)::double as available from ${parts} where part = $part`,
    {part: choice.part}
  ))!;
  const rows = Math.min(available, choice.limit ?? Infinity);
  const order = join(folder, "order.parquet");
  await copyChunk(
    db,
    order,
    `select row_id, group_key from ${parts} where part = ${sqlString(choice.part)}
     order by ${choice.wholeGroups ? `${orderOf("group_key", choice.seed)}, ` : ""}${orderOf("row_id", choice.seed)} limit ${rows}`
  );
  const all = await versionRows(workspace, version);
  const relation = await copyChunks(
    db,
    folder,
    "rows",
    {row_id: "VARCHAR"},
    rangesOf(rows, ROWS_AT_ONCE).map(
      (range) => `select r.*, o.group_key as assay_group_key from ${all} r
        join (select * from ${numberedParquetFile(order)} where ${within("file_row_number", range)}) o using (row_id)
        order by o.file_row_number`
    )
  );
  return {relation, rows, available};
}

/** Streams what `orderRows` wrote. */
export async function* readRows(db: Database, relation: string): AsyncGenerator<PlannedRow[]> {
  let position = 0;
  for await (const batch of db.batches<StoredRow>(`select * from ${relation}`, {}, "values"))
    yield batch.map((stored) => ({
      position: position++,
      rowId: stored.row_id,
      rowHash: stored.row_hash,
      group: stored.assay_group_key,
      row: toRow(stored, OUR_COLUMNS)
    }));
}

const OUR_COLUMNS = new Set(["row_id", "row_hash", "assay_group_key"]);

export interface FewShotInputs {
  version: VersionManifest;
  split: SplitManifest;
  fewShot?: {count: number; seed?: string};
  /** The run's, from which that of the examples is made when they have none. */
  seed: string;
  /** False for rows that some endpoint may not see. */
  mayGo(rowId: string): boolean;
  onMessage?(message: string): void;
}

/**
 * Few-shot examples: the first rows of the training part that may be sent, in a seeded order of their own. Says when there are
 * fewer than were asked for, and throws UserError when there is none.
 */
export async function fewShotRows(
  {db, workspace}: RowStorage,
  {version, split, fewShot, seed, mayGo, onMessage}: FewShotInputs
): Promise<Row[]> {
  const count = examplesAsked(fewShot);
  if (!fewShot || count === 0) return [];
  const order = orderOf("row_id", fewShot.seed ?? `${seed} few-shot`);
  const ids: string[] = [];
  for await (const batch of db.batches<{row_id: string}>(
    `select row_id from (${await openParts(workspace, split)}) where part = 'train' order by ${order}`
  )) {
    for (const {row_id} of batch) if (ids.length < count && mayGo(row_id)) ids.push(row_id);
    if (ids.length >= count) break;
  }
  if (ids.length === 0)
    throw new UserError(
      `fewShot asks for ${count} examples, and no row in the train part of the split ${split.name} may be sent to every endpoint. \`assay pii ${version.dataset}\` says what was found in them.`
    );
  if (ids.length < count)
    onMessage?.(
      `${ids.length} examples stand in the prompts, and fewShot asks for ${count}: the split ${split.name} has no more rows in its train part that may be sent.`
    );
  const rows = await db.rows<StoredRow>(
    `select r.* from ${await versionRows(workspace, version)} r
     where row_id in (${ids.map(sqlString).join(", ")}) order by ${order}`,
    {},
    "values"
  );
  return rows.map((row) => toRow(row));
}

function orderOf(column: string, seed: string): string {
  return `sha256(${sqlString(seed)} || chr(10) || ${column}), ${column}`;
}
