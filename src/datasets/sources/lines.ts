import {createReadStream} from "node:fs";
import {createInterface} from "node:readline";
import {createGunzip} from "node:zlib";
import {type Database, sqlString} from "../../store/index.js";

/** The lines of a text file, plain or packed by gzip or zstd, streamed. */
export async function* linesOf(db: Database, file: string): AsyncGenerator<string> {
  if (/\.zst$/i.test(file)) {
    // Node 20 has no zstd; DuckDB reads the file as a table of one column, blank lines as null.
    for await (const batch of db.batches<{line: string | null}>(
      `select line from read_csv(${sqlString(file)}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', strict_mode = false, max_line_size = 268435456, compression = 'zstd')`
    ))
      for (const {line} of batch) yield line ?? "";
    return;
  }
  const bytes = createReadStream(file);
  const text = /\.gz$/i.test(file) ? bytes.pipe(createGunzip()) : bytes;
  try {
    for await (const line of createInterface({input: text, crlfDelay: Infinity})) yield line;
  } finally {
    bytes.destroy();
  }
}
