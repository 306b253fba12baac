import {homedir} from "node:os";
import {join} from "node:path";
import {readJson, writeJsonAtomic, fileStamp} from "../../base/system/files.js";
import {sha256, sha256File} from "../../base/system/hash.js";

export interface HashedFile {
  path: string;
  bytes: number;
  sha256: string;
}

/** Where hashes of large files are remembered when nothing else is said. */
export function defaultHashCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "assay", "hashes.json");
}

/** Entries of before lack the stamp, and are hashed again. */
type Cache = Record<string, {stamp?: string; sha256: string}>;

/** SHA-256 of files, remembered until a file's stamp changes. A cache that cannot be written is done without. */
export async function hashFiles(
  paths: readonly string[],
  cachePath = defaultHashCache()
): Promise<HashedFile[]> {
  const cache = (await readJson<Cache>(cachePath).catch(() => undefined)) ?? {};
  const fresh: Cache = {};
  const hashed: HashedFile[] = [];
  for (const path of paths) {
    const {bytes, stamp} = await fileStamp(path);
    const key = sha256(path);
    const known = cache[key];
    const hash = known?.stamp === stamp ? known.sha256 : await sha256File(path);
    if (known?.stamp !== stamp) fresh[key] = {stamp, sha256: hash};
    hashed.push({path, bytes, sha256: hash});
  }
  if (Object.keys(fresh).length > 0) {
    const latest = (await readJson<Cache>(cachePath).catch(() => undefined)) ?? {};
    await writeJsonAtomic(cachePath, {...latest, ...fresh}).catch(() => undefined);
  }
  return hashed;
}
