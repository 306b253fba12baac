import {constants, fdatasync, write} from "node:fs";
import {type FileHandle, mkdir, open} from "node:fs/promises";
import {dirname} from "node:path";

/** A file of one JSON object a line that only grows. */
export interface AppendLog {
  /**
   * Resolves when the line has been handed to the operating system: from then on kill -9 of this process cannot
   * lose it. A number that grows with every line, also over restarts, is added as `seq`.
   */
  append(record: object): Promise<void>;
  /** Writes what is left, flushes it to disk and closes the file; a second call does nothing. */
  close(): Promise<void>;
}

/** A power cut may lose at most the lines of this many milliseconds. */
const FLUSH_MS = 1000;

/**
 * Opens a log for appending; a torn last line, left by a writer that was killed, is cut off. Lines that arrive
 * while a write is under way go out together with the next one.
 */
export async function openAppendLog(path: string): Promise<AppendLog> {
  await mkdir(dirname(path), {recursive: true});
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  const size = await cutTornLine(handle);
  // Every line has more than one byte, so the size so far is above every number given out before.
  let seq = size;
  let position = size;
  let lines: string[] = [];
  let waiting: {resolve(): void; reject(error: unknown): void}[] = [];
  let writing = false;
  let failed: unknown;
  let idle: (() => void) | undefined;
  let flushing = false;
  let dirty = false;
  let closed = false;

  const timer = setInterval(() => {
    if (flushing || !dirty) return;
    flushing = true;
    dirty = false;
    fdatasync(handle.fd, (error) => {
      flushing = false;
      if (error) failed ??= error;
      idle?.();
    });
  }, FLUSH_MS);
  timer.unref();

  const settle = () => {
    writing = false;
    if (lines.length > 0) pump();
    else idle?.();
  };
  const pump = () => {
    writing = true;
    const batch = waiting;
    const bytes = Buffer.from(lines.join(""));
    lines = [];
    waiting = [];
    writeAll(handle.fd, bytes, position, (error) => {
      if (error) {
        failed ??= error;
        for (const one of batch) one.reject(error);
      } else {
        position += bytes.length;
        dirty = true;
        for (const one of batch) one.resolve();
      }
      settle();
    });
  };

  return {
    append(record) {
      if (failed) return Promise.reject(failed as Error);
      return new Promise((resolve, reject) => {
        lines.push(JSON.stringify({seq: seq++, ...record}) + "\n");
        waiting.push({resolve, reject});
        // Lines of one turn of the event loop share a write.
        if (!writing) {
          writing = true;
          setImmediate(pump);
        }
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      while (writing || flushing) await new Promise<void>((resolve) => (idle = resolve));
      try {
        if (!failed) await handle.datasync();
      } finally {
        await handle.close();
      }
      if (failed) throw failed as Error;
    }
  };
}

function writeAll(fd: number, bytes: Buffer, position: number, done: (error?: Error) => void): void {
  write(fd, bytes, 0, bytes.length, position, (error, written) => {
    if (error) done(error);
    else if (written < bytes.length) writeAll(fd, bytes.subarray(written), position + written, done);
    else done();
  });
}

/** Cuts the file behind its last newline; the size that is left. */
async function cutTornLine(handle: FileHandle): Promise<number> {
  const {size} = await handle.stat();
  const block = Buffer.alloc(1 << 16);
  let end = size;
  while (end > 0) {
    const start = Math.max(0, end - block.length);
    const {bytesRead} = await handle.read(block, 0, end - start, start);
    const newline = block.subarray(0, bytesRead).lastIndexOf(10);
    if (newline >= 0) {
      end = start + newline + 1;
      break;
    }
    end = start;
  }
  if (end < size) await handle.truncate(end);
  return end;
}
