import {join} from "node:path";
import {toRow, versionFile} from "../datasets/index.js";
import type {Row} from "../scorers/index.js";
import {
  type SplitManifest,
  sqlString,
  type Store,
  type VersionManifest,
  writeParquet
} from "../store/index.js";

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

/**
 * Writes the rows of a part to `file` in the order of SHA-256(seed, row id), cut at `limit`: the first n rows are a
 * random sample, the same for every candidate, and adding rows moves no other row before another. DuckDB sorts
 * (on disk if need be), so that the rows can be streamed in this order as often as needed.
 */
export async function orderRows(
  store: Store,
  file: string,
  version: VersionManifest,
  split: SplitManifest,
  choice: {part: string; seed: string; limit?: number}
): Promise<{rows: number; available: number}> {
  const parts = partsOf(store, split);
  const {available} = (await store.row<{available: number}>(
    `select count(*)::double as available from ${parts} where part = $part`,
    {part: choice.part}
  ))!;
  await writeParquet(
    store,
    file,
    `select r.*, p.group_key as assay_group_key from read_parquet(${sqlString(versionFile(store.workspace, version))}) r
     join ${parts} p using (row_id) where p.part = ${sqlString(choice.part)}
     order by ${orderOf("r.row_id", choice.seed)} ${choice.limit === undefined ? "" : `limit ${choice.limit}`}`
  );
  return {rows: Math.min(available, choice.limit ?? Infinity), available};
}

/** Streams what `orderRows` wrote. */
export async function* readRows(store: Store, file: string): AsyncGenerator<PlannedRow[]> {
  let position = 0;
  for await (const batch of store.batches<StoredRow>(`select * from read_parquet(${sqlString(file)})`))
    yield batch.map(({assay_group_key: group, ...stored}) => ({
      position: position++,
      rowId: stored.row_id,
      rowHash: stored.row_hash,
      group,
      row: toRow(stored as StoredRow)
    }));
}

/** Few-shot examples: the first rows of the training part in a seeded order of their own. */
export async function fewShotRows(
  store: Store,
  version: VersionManifest,
  split: SplitManifest,
  fewShot: {count: number; seed?: string} | undefined,
  seed: string
): Promise<Row[]> {
  if (!fewShot) return [];
  const rows = await store.rows<StoredRow>(
    `select r.* from read_parquet(${sqlString(versionFile(store.workspace, version))}) r
     join ${partsOf(store, split)} p using (row_id) where p.part = 'train'
     order by ${orderOf("r.row_id", fewShot.seed ?? `${seed} few-shot`)} limit ${Math.max(0, Math.floor(fewShot.count))}`
  );
  return rows.map(toRow);
}

function orderOf(column: string, seed: string): string {
  return `sha256(${sqlString(seed)} || chr(10) || ${column}), ${column}`;
}

function partsOf(store: Store, split: SplitManifest): string {
  return `read_parquet(${sqlString(join(store.workspace.splitDir(split.dataset, split.id), "parts.parquet"))})`;
}
