import {existsSync, statSync} from "node:fs";
import {type FileHandle, open, rm} from "node:fs/promises";
import {temporaryPath} from "../../../base/system/index.js";
import {
  type ColumnTypes,
  columnsLiteral,
  type Database,
  emptyRelation,
  fileScan,
  parquetFile,
  sqlString
} from "../../../base/store/index.js";
import {copyChunk, type HalfOpenRange, relationOf} from "./chunks.js";

/** DuckDB reads a file of lines through buffers of 32 MB; of a smaller file it fills no more than its size. */
const PIECE_BYTES = 4 << 20;
const BLOCK_BYTES = 1 << 18;

/** What of a log is copied, and the text that all its rows have as their column `run`. */
interface Copied {
  /** Bytes between two lines; from the beginning and to the end of now, unless told. */
  from?: number;
  to?: number;
  run?: string;
}

/**
 * A log as a Parquet file at `path`, in the log's order, and the relation of it. A torn last line, of a run that is
 * being written or was killed, is left out; so is a log that does not exist.
 */
export async function logAsParquet(
  db: Database,
  log: string,
  columns: ColumnTypes,
  path: string,
  {from = 0, to = fileBytes(log), run}: Copied = {}
): Promise<string> {
  if (to <= from) return `(${emptyRelation(columns)})`;
  const {pieces, longest} = await cutInPieces(log, {from, to}, path);
  const first = run === undefined ? "" : `${sqlString(run)} as run, `;
  try {
    await copyChunk(
      db,
      path,
      `select ${first}* from ${fileScan(
        "read_json",
        pieces,
        "format = 'newline_delimited'",
        "ignore_errors = true",
        `maximum_object_size = ${Math.max(1 << 16, longest + 1)}`,
        `columns = ${columnsLiteral(columns)}`
      )}`
    );
  } finally {
    for (const piece of pieces) await rm(piece, {force: true});
  }
  return parquetFile(path);
}

/** The same for a log that is not needed afterwards. */
export async function packed(
  db: Database,
  log: string,
  columns: ColumnTypes,
  {run, path = `${log}.parquet`}: {run?: string; path?: string} = {}
): Promise<string> {
  const relation = await logAsParquet(db, log, columns, path, {run});
  await rm(log, {force: true});
  return relation;
}

/** A log that becomes Parquet while it grows. */
export interface GrowingLog {
  /** Packs what was written since the last time, and gives the relation of all that was packed. */
  pack(): Promise<string>;
}

/** Each piece becomes a file beside `path`; `flush` puts what the log has been given into its file, in whole lines. */
export function growingLog(
  db: Database,
  log: {path: string; flush(): void},
  columns: ColumnTypes,
  path: string
): GrowingLog {
  const files: string[] = [];
  let end = 0;
  return {
    async pack() {
      log.flush();
      const to = fileBytes(log.path);
      if (to > end) {
        const file = `${path}-${files.length}.parquet`;
        await logAsParquet(db, log.path, columns, file, {from: end, to});
        files.push(file);
        end = to;
      }
      return relationOf(files, columns);
    }
  };
}

function fileBytes(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** Copies bytes of a file of lines into several files beside `near`, each cut behind a newline; and its longest line in bytes. */
async function cutInPieces(
  log: string,
  {from, to}: HalfOpenRange,
  near: string
): Promise<{pieces: string[]; longest: number}> {
  const pieces: string[] = [];
  let piece: FileHandle | undefined;
  let written = 0;
  let longest = 0;
  let current = 0;
  const source = await open(log, "r");
  let at = from;
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
      const {bytesRead} = await source.read(space, 0, Math.min(space.length, to - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
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
    await source.close();
    await piece?.close();
  }
  return {pieces, longest: Math.max(longest, current)};
}
