import {constants} from "node:fs";
import {chmod, copyFile, open, stat} from "node:fs/promises";
import {basename, join} from "node:path";
import {UserError} from "../../../base/validation/index.js";
import type {SourceContext} from "./types.js";

const MAGIC = Buffer.from("SQLite format 3\0");
/** Where a header says in two bytes how the file is written and read, and what they are. */
const [MODES, ROLLBACK, WAL] = [18, 1, 2];
/** A `-wal` file of no more bytes has no changes. */
const WAL_HEADER = 32;

/**
 * The path of an SQLite file that can be opened: its own or, in WAL mode, that of a copy in `scratch` which is in none. In WAL mode a
 * file needs memory that is shared with its writers, which node-sqlite3-wasm has not; without changes in `-wal` it is whole by itself.
 * Throws UserError where there are some.
 */
export async function withoutWal(
  path: string,
  file: string,
  {dataset, scratch}: Pick<SourceContext, "dataset" | "scratch">
): Promise<string> {
  if (!(await isInWalMode(path))) return path;
  const copy = join(scratch, "copy.db");
  const before = await quietSince(path);
  if (before !== undefined) await copyFile(path, copy, constants.COPYFILE_FICLONE);
  if (before === undefined || (await quietSince(path)) !== before)
    throw new UserError(
      `dataset ${dataset}: ${file} is in WAL mode, and its newest changes may be in ${basename(path)}-wal. Close the programs that have it open, or make a copy with \`sqlite3 ${file} "vacuum into 'copy.db'"\` and read that. No version was made.`
    );
  // The copy of a file that may not be written may not either.
  await chmod(copy, 0o600);
  const opened = await open(copy, "r+");
  try {
    await opened.write(Buffer.from([ROLLBACK, ROLLBACK]), 0, 2, MODES);
  } finally {
    await opened.close();
  }
  return copy;
}

/** When the file was last written; undefined while there are changes beside it. */
async function quietSince(path: string): Promise<number | undefined> {
  const changes = await stat(`${path}-wal`).catch(() => undefined);
  return (changes?.size ?? 0) > WAL_HEADER ? undefined : (await stat(path)).mtimeMs;
}

async function isInWalMode(path: string): Promise<boolean> {
  const opened = await open(path);
  try {
    const {buffer} = await opened.read(Buffer.alloc(MODES + 2));
    return buffer.subarray(0, MAGIC.length).equals(MAGIC) && buffer.subarray(MODES).includes(WAL);
  } finally {
    await opened.close();
  }
}
