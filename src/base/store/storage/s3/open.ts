import {stat, utimes, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {UserError} from "../../../validation/errors.js";
import {LocalFolder} from "../localFolder.js";
import type {StorageBackend} from "../storageBackend.js";
import {SharedStorage} from "../sharedStorage.js";
import {s3Address} from "./address.js";
import {Bucket} from "./bucket.js";
import {openClients} from "./client.js";
import {ObjectCache} from "./objectCache.js";
import {S3Storage} from "./s3Storage.js";

const CACHE_BYTES = 20e9;

const PRUNE_MS = 3_600_000;

/** The bound of the cache in bytes: ASSAY_CACHE_GB, or 20 GB. Throws UserError for no number. */
export function cacheBytes(env: NodeJS.ProcessEnv = process.env): number {
  const said = env.ASSAY_CACHE_GB;
  if (!said) return CACHE_BYTES;
  const gigabytes = Number(said);
  if (!(gigabytes > 0))
    throw new UserError(
      `ASSAY_CACHE_GB is ${JSON.stringify(said)}. Write a number of gigabytes, such as 50.`
    );
  return gigabytes * 1e9;
}

/**
 * Opens the store at `s3://bucket/prefix`. What it holds is copied to `dir` as it is read; copies of what is gone from the
 * bucket are dropped once an hour.
 */
export async function openS3(address: string, dir: string, tmpDir: string): Promise<StorageBackend> {
  const {bucket, prefix} = s3Address(address);
  const name = `s3://${bucket}/${prefix}`.replace(/\/$/, "");
  const cache = new ObjectCache(join(dir, ".objects"), tmpDir, cacheBytes());
  const shared = new S3Storage(new Bucket(await openClients(), name, bucket, prefix), cache, tmpDir);
  const marker = join(dir, ".pruned");
  const pruned = await stat(marker).catch(() => undefined);
  if (!pruned || Date.now() - pruned.mtimeMs > PRUNE_MS) {
    await shared.pruneCache();
    await writeFile(marker, "");
    await utimes(marker, new Date(), new Date());
  }
  return new SharedStorage(shared, new LocalFolder(dir));
}
