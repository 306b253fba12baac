import {createWriteStream, rmSync} from "node:fs";
import {copyFile, link, readdir, readFile, rename, rm, stat, utimes, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import type {Readable} from "node:stream";
import {pipeline} from "node:stream/promises";
import {temporaryPath, makeFolder} from "../../../system/files.js";
import {sha256} from "../../../system/hash.js";

const atExit = new Set<string>();

function removeAtExit(folder: string): void {
  if (atExit.size === 0)
    process.once("exit", () => atExit.forEach((one) => rmSync(one, {recursive: true, force: true})));
  atExit.add(folder);
}

/** What a folder of cached objects is cut down to when it has grown past its bound, as a share of it. */
const CUT_TO = 0.9;

/**
 * Copies of objects on this disk, by key and ETag: a copy is never wrong, only out of date. When they take more than
 * `maxBytes` those used longest ago go. What is handed out are links of this process, which outlive a copy's going.
 */
export class ObjectCache {
  private bytes: number | undefined;
  private readonly handedOut: string;

  /** @param tmpDir where links are handed out, on the same disk */
  constructor(
    private readonly folder: string,
    tmpDir: string,
    private readonly maxBytes: number
  ) {
    this.handedOut = temporaryPath(join(tmpDir, "readable"));
    removeAtExit(this.handedOut);
  }

  /** The ETag of the copy of a key; undefined when there is none. */
  async etag(key: string): Promise<string | undefined> {
    const [name] = (await readdir(this.of(key)).catch(() => [])).filter((one) => !one.startsWith("."));
    return name && decodeURIComponent(name);
  }

  async read(key: string, etag: string): Promise<Uint8Array | undefined> {
    const path = this.path(key, etag);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes) await this.used(path);
    return bytes;
  }

  async keep(key: string, etag: string, bytes: Uint8Array | string): Promise<void> {
    await this.take(key, etag, (path) => writeFile(path, bytes));
  }

  /** Keeps a file of this disk, which moves. */
  async keepFile(key: string, etag: string, file: string): Promise<void> {
    await this.take(key, etag, (path) => rename(file, path));
  }

  /** Keeps what a stream gives; a stream that ends before `size` bytes is an error. */
  async keepStream(key: string, etag: string, size: number, body: Readable): Promise<void> {
    await this.take(key, etag, async (path) => {
      await pipeline(body, createWriteStream(path));
      const found = (await stat(path)).size;
      if (found !== size) throw new Error(`${key} ended after ${found} of ${size} bytes`);
    });
  }

  /** Drops copies of these keys. */
  async drop(keys: Iterable<string>): Promise<void> {
    for (const key of keys) await rm(this.of(key), {recursive: true, force: true});
    this.bytes = undefined;
  }

  /** Drops all copies but those with these ETags. */
  async prune(current: ReadonlyMap<string, string>): Promise<void> {
    const kept = new Set([...current].map(([key, etag]) => this.path(key, etag)));
    for (const {path} of await this.copies()) if (!kept.has(path)) await rm(path, {force: true});
    this.bytes = undefined;
  }

  /** A path at which this process can read a copy until it ends; undefined when there is no copy. */
  async handOut(key: string, etag: string, folder = encodeURIComponent(etag)): Promise<string | undefined> {
    const path = join(this.handedOut, folder, ...key.split("/"));
    if (await stat(path).catch(() => undefined)) return path;
    const copy = this.path(key, etag);
    await makeFolder(dirname(path));
    try {
      // Not every file system has hard links.
      await link(copy, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return;
        if (error.code === "ENOENT") throw error;
        return copyFile(copy, path);
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    await this.used(copy);
    return path;
  }

  /** Where files of a key are handed out under a name of their own. */
  folderOf(key: string, folder: string): string {
    return join(this.handedOut, folder, ...key.split("/"));
  }

  private async take(key: string, etag: string, fill: (path: string) => Promise<void>): Promise<void> {
    const folder = this.of(key);
    await makeFolder(folder);
    const temporary = temporaryPath(join(folder, "copy"));
    try {
      await fill(temporary);
      const {size} = await stat(temporary);
      await rename(temporary, this.path(key, etag));
      await this.used(this.path(key, etag));
      for (const name of await readdir(folder))
        if (!name.startsWith(".") && name !== encodeURIComponent(etag))
          await rm(join(folder, name), {force: true});
      if (this.bytes !== undefined) this.bytes += size;
    } catch (error) {
      await rm(temporary, {force: true});
      throw error;
    }
    await this.cut();
  }

  private async cut(): Promise<void> {
    if (this.bytes !== undefined && this.bytes <= this.maxBytes) return;
    const copies = (await this.copies()).sort((a, b) => b.usedAt - a.usedAt);
    let bytes = 0;
    const full = copies.reduce((sum, {size}) => sum + size, 0) > this.maxBytes;
    // The newest stays even when it is larger than the bound: somebody is about to read it.
    for (const [i, {path, size}] of copies.entries())
      if (full && i > 0 && bytes + size > this.maxBytes * CUT_TO) await rm(path, {force: true});
      else bytes += size;
    this.bytes = bytes;
  }

  private async copies(): Promise<{path: string; size: number; usedAt: number}[]> {
    const found = [];
    for (const one of await readdir(this.folder, {withFileTypes: true, recursive: true}).catch(() => [])) {
      const path = join(one.parentPath, one.name);
      const file =
        one.isFile() && !one.name.startsWith(".") ? await stat(path).catch(() => undefined) : undefined;
      if (file) found.push({path, size: file.size, usedAt: file.mtimeMs});
    }
    return found;
  }

  private async used(path: string): Promise<void> {
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
  }

  private of(key: string): string {
    const name = sha256(key);
    return join(this.folder, name.slice(0, 2), name.slice(2, 42));
  }

  private path(key: string, etag: string): string {
    return join(this.of(key), encodeURIComponent(etag));
  }
}
