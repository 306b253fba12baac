import {open, readdir, readFile, rename, rm, stat, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {
  flushFolder,
  insideFolder,
  namingTarget,
  putNew,
  sweepBelow,
  sweepTemporary,
  temporaryPath,
  writeAtomic,
  makeFolder
} from "../../system/files.js";
import {UserError} from "../../validation/errors.js";
import type {StorageBackend, StorageEntry, StagedFolder} from "./storageBackend.js";
import {asSoleRemover} from "./soleRemover.js";

/** A folder of this machine, or of a file system that several share, as a store's place. A rename commits. */
export class LocalFolder implements StorageBackend {
  constructor(readonly name: string) {}

  /** The path of a key. Throws UserError for a key that would leave the folder. */
  path(key: string): string {
    return insideFolder(this.name, key);
  }

  /** Once written to. */
  private isThere = false;

  /** A store that was removed while it is used is not made anew: without its marks git would see what is in it. */
  private async ready(folder: string): Promise<void> {
    if (this.isThere && !(await this.has("")))
      throw new UserError(
        `${this.name} was removed meanwhile. Nothing is written; call again for a new one.`
      );
    await makeFolder(folder);
    this.isThere = true;
  }

  async list(key: string): Promise<StorageEntry[]> {
    const path = this.path(key);
    const names = await readdir(path).catch((error: unknown) => absent(error, [] as string[]));
    const found: StorageEntry[] = [];
    for (const name of names.sort()) {
      if (name.startsWith(".")) continue;
      // Gone meanwhile is not there.
      const entry = await stat(join(path, name)).catch((error: unknown) => absent(error, undefined));
      if (entry) found.push({name, folder: entry.isDirectory()});
    }
    return found;
  }

  async has(key: string): Promise<boolean> {
    return stat(this.path(key)).then(
      () => true,
      (error: unknown) => absent(error, false)
    );
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    return readFile(this.path(key)).catch((error: unknown) => absent(error, undefined));
  }

  async readRange(key: string, start: number, end: number): Promise<Uint8Array | undefined> {
    const file = await open(this.path(key)).catch((error: unknown) => absent(error, undefined));
    if (!file) return undefined;
    try {
      const {size} = await file.stat();
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      let filled = 0;
      while (filled < bytes.length) {
        const {bytesRead} = await file.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await file.close();
    }
  }

  async put(key: string, bytes: Uint8Array | string): Promise<void> {
    await this.putFile(key, (temporary) => writeFile(temporary, bytes));
  }

  async putFile(key: string, write: (path: string) => Promise<void>): Promise<void> {
    const path = this.path(key);
    await this.ready(dirname(path));
    await writeAtomic(path, write);
  }

  async putIfAbsent(key: string, bytes: Uint8Array | string): Promise<boolean> {
    const path = this.path(key);
    await this.ready(dirname(path));
    return putNew(path, bytes);
  }

  async removeIf(key: string, seen: Uint8Array): Promise<boolean> {
    const path = this.path(key);
    const isAsSeen = async () => {
      const now = await this.read(key);
      return now !== undefined && Buffer.compare(now, seen) === 0;
    };
    if (!(await isAsSeen())) return false;
    // What is there is never moved before it is known to be what was seen: it may be another's, put there meanwhile.
    return asSoleRemover(path, seen, async () => {
      if (!(await isAsSeen())) return false;
      await rm(path);
      return true;
    });
  }

  /** The look and the write are two steps here: a holder that is late by more than its lease may write over the next one. */
  async replaceIf(key: string, seen: Uint8Array, bytes: Uint8Array | string): Promise<boolean> {
    const now = await this.read(key);
    if (!now || Buffer.compare(now, seen) !== 0) return false;
    await this.put(key, bytes);
    return true;
  }

  async append(key: string, bytes: Uint8Array | string): Promise<void> {
    const path = this.path(key);
    await this.ready(dirname(path));
    const file = await open(path, "a");
    try {
      await file.appendFile(bytes);
      await file.datasync();
    } catch (error) {
      throw namingTarget(error, path, path);
    } finally {
      await file.close();
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.path(key);
    const aside = temporaryPath(path);
    try {
      // Moved aside first: what is below it is there as a whole or not at all.
      await rename(path, aside);
    } catch (error) {
      return absent(error, undefined);
    }
    await rm(aside, {recursive: true, force: true});
  }

  readable(key: string): Promise<string> {
    return Promise.resolve(this.path(key));
  }

  readableFolder(key: string): Promise<string> {
    return this.readable(key);
  }

  async stage(key: string): Promise<StagedFolder> {
    const folder = temporaryPath(join(this.path(key), "stage"));
    await this.ready(folder);
    return {
      folder,
      commit: async (at) => {
        const target = this.path(at);
        try {
          await rename(folder, target);
        } catch (error) {
          if (!(await this.has(at))) throw error;
          return false;
        }
        await flushFolder(dirname(target));
        return true;
      },
      discard: () => rm(folder, {recursive: true, force: true})
    };
  }

  async sweep(key: string): Promise<void> {
    await sweepTemporary(this.path(key));
  }

  async sweepAll(): Promise<void> {
    await sweepBelow(this.name);
  }
}

/** What stands for a file that is not there; any other error is thrown. */
function absent<T>(error: unknown, value: T): T {
  const {code} = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return value;
  throw error;
}
