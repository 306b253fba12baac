import {createHash} from "node:crypto";
import {readdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {UserError} from "../../../validation/errors.js";
import {temporaryPath, makeFolder} from "../../../system/files.js";
import type {StorageBackend, StorageEntry, StagedFolder} from "../storageBackend.js";
import type {Bucket, Condition, ListedObject} from "./bucket.js";
import {Claim, claimedFolders, claimKey, clearClaim, isVacated, VACATED, visible} from "./claim.js";
import {Listings} from "./listings.js";
import type {ObjectCache} from "./objectCache.js";

/** Uploads in parts that are older than this belong to nobody, and leases given back so long ago are not about to be taken. */
const DAY_MS = 24 * 3_600_000;

/** Objects of these keys say who holds what: they are asked for anew each time. */
const isLease = (key: string) => key.startsWith("locks/");

/**
 * A bucket, or a part of one, as a store's place. Files are objects under their own names, so that other engines read the
 * same Parquet. Files that must appear together are hidden by a claim until the last is there.
 */
export class S3Storage implements StorageBackend {
  private readonly listings = new Listings();
  /** ETags of objects that stand for none: on most servers they are all one. */
  private readonly vacated = new Set<string>();

  /** @param tmpDir a folder of this machine for files on their way, on the cache's disk */
  constructor(
    private readonly bucket: Bucket,
    private readonly cache: ObjectCache,
    private readonly tmpDir: string
  ) {}

  get name(): string {
    return this.bucket.name;
  }

  async list(key: string): Promise<StorageEntry[]> {
    const folder = key === "" ? "" : `${this.checked(key)}/`;
    const found = new Map<string, boolean>();
    for (const object of visible(await this.listed(folder))) {
      const [name, ...rest] = object.key.slice(folder.length).split("/");
      if (!name || name.startsWith(".")) continue;
      if (rest.length === 0 && (await this.isVacated(object))) continue;
      found.set(name, (found.get(name) ?? false) || rest.length > 0);
    }
    return [...found]
      .map(([name, hasBelow]) => ({name, folder: hasBelow}))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async has(key: string): Promise<boolean> {
    const {file, below} = await this.lookedUp(this.checked(key));
    return below.length > 0 || (file !== undefined && !(await this.isVacated(file)));
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    this.checked(key);
    const told = isLease(key) ? undefined : this.listings.object(key);
    if (told === "absent") return undefined;
    const known = isLease(key) ? undefined : await this.cache.etag(key);
    const kept = known !== undefined && told?.etag === known ? await this.cache.read(key, known) : undefined;
    if (kept) return kept;
    const got = await this.bucket.get(key, known);
    if (got === "unchanged") return (await this.cache.read(key, known!)) ?? this.fetched(key);
    if (got === undefined || isVacated(got.bytes)) return undefined;
    if (!isLease(key)) await this.cache.keep(key, got.etag, got.bytes);
    return got.bytes;
  }

  async readRange(key: string, start: number, end: number): Promise<Uint8Array | undefined> {
    return this.bucket.range(this.checked(key), start, end);
  }

  async put(key: string, bytes: Uint8Array | string): Promise<void> {
    await this.wrote(async () => {
      const etag = await this.bucket.put(this.checked(key), bytes);
      await this.cache.keep(key, etag, bytes);
    });
  }

  async putFile(key: string, write: (path: string) => Promise<void>): Promise<void> {
    this.checked(key);
    const path = temporaryPath(join(this.tmpDir, "put"));
    await makeFolder(this.tmpDir);
    try {
      await write(path);
      await this.wrote(() => this.upload(key, path));
    } finally {
      await rm(path, {force: true});
    }
  }

  async putIfAbsent(key: string, bytes: Uint8Array | string): Promise<boolean> {
    this.checked(key);
    if (await this.putIf(key, bytes, {absent: true})) return true;
    const found = await this.bucket.get(key);
    if (found === undefined || found === "unchanged" || !isVacated(found.bytes)) return false;
    return this.putIf(key, bytes, {etag: found.etag});
  }

  async removeIf(key: string, seen: Uint8Array): Promise<boolean> {
    return this.replaceIf(key, seen, VACATED);
  }

  async replaceIf(key: string, seen: Uint8Array, bytes: Uint8Array | string): Promise<boolean> {
    const found = await this.bucket.get(this.checked(key));
    if (found === undefined || found === "unchanged") return false;
    if (isVacated(found.bytes) || Buffer.compare(found.bytes, seen) !== 0) return false;
    return this.putIf(key, bytes, {etag: found.etag});
  }

  async append(key: string, bytes: Uint8Array | string): Promise<void> {
    this.checked(key);
    const added = Buffer.from(bytes);
    let tried: Buffer | undefined;
    for (;;) {
      const found = await this.bucket.get(key);
      const before = found === undefined || found === "unchanged" ? undefined : found;
      const old = before && !isVacated(before.bytes) ? before.bytes : new Uint8Array();
      // A write whose answer was lost may have been made, and been added to since.
      if (tried && Buffer.compare(Buffer.from(old).subarray(0, tried.length), tried) === 0) return;
      tried = Buffer.concat([old, added]);
      if (await this.putIf(key, tried, before ? {etag: before.etag} : {absent: true})) return;
      await sleep(10 + Math.random() * 50);
    }
  }

  async remove(key: string): Promise<void> {
    this.checked(key);
    await this.wrote(async () => {
      const below = await this.bucket.list(`${key}/`);
      if (below.length > 0) {
        // Hidden first: what is below it is there as a whole or not at all.
        const claim = await Claim.seize(this.bucket, key, `removing ${key}`);
        await this.emptied(key, below);
        await claim.drop();
      }
      await this.bucket.remove([key]);
      await this.cache.drop([key]);
    });
  }

  async readable(key: string): Promise<string> {
    const etag = await this.present(this.checked(key));
    const path = await this.cache.handOut(key, etag);
    // Another process may have cut the cache down meanwhile.
    return path ?? this.readable(key);
  }

  async readableFolder(key: string): Promise<string> {
    const files = visible(await this.listed(`${this.checked(key)}/`));
    if (files.length === 0) throw this.absent(key);
    const state = createHash("sha256");
    for (const {key: file, etag} of files) state.update(`${file}\0${etag}\0`);
    const folder = state.digest("hex").slice(0, 16);
    for (const file of files) {
      const etag = await this.present(file.key);
      if (!(await this.cache.handOut(file.key, etag, folder))) return this.readableFolder(key);
    }
    return this.cache.folderOf(key, folder);
  }

  async stage(key: string): Promise<StagedFolder> {
    if (key !== "") this.checked(key);
    const folder = temporaryPath(join(this.tmpDir, "stage"));
    await makeFolder(folder);
    return {
      folder,
      commit: (at) => this.wrote(() => this.commit(folder, this.checked(at))),
      discard: () => rm(folder, {recursive: true, force: true})
    };
  }

  async sweep(key: string): Promise<void> {
    await this.sweepBelow(key === "" ? "" : `${this.checked(key)}/`);
  }

  async sweepAll(): Promise<void> {
    const yesterday = new Date(Date.now() - DAY_MS);
    await this.sweepBelow("");
    for (const lease of await this.bucket.list("locks/"))
      if (lease.modified < yesterday && (await this.isVacated(lease))) await this.bucket.removeListed(lease);
    await this.bucket.abortUploads(yesterday);
    await this.pruneCache();
  }

  /** Drops copies of what the bucket no longer holds, or holds in another form. */
  async pruneCache(): Promise<void> {
    const now = await this.bucket.list("");
    await this.cache.prune(new Map(now.map(({key, etag}) => [key, etag])));
  }

  private async commit(folder: string, at: string): Promise<boolean> {
    const claim = await this.claim(at);
    if (!claim) return false;
    try {
      const before = (await this.bucket.list(`${at}/`)).filter(({key}) => key !== claimKey(at));
      // Left by one who died while they went up, or put there by no commit.
      if (before.length > 0) await this.bucket.remove(before.map(({key}) => key));
      for (const file of await filesToCommit(folder)) {
        if (claim.lost.aborted) return false;
        await this.upload(`${at}/${file}`, join(folder, file), claim.lost);
      }
      return await claim.done();
    } catch (error) {
      await claim.drop().catch(() => undefined);
      throw error;
    }
  }

  /** Undefined when something is there, or another made it while this waited. */
  private async claim(at: string): Promise<Claim | undefined> {
    for (;;) {
      this.listings.forget();
      if (await this.has(at)) return undefined;
      const claim = await Claim.take(this.bucket, at, `writing ${at}`);
      if (claim === "held") await sleep(200);
      // Everything it was about is gone, one file after the other.
      else if (claim === "done" && !(await this.has(at))) await clearClaim(this.bucket, at);
      else if (claim === "done") return undefined;
      else return claim;
    }
  }

  private async sweepBelow(beginning: string): Promise<void> {
    await this.wrote(async () => {
      for (const folder of claimedFolders(await this.bucket.list(beginning))) {
        const claim = await Claim.takeOver(this.bucket, folder, `sweeping ${folder}`);
        if (!claim) continue;
        await this.emptied(folder, await this.bucket.list(`${folder}/`));
        await claim.drop();
      }
    });
  }

  /** Removes what is below a hidden folder, but for the claim: first the records that make the rest worth looking for. */
  private async emptied(folder: string, objects: readonly ListedObject[]): Promise<void> {
    const keys = objects.map(({key}) => key).filter((key) => key !== claimKey(folder));
    const manifests = keys.filter((key) => key.endsWith("/manifest.json"));
    if (manifests.length > 0) await this.bucket.remove(manifests);
    await this.bucket.remove(keys.filter((key) => !manifests.includes(key)));
    await this.cache.drop(keys);
  }

  private async upload(key: string, path: string, signal?: AbortSignal): Promise<void> {
    const etag = await this.bucket.putFile(key, path, signal);
    await this.cache.keepFile(key, etag, path);
  }

  /** The ETag of an object that is in the cache now. */
  private async present(key: string): Promise<string> {
    const told = this.listings.object(key);
    const known = await this.cache.etag(key);
    if (known !== undefined && told !== undefined && told !== "absent" && told.etag === known) return known;
    const got = await this.bucket.stream(key, known);
    if (got === "unchanged") return known!;
    if (got === undefined) throw this.absent(key);
    await this.cache.keepStream(key, got.etag, got.size, got.body);
    return got.etag;
  }

  private async fetched(key: string): Promise<Uint8Array | undefined> {
    const got = await this.bucket.get(key);
    return got === undefined || got === "unchanged" ? undefined : got.bytes;
  }

  private async listed(beginning: string): Promise<ListedObject[]> {
    const {writes} = this.listings;
    const objects = await this.bucket.list(beginning);
    this.listings.remember(beginning, objects, writes);
    return objects;
  }

  /** The object at a key, and those below it. The folder of a record is listed whole: its other files are asked for next. */
  private async lookedUp(key: string): Promise<{file?: ListedObject; below: ListedObject[]}> {
    const parts = key.split("/");
    const folder = parts.length > 2 ? `${parts.slice(0, -1).join("/")}/` : undefined;
    const near = isLease(key) ? undefined : this.listings.below(folder ?? key);
    const objects = visible(near ?? (await this.listed(folder ?? key)));
    return {
      file: objects.find((object) => object.key === key),
      below: objects.filter((object) => object.key.startsWith(`${key}/`))
    };
  }

  private async isVacated({key, size, etag}: ListedObject): Promise<boolean> {
    if (size !== VACATED.length) return false;
    if (this.vacated.has(etag)) return true;
    const got = await this.bucket.get(key);
    if (got !== undefined && got !== "unchanged" && !isVacated(got.bytes)) return false;
    this.vacated.add(etag);
    return true;
  }

  private async putIf(key: string, bytes: Uint8Array | string, condition: Condition): Promise<boolean> {
    return this.wrote(async () => (await this.bucket.putIf(key, bytes, condition)) !== undefined);
  }

  /** What listings said before a write of one's own is no longer so. */
  private async wrote<T>(work: () => Promise<T>): Promise<T> {
    this.listings.forget();
    try {
      return await work();
    } finally {
      this.listings.forget();
    }
  }

  private absent(key: string): UserError {
    return new UserError(
      `${this.name} has no ${key}, though a record names it: it was removed meanwhile. Try again.`
    );
  }

  private checked(key: string): string {
    if (key.split("/").some((name) => name === "" || name === "." || name === ".."))
      throw new UserError(`${JSON.stringify(key)} leaves the store ${this.name}. Use a plain name.`);
    return key;
  }
}

/** Files below a folder, the manifest last: nobody who asks for it by name finds it before the rest. */
async function filesToCommit(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(folder, {withFileTypes: true, recursive: true}))
    if (entry.isFile())
      files.push(
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll("\\", "/")
      );
  const isManifest = (file: string) => Number(file === "manifest.json");
  return files.sort((a, b) => isManifest(a) - isManifest(b) || (a < b ? -1 : 1));
}
