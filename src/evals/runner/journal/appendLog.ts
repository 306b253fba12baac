import {constants, fdatasync} from "node:fs";
import {type FileHandle, open} from "node:fs/promises";
import {dirname} from "node:path";
import {lineBuffer} from "./lineBuffer.js";
import {writeWhole, makeFolder} from "../../../base/system/files.js";

/** A file of one JSON object a line that only grows. A number that grows with every line is added as `seq`. */
export interface AppendLog {
  /** Resolves when the line is with the operating system: from then on kill -9 of this process cannot lose it. */
  append(record: object): Promise<void>;
  /** Writes the line within a tenth of a second, or with the next `append` or `flush`. */
  push(record: object): void;
  flush(): void;
  /** Writes what is left, flushes it to disk and closes the file; a second call does nothing. */
  close(): Promise<void>;
}

/** A power cut may lose at most the lines of this many milliseconds. */
const SYNC_MS = 1000;
const PUSH_MS = 100;

/**
 * Opens a log for appending. A torn last line, left by a writer that was killed, is cut off; one that lacks only its
 * line break is kept: who reads the log before it is opened takes it as whole. Lines of one turn of
 * the event loop share a write, which goes to the page cache and costs less than handing it to another thread.
 * After a write has failed every call throws: the file's end is not known any more.
 */
export async function openAppendLog(path: string): Promise<AppendLog> {
  await makeFolder(dirname(path));
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  const size = await endLastLine(handle).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  // Every line has more than one byte, so the size so far is above every number given out before.
  let seq = size;
  let position = size;
  let waiting: {resolve(): void; reject(error: unknown): void}[] = [];
  let failure: Error | undefined;
  let soon = false;
  let later: NodeJS.Timeout | undefined;
  let closed = false;
  const disk = keepOnDisk(handle, (error) => (failure ??= error));

  const lines = lineBuffer((bytes, length) => {
    if (failure) return;
    try {
      writeWhole(handle.fd, bytes, length, position);
      position += length;
      disk.written();
    } catch (error) {
      // The system's word of a write names no file.
      failure = Object.assign(error as Error, {path});
    }
  });
  const flush = () => {
    clearTimeout(later);
    later = undefined;
    const batch = waiting;
    waiting = [];
    lines.flush();
    for (const {resolve, reject} of batch) {
      if (failure) reject(failure);
      else resolve();
    }
  };
  const add = (record: object) => {
    if (failure) throw failure;
    lines.add(`"seq":${seq++}`, wellFormed(record));
  };

  return {
    append: (record) =>
      new Promise((resolve, reject) => {
        add(record);
        waiting.push({resolve, reject});
        if (soon) return;
        soon = true;
        setImmediate(() => {
          soon = false;
          flush();
        });
      }),
    push(record) {
      add(record);
      later ??= setTimeout(flush, PUSH_MS).unref();
    },
    flush() {
      flush();
      if (failure) throw failure;
    },
    async close() {
      if (closed) return;
      closed = true;
      flush();
      await disk.end();
      await handle.close();
      if (failure) throw failure;
    }
  };
}

/** Flushes what was written to the disk itself, at most `SYNC_MS` later and for good at the end. */
function keepOnDisk(handle: FileHandle, onFailure: (error: Error) => void) {
  let dirty = false;
  let syncing: Promise<void> | undefined;
  const sync = () =>
    new Promise<void>((resolve) => {
      dirty = false;
      fdatasync(handle.fd, (error) => {
        if (error) onFailure(error);
        syncing = undefined;
        resolve();
      });
    });
  const timer = setInterval(() => {
    if (dirty && !syncing) syncing = sync();
  }, SYNC_MS);
  timer.unref();
  return {
    written() {
      dirty = true;
    },
    async end() {
      clearInterval(timer);
      await syncing;
      await sync();
    }
  };
}

/**
 * JSON that DuckDB takes. Half a surrogate pair, which a model or a cut through an emoji leaves, becomes "�": the line would be
 * skipped on reading, and its completion paid for again at every start.
 */
function wellFormed(record: object): string {
  const text = JSON.stringify(record);
  if (!/\\ud[89a-f]/.test(text)) return text;
  return JSON.stringify(record, (_key, value: unknown) =>
    typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\ufffd") : value
  );
}

/** Ends the file behind its last whole line, with a line break; the size that it then has. */
async function endLastLine(handle: FileHandle): Promise<number> {
  const {size} = await handle.stat();
  const end = await lastLineBreak(handle, size);
  if (end === size) return size;
  const tail = Buffer.alloc(size - end);
  await handle.read(tail, 0, tail.length, end);
  if (isJsonLine(tail.toString())) {
    await handle.write("\n", size);
    return size + 1;
  }
  await handle.truncate(end);
  return end;
}

/** The place behind the last line break; 0 when there is none. */
async function lastLineBreak(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(1 << 16);
  let end = size;
  while (end > 0) {
    const start = Math.max(0, end - block.length);
    const {bytesRead} = await handle.read(block, 0, end - start, start);
    const newline = block.subarray(0, bytesRead).lastIndexOf(10);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

function isJsonLine(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
