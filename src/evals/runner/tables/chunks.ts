import {stat} from "node:fs/promises";
import {join} from "node:path";
import {
  type ColumnTypes,
  type Database,
  emptyRelation,
  parquetFiles,
  sqlString
} from "../../../base/store/index.js";

/** DuckDB has held little for a smaller file than this: giving it back takes longer than it is worth. */
const TRIM_BYTES = 1 << 18;

/** Requests handled at once where DuckDB has to sort or join whole rows. */
const CHUNK = 16_384;

/** From `from` up to but without `to`. */
export interface HalfOpenRange {
  from: number;
  to: number;
}

/** Half-open ranges [from, to) that cover [0, total) in order; none when total is 0. */
export function rangesOf(total: number, size = CHUNK): HalfOpenRange[] {
  return Array.from({length: Math.ceil(total / size)}, (_range, index) => ({
    from: index * size,
    to: Math.min(total, (index + 1) * size)
  }));
}

/** The place, among the ranges of `rangesOf`, of the one that holds `n`. */
export const rangeAt = (n: number) => Math.floor(n / CHUNK);

export const within = (column: string, {from, to}: HalfOpenRange) =>
  `${column} >= ${from} and ${column} < ${to}`;

/** Writes a half-made table that need not survive a power cut, in row groups small enough to be written early. */
export async function copyChunk(db: Database, file: string, query: string): Promise<void> {
  await db.run(
    `copy (${query}) to ${sqlString(file)} (format parquet, compression zstd, compression_level 1, row_group_size 8192)`
  );
  if ((await stat(file)).size >= TRIM_BYTES) await db.trim();
}

/**
 * Writes one Parquet file for each query and gives the relation of them all, in order. DuckDB sorts and joins a
 * chunk at a time, so that memory does not grow with the whole.
 */
export async function copyChunks(
  db: Database,
  folder: string,
  name: string,
  columns: ColumnTypes,
  queries: readonly string[]
): Promise<string> {
  const files: string[] = [];
  for (const query of queries) {
    const file = join(folder, `${name}-${files.length}.parquet`);
    await copyChunk(db, file, query);
    files.push(file);
  }
  return relationOf(files, columns);
}

/** The relation of Parquet files in order; without any, one without rows that has these columns. */
export function relationOf(files: readonly string[], columns: ColumnTypes): string {
  return files.length === 0 ? `(${emptyRelation(columns)})` : parquetFiles(files);
}
