import {createHash} from "node:crypto";
import {type FileHandle, open, rename} from "node:fs/promises";
import {join} from "node:path";
import {flushFolder, writeJsonAtomic} from "../../base/system/files.js";
import type {TensorJobResult} from "./engine/job.js";
import type {HashedFile} from "./hashes.js";
import type {Shard} from "../safetensors/shards.js";

/** What is kept of a complete shard, to be taken up by the next start of the same merge. */
export interface FinishedShard {
  file: HashedFile;
  results: TensorJobResult[];
}

/** Bytes read at once to be hashed. */
const CHUNK = 1 << 20;
/** Bytes after which the disk is asked to begin, so that little is left to flush at the end. */
const FLUSH = 1 << 26;

/**
 * A shard on its way. While threads write it, this reads the finished part again, from its beginning on, and hashes
 * it; and the disk is kept busy. It gets its name, and its record, only when it is complete and flushed.
 */
export class ShardFile {
  private readonly hash = createHash("sha256");
  private readonly finished = new Map<number, number>();
  private ready: number;
  private hashed = 0;
  private unflushed = 0;
  private handle: Promise<FileHandle> | undefined;
  private hashing: Promise<void> | undefined;
  private flushing: Promise<void> | undefined;

  constructor(
    private readonly folder: string,
    private readonly shard: Shard
  ) {
    this.ready = shard.head.byteLength;
  }

  /** Makes the file with its header, and room for the tensors. */
  async create(): Promise<void> {
    const handle = await open(this.path, "w");
    try {
      await handle.writeFile(this.shard.head);
      await handle.truncate(this.shard.bytes);
    } finally {
      await handle.close();
    }
  }

  get path(): string {
    return join(this.folder, `${this.shard.name}.partial`);
  }

  /** Says that these bytes are in the file. */
  written(start: number, end: number): void {
    if (end > start) this.finished.set(start, end);
    for (let next = this.finished.get(this.ready); next !== undefined; next = this.finished.get(this.ready)) {
      this.finished.delete(this.ready);
      this.ready = next;
    }
    this.unflushed += end - start;
    if (this.ready - this.hashed >= CHUNK) this.hashing ??= this.background(this.hashReady());
    if (this.unflushed >= FLUSH) this.flushing ??= this.background(this.flush());
  }

  /** Flushes and names the shard, all bytes of which have been written. */
  async finish(results: TensorJobResult[]): Promise<FinishedShard> {
    await Promise.all([this.hashing, this.flushing]);
    const {name, bytes} = this.shard;
    if (this.ready !== bytes) throw new Error(`${name}: ${this.ready} of ${bytes} bytes were written`);
    const handle = await this.open();
    await Promise.all([handle.sync(), this.hashReady()]);
    await this.close();
    const finished = {file: {path: name, bytes, sha256: this.hash.digest("hex")}, results};
    await rename(this.path, join(this.folder, name));
    await flushFolder(this.folder);
    await writeJsonAtomic(join(this.folder, `${name}.json`), finished);
    return finished;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.hashing, this.flushing]);
    const handle = await this.handle?.catch(() => undefined);
    this.handle = undefined;
    await handle?.close();
  }

  private open(): Promise<FileHandle> {
    return (this.handle ??= open(this.path, "r+"));
  }

  /** A failure is met again by `finish`, and must not be reported as unhandled before. */
  private background(work: Promise<void>): Promise<void> {
    work.catch(() => undefined);
    return work;
  }

  private async hashReady(): Promise<void> {
    const handle = await this.open();
    const buffer = Buffer.allocUnsafe(CHUNK);
    while (this.hashed < this.ready) {
      const wanted = Math.min(CHUNK, this.ready - this.hashed);
      const {bytesRead} = await handle.read(buffer, 0, wanted, this.hashed);
      if (bytesRead === 0) throw new Error(`${this.path} ends at byte ${this.hashed}: it was cut`);
      this.hash.update(buffer.subarray(0, bytesRead));
      this.hashed += bytesRead;
    }
    this.hashing = undefined;
  }

  private async flush(): Promise<void> {
    this.unflushed = 0;
    await (await this.open()).datasync();
    this.flushing = undefined;
  }
}
