import {createWriteStream} from "node:fs";

import {once} from "node:events";
import {rm} from "node:fs/promises";
import {dirname} from "node:path";
import {type Database, sqlName, sqlString} from "./duckdb.js";
import {fileScan} from "./fileScan.js";
import {makeFolder, namingTarget, temporaryPath, writeAtomic} from "../system/files.js";
import type {StorageBackend} from "./storage/storageBackend.js";

/** Column names with their DuckDB types, in order. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** `{'a': 'VARCHAR', …}` as read_json takes it. */
export function columnsLiteral(columns: ColumnTypes): string {
  return `{${Object.entries(columns)
    .map(([name, type]) => `${sqlString(name)}: ${sqlString(type)}`)
    .join(", ")}}`;
}

/**
 * Reads newline-delimited JSON with exactly these columns; absent members are null.
 * @param longest bytes of its longest line
 */
export function readNdjson(path: string, columns: ColumnTypes, longest: number): string {
  return fileScan(
    "read_json",
    path,
    "format = 'newline_delimited'",
    roomFor(longest),
    `columns = ${columnsLiteral(columns)}`
  );
}

const [LEAST_ROOM, MOST_ROOM] = [1 << 22, 1 << 28];

/**
 * The setting of read_json for objects of at most `longest` bytes. DuckDB takes twice as much memory on every thread, and
 * more than once, whatever the objects are: a bound that is far too high makes a small file run out of memory.
 */
export function roomFor(longest: number): string {
  return `maximum_object_size = ${Math.min(Math.max(longest + 1, LEAST_ROOM), MOST_ROOM)}`;
}

/** Rows of a group are read as one block: larger ones cost a reader memory and a page a longer range. */
const ROW_GROUP = 16_384;

/** Runs a query into a Parquet file that appears whole or not at all. */
export async function writeParquet(db: Database, path: string, query: string): Promise<void> {
  await writeAtomic(path, (temporary) => copyParquet(db, temporary, query));
}

/** The same straight into the file. */
export async function copyParquet(db: Database, path: string, query: string): Promise<void> {
  await db.run(
    `copy (${query}) to ${sqlString(path)} (format parquet, compression zstd, compression_level 1, row_group_size ${ROW_GROUP})`
  );
}

/** A relation over a Parquet file. */
export function parquetFile(path: string): string {
  return fileScan("read_parquet", path);
}

/** The same with each row's place in the file, from 0, as `file_row_number`. */
export function numberedParquetFile(path: string): string {
  return fileScan("read_parquet", path, "file_row_number = true");
}

/** A relation over Parquet files of one form; columns that some lack are null there. Needs one file or more. */
export function parquetFiles(paths: readonly string[]): string {
  return fileScan("read_parquet", paths, "union_by_name = true");
}

/**
 * The same of files with the same columns, and each row's file as `filename`: only the first is looked into before rows are
 * read.
 */
export function parquetList(paths: readonly string[]): string {
  return fileScan("read_parquet", paths, "filename = true");
}

const everything = (source: string) => `select * from ${source}`;

/** Writes plain objects to a Parquet file by way of a temporary NDJSON file, so that memory stays flat. */
export async function writeParquetRows(
  db: Database,
  path: string,
  columns: ColumnTypes,
  rows: Iterable<object> | AsyncIterable<object>,
  select: (source: string) => string = everything
): Promise<number> {
  const {count} = await throughNdjson(db, path, columns, select, (ndjson) => writeNdjson(ndjson, rows));
  return count;
}

/** The same of rows that are JSON already, one a line, in chunks of any size. */
export async function writeParquetLines(
  db: Database,
  path: string,
  columns: ColumnTypes,
  lines: AsyncIterable<Uint8Array>,
  select: (source: string) => string = everything
): Promise<void> {
  await throughNdjson(db, path, columns, select, async (ndjson) => ({
    longest: await writeFlowing(ndjson, async (write) => {
      for await (const chunk of lines) await write(chunk);
    })
  }));
}

async function throughNdjson<T extends {longest: number}>(
  db: Database,
  path: string,
  columns: ColumnTypes,
  select: (source: string) => string,
  fill: (ndjson: string) => Promise<T>
): Promise<T> {
  const ndjson = temporaryPath(`${path}.ndjson`);
  try {
    const filled = await fill(ndjson);
    await writeParquet(db, path, select(readNdjson(ndjson, columns, filled.longest)));
    return filled;
  } finally {
    await rm(ndjson, {force: true});
  }
}

/** Lines of text as they are; the bytes of the longest. */
export async function writeLines(path: string, lines: AsyncIterable<string>): Promise<number> {
  return writeFlowing(path, async (write) => {
    for await (const line of lines) {
      const full = write(line + "\n");
      if (full) await full;
    }
  });
}

/** One JSON object a line; the number of lines, and the bytes of the longest. */
export async function writeNdjson(
  path: string,
  rows: Iterable<object> | AsyncIterable<object>
): Promise<{count: number; longest: number}> {
  let count = 0;
  const longest = await writeFlowing(path, async (write) => {
    for await (const row of rows) {
      const full = write(JSON.stringify(row, bigAsText) + "\n");
      if (full) await full;
      count++;
    }
  });
  return {count, longest};
}

/** `write` gives a promise to wait for when the file is slower than what is written. The bytes of the longest line. */
async function writeFlowing(
  path: string,
  fill: (write: (chunk: string | Uint8Array) => Promise<unknown> | undefined) => Promise<void>
): Promise<number> {
  const lines = lineLengths();
  await makeFolder(dirname(path));
  const out = createWriteStream(path, {highWaterMark: 1 << 20});
  const failed = once(out, "error").then(([error]) => {
    throw namingTarget(error, path, dirname(path));
  });
  failed.catch(() => undefined);
  await fill((chunk) => {
    lines.add(chunk);
    return out.write(chunk) ? undefined : Promise.race([once(out, "drain"), failed]);
  });
  out.end();
  await Promise.race([once(out, "finish"), failed]);
  return lines.longest();
}

/** Follows the lines of what is written, a text being a line and bytes any piece of some. */
function lineLengths() {
  let longest = 0;
  let open = 0;
  const close = (length: number) => {
    if (length > longest) longest = length;
  };
  return {
    add(chunk: string | Uint8Array): void {
      if (typeof chunk === "string") return close(Buffer.byteLength(chunk));
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        close(open + end - from);
        open = 0;
        from = end + 1;
      }
      open += chunk.length - from;
    },
    longest: () => Math.max(longest, open)
  };
}

/** A query that yields no rows but has these columns: stands in where no file exists yet. */
export function emptyRelation(columns: ColumnTypes): string {
  return `select ${Object.entries(columns)
    .map(([name, type]) => `cast(null as ${type}) as ${sqlName(name)}`)
    .join(", ")} where false`;
}

/** Whole numbers beyond 2^53 stay exact as text. */
function bigAsText(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Runs a query into a Parquet file of a place that appears whole or not at all. */
export async function putParquet(
  db: Database,
  place: StorageBackend,
  key: string,
  query: string
): Promise<void> {
  await place.putFile(key, (path) => copyParquet(db, path, query));
}
