import {createReadStream} from "node:fs";
import {createInterface} from "node:readline";
import {pipeline, type Readable} from "node:stream";
import {createGunzip} from "node:zlib";
import {type Database, fileScan} from "../../../base/store/index.js";

/** Options of read_csv for a file as a table of its lines. */
export const WHOLE_LINES =
  "columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', strict_mode = false";

/** DuckDB takes sixteen times this for its buffer. */
const LONGEST_PACKED_LINE = 1 << 22;

/** The lines of a text file, plain or packed by gzip or zstd, streamed. */
export async function* linesOf(db: Database, file: string): AsyncGenerator<string> {
  if (/\.zst$/i.test(file)) {
    // Node 20 has no zstd; DuckDB reads the file as a table of one column, blank lines as null.
    for await (const batch of db.batches<{line: string | null}>(
      `select line from ${fileScan("read_csv", file, WHOLE_LINES, `max_line_size = ${LONGEST_PACKED_LINE}, compression = 'zstd'`)}`
    ))
      for (const {line} of batch) yield line ?? "";
    return;
  }
  const lines = createInterface({input: bytesOf(file), crlfDelay: Infinity});
  // Who stops after the first line is no longer listening when the file turns out broken further on.
  lines.on("error", () => undefined);
  for await (const line of lines) yield line;
}

/** The bytes of a file, unpacked when its ending is .gz. */
export function bytesOf(file: string): Readable {
  const bytes = createReadStream(file);
  if (!/\.gz$/i.test(file)) return bytes;
  const unpacked = createGunzip();
  pipeline(bytes, unpacked, () => undefined);
  return unpacked;
}
