import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import type {StorageBackend, StorageEntry, StagedFolder} from "./storageBackend.js";
import {SharedStorage} from "./sharedStorage.js";

/** A place as it is, in which nothing that is written stays: whoever reads afterwards finds what was there before. */
export class DryStorage implements StorageBackend {
  private readonly place: StorageBackend;

  constructor(place: StorageBackend) {
    this.place = place instanceof SharedStorage ? place.untouched() : place;
  }

  get name(): string {
    return this.place.name;
  }

  list(key: string): Promise<StorageEntry[]> {
    return this.place.list(key);
  }

  has(key: string): Promise<boolean> {
    return this.place.has(key);
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return this.place.read(key);
  }

  readRange(key: string, start: number, end: number): Promise<Uint8Array | undefined> {
    return this.place.readRange(key, start, end);
  }

  async put(): Promise<void> {}

  /** The file is not made either: it would be a copy of rows, and a kill would leave it behind. */
  async putFile(): Promise<void> {}

  async putIfAbsent(key: string): Promise<boolean> {
    return !(await this.has(key));
  }

  async removeIf(key: string, seen: Uint8Array): Promise<boolean> {
    const now = await this.read(key);
    return now !== undefined && Buffer.compare(now, seen) === 0;
  }

  replaceIf(key: string, seen: Uint8Array): Promise<boolean> {
    return this.removeIf(key, seen);
  }

  async append(): Promise<void> {}

  async remove(): Promise<void> {}

  readable(key: string): Promise<string> {
    return this.place.readable(key);
  }

  readableFolder(key: string): Promise<string> {
    return this.place.readableFolder(key);
  }

  /** Whoever stages writes into the folder: it is there, outside of the store, until it is committed or discarded. */
  async stage(): Promise<StagedFolder> {
    const folder = await mkdtemp(join(tmpdir(), "assay-dry-"));
    const discard = () => rm(folder, {recursive: true, force: true});
    const commit = async (key: string) => {
      await discard();
      return !(await this.has(key));
    };
    return {folder, commit, discard};
  }

  async sweep(): Promise<void> {}

  async sweepAll(): Promise<void> {}
}
