import {createReadStream, existsSync, statSync} from "node:fs";
import {rm} from "node:fs/promises";
import {type Columns, columnsLiteral, type Database, emptyRelation, sqlString} from "../store/index.js";
import {copyParquet} from "./chunks.js";

/**
 * A log as a Parquet file at `path`, in the log's order, and the relation of it. A torn last line, of a run that is
 * being written or was killed, is left out; so is a log that does not exist.
 */
export async function logAsParquet(
  db: Database,
  log: string,
  columns: Columns,
  path: string
): Promise<string> {
  if (!existsSync(log) || statSync(log).size === 0) return `(${emptyRelation(columns)})`;
  // DuckDB wants to know the longest line beforehand, and takes memory for the bound whatever the lines are.
  const longest = Math.max(1 << 16, (await longestLine(log)) + 1);
  await copyParquet(
    db,
    path,
    `select * from read_json(${sqlString(log)}, format = 'newline_delimited', ignore_errors = true, maximum_object_size = ${longest}, columns = ${columnsLiteral(columns)})`
  );
  return `read_parquet(${sqlString(path)})`;
}

/** The same for a log that is not needed afterwards. */
export async function packed(db: Database, log: string, columns: Columns): Promise<string> {
  const relation = await logAsParquet(db, log, columns, `${log}.parquet`);
  await rm(log, {force: true});
  return relation;
}

/** Bytes of the longest line of a file. */
async function longestLine(path: string): Promise<number> {
  let longest = 0;
  let current = 0;
  for await (const block of createReadStream(path, {highWaterMark: 1 << 18}) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, start)) {
      longest = Math.max(longest, current + end - start);
      current = 0;
      start = end + 1;
    }
    current += block.length - start;
  }
  return Math.max(longest, current);
}
