import {createReadStream} from "node:fs";
import {type FileHandle, open} from "node:fs/promises";
import {Writable} from "node:stream";
import {pipeline} from "node:stream/promises";
import {createGunzip} from "node:zlib";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {type Database, fileScan} from "../../../base/store/index.js";
import {WHOLE_LINES} from "./lines.js";

/**
 * Refuses packed files that are cut short, damaged or not packed, all of them at once, before a row is read: DuckDB takes
 * a zstd file that ends early for a whole one, and does not look at gzip's checksum. Other files pass.
 */
export async function assertWhole(db: Database, dataset: string, files: readonly string[]): Promise<void> {
  const problems: string[] = [];
  for (const file of files) {
    const problem = await problemOf(db, file);
    if (problem) problems.push(`${file} cannot be unpacked: ${problem}`);
  }
  if (problems.length > 0)
    throw new UserError(
      `dataset ${dataset}: ${problems.join("; ")}. No version was made. Fetch or write ${problems.length === 1 ? "the file" : "the files"} again.`
    );
}

async function problemOf(db: Database, file: string): Promise<string | undefined> {
  try {
    if (/\.gz$/i.test(file)) await pipeline(createReadStream(file), createGunzip(), nowhere());
    else if (/\.zst$/i.test(file)) return (await zstdProblem(file)) ?? (await zstdContents(db, file));
  } catch (error) {
    return messageOf(error);
  }
  return undefined;
}

function nowhere(): Writable {
  return new Writable({write: (_chunk, _encoding, done) => done()});
}

/** Unpacks all of it, checksums included; what the lines say, and how long they are, does not matter. */
async function zstdContents(db: Database, file: string): Promise<undefined> {
  await db.rows(
    `select count(*) from ${fileScan("read_csv", file, WHOLE_LINES, "ignore_errors = true, compression = 'zstd'")}`
  );
  return undefined;
}

const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** Walks from block to block (RFC 8878) without unpacking: says where the file ends early. */
async function zstdProblem(file: string): Promise<string | undefined> {
  const handle = await open(file);
  try {
    const {size} = await handle.stat();
    if (size === 0) return "it is empty";
    let at = 0;
    while (at < size) {
      const next = await frameEnd(handle, at, size);
      if (typeof next === "string") return next;
      at = next;
    }
    return undefined;
  } finally {
    await handle.close();
  }
}

const ENDS_EARLY = "it ends too early";

async function frameEnd(handle: FileHandle, start: number, size: number): Promise<number | string> {
  const head = await bytesAt(handle, start, 5);
  if (head.length < 5) return ENDS_EARLY;
  const magic = head.readUInt32LE(0);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
    const length = await bytesAt(handle, start + 4, 4);
    const end = length.length < 4 ? Infinity : start + 8 + length.readUInt32LE(0);
    return end <= size ? end : ENDS_EARLY;
  }
  if (magic !== FRAME) return `byte ${start} is not the beginning of a zstd frame`;
  const flags = head[4]!;
  const single = (flags >> 5) & 1;
  const sizeBytes = [single, 2, 4, 8][flags >> 6]!;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3]!;
  let at = start + 5 + (single ? 0 : 1) + dictionaryBytes + sizeBytes;
  for (;;) {
    const block = await bytesAt(handle, at, 3);
    if (block.length < 3) return ENDS_EARLY;
    const header = block.readUIntLE(0, 3);
    const repeated = ((header >> 1) & 3) === 1;
    at += 3 + (repeated ? 1 : header >> 3);
    if (header & 1) break;
  }
  const end = at + ((flags >> 2) & 1 ? 4 : 0);
  return end <= size ? end : ENDS_EARLY;
}

async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const {buffer, bytesRead} = await handle.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}
