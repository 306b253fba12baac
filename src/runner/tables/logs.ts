import {existsSync, statSync} from "node:fs";
import {type FileHandle, open, rm} from "node:fs/promises";
import {
  type Columns,
  columnsLiteral,
  type Database,
  emptyRelation,
  parquetFile,
  sqlString,
  temporaryPath
} from "../../store/index.js";
import {copyParquet} from "./chunks.js";

/** DuckDB reads a file of lines through buffers of 32 MB; of a smaller file it fills no more than its size. */
const PIECE_BYTES = 4 << 20;
const BLOCK_BYTES = 1 << 18;

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
  const {pieces, longest} = await cutInPieces(log, path);
  try {
    await copyParquet(
      db,
      path,
      `select * from read_json([${pieces.map(sqlString).join(", ")}], format = 'newline_delimited', ignore_errors = true,
         maximum_object_size = ${Math.max(1 << 16, longest + 1)}, columns = ${columnsLiteral(columns)})`
    );
  } finally {
    for (const piece of pieces) await rm(piece, {force: true});
  }
  return parquetFile(path);
}

/** The same for a log that is not needed afterwards. */
export async function packed(db: Database, log: string, columns: Columns): Promise<string> {
  const relation = await logAsParquet(db, log, columns, `${log}.parquet`);
  await rm(log, {force: true});
  return relation;
}

/** Copies a file of lines into several, beside `near`, each cut behind a newline; and its longest line in bytes. */
async function cutInPieces(log: string, near: string): Promise<{pieces: string[]; longest: number}> {
  const pieces: string[] = [];
  let piece: FileHandle | undefined;
  let written = 0;
  let longest = 0;
  let current = 0;
  const from = await open(log, "r");
  const write = async (bytes: Buffer) => {
    if (bytes.length === 0) return;
    if (!piece) {
      pieces.push(temporaryPath(near));
      piece = await open(pieces.at(-1)!, "w");
      written = 0;
    }
    await piece.writeFile(bytes);
    written += bytes.length;
  };
  try {
    const space = Buffer.allocUnsafe(BLOCK_BYTES);
    for (;;) {
      const {bytesRead} = await from.read(space, 0, space.length);
      if (bytesRead === 0) break;
      const block = space.subarray(0, bytesRead);
      let start = 0;
      for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, start)) {
        longest = Math.max(longest, current + end - start);
        current = 0;
        start = end + 1;
      }
      current += block.length - start;
      if (written + block.length < PIECE_BYTES || start === 0) await write(block);
      else {
        await write(block.subarray(0, start));
        await piece?.close();
        piece = undefined;
        await write(block.subarray(start));
      }
    }
  } finally {
    await from.close();
    await piece?.close();
  }
  return {pieces, longest: Math.max(longest, current)};
}
