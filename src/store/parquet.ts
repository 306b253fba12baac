import {createWriteStream} from "node:fs";
import {once} from "node:events";
import {mkdir, rm} from "node:fs/promises";
import {dirname} from "node:path";
import {type Database, sqlName, sqlString} from "./duckdb.js";
import {temporaryPath, writeAtomic} from "./files.js";

/** Column names with their DuckDB types, in order. */
export type Columns = Readonly<Record<string, string>>;

/** `{'a': 'VARCHAR', …}` as read_json takes it. */
export function columnsLiteral(columns: Columns): string {
  return `{${Object.entries(columns)
    .map(([name, type]) => `${sqlString(name)}: ${sqlString(type)}`)
    .join(", ")}}`;
}

/** Reads newline-delimited JSON with exactly these columns; absent members are null. */
export function readNdjson(path: string, columns: Columns): string {
  return `read_json(${sqlString(path)}, format = 'newline_delimited', maximum_object_size = 268435456, columns = ${columnsLiteral(columns)})`;
}

/** Rows of a group are read as one block: larger ones cost a reader memory and a page a longer range. */
const ROW_GROUP = 16_384;

/** Runs a query into a Parquet file that appears whole or not at all. */
export async function writeParquet(db: Database, path: string, query: string): Promise<void> {
  await writeAtomic(path, (temporary) =>
    db.run(
      `copy (${query}) to ${sqlString(temporary)} (format parquet, compression zstd, compression_level 1, row_group_size ${ROW_GROUP})`
    )
  );
}

/** Writes plain objects to a Parquet file by way of a temporary NDJSON file, so that memory stays flat. */
export async function writeParquetRows(
  db: Database,
  path: string,
  columns: Columns,
  rows: Iterable<object> | AsyncIterable<object>,
  select: (source: string) => string = (source) => `select * from ${source}`
): Promise<number> {
  const ndjson = temporaryPath(path) + ".ndjson";
  try {
    const count = await writeNdjson(ndjson, rows);
    await writeParquet(db, path, select(readNdjson(ndjson, columns)));
    return count;
  } finally {
    await rm(ndjson, {force: true});
  }
}

/** One JSON object a line; the number of lines. */
export async function writeNdjson(
  path: string,
  rows: Iterable<object> | AsyncIterable<object>
): Promise<number> {
  await mkdir(dirname(path), {recursive: true});
  const out = createWriteStream(path, {highWaterMark: 1 << 20});
  const failed = once(out, "error").then(([error]) => {
    throw error;
  });
  failed.catch(() => undefined);
  let count = 0;
  for await (const row of rows) {
    if (!out.write(JSON.stringify(row) + "\n")) await Promise.race([once(out, "drain"), failed]);
    count++;
  }
  out.end();
  await Promise.race([once(out, "finish"), failed]);
  return count;
}

/** A query that yields no rows but has these columns: stands in where no file exists yet. */
export function emptyRelation(columns: Columns): string {
  return `select ${Object.entries(columns)
    .map(([name, type]) => `cast(null as ${type}) as ${sqlName(name)}`)
    .join(", ")} where false`;
}
