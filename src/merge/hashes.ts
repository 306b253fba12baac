import {homedir} from "node:os";
import {join} from "node:path";
import {readJson, writeJsonAtomic} from "../store/files.js";
import {sha256, sha256File} from "../store/hash.js";
import {fileStamp} from "../safetensors/open.js";

export interface HashedFile {
  path: string;
  bytes: number;
  sha256: string;
}

/** Where hashes of large files are remembered when nothing else is said. */
export function defaultHashCache(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "assay", "hashes.json");
}

type Cache = Record<string, {bytes: number; mtimeMs: number; sha256: string}>;

/** SHA-256 of files, remembered by path, size and time of change. A cache that cannot be written is done without. */
export async function hashFiles(
  paths: readonly string[],
  cachePath = defaultHashCache()
): Promise<HashedFile[]> {
  const cache = (await readJson<Cache>(cachePath).catch(() => undefined)) ?? {};
  const fresh: Cache = {};
  const hashed: HashedFile[] = [];
  for (const path of paths) {
    const {bytes, mtimeMs} = await fileStamp(path);
    const key = sha256(path);
    const known = cache[key];
    const hash = known?.bytes === bytes && known.mtimeMs === mtimeMs ? known.sha256 : await sha256File(path);
    if (known?.sha256 !== hash || known.mtimeMs !== mtimeMs) fresh[key] = {bytes, mtimeMs, sha256: hash};
    hashed.push({path, bytes, sha256: hash});
  }
  if (Object.keys(fresh).length > 0) {
    const latest = (await readJson<Cache>(cachePath).catch(() => undefined)) ?? {};
    await writeJsonAtomic(cachePath, {...latest, ...fresh}).catch(() => undefined);
  }
  return hashed;
}
