import {readdir, readFile, rm, stat, utimes, writeFile} from "node:fs/promises";
import {extname, join, relative} from "node:path";
import {processIsAlive, writeAtomic} from "../store/index.js";

const RECORD = "assay-fingerprint";

/**
 * Removes what page loaders below `root` printed for another state of the store: Framework would serve it again
 * as long as the loader's own file is older. Returns the paths removed, relative to the cache.
 */
export async function removeStaleOutputs(root: string, fingerprint: string): Promise<string[]> {
  const cache = join(root, ".observablehq", "cache");
  const record = join(cache, RECORD);
  const before = await readFile(record, "utf8").catch(() => "");
  if (before === fingerprint) return [];
  const removed: string[] = [];
  for (const entry of await readdir(cache).catch(() => [] as string[])) {
    // Packages, Framework's own client and inflated archives start with an underscore.
    if (entry.startsWith("_") || entry.startsWith(".") || entry === RECORD) continue;
    await rm(join(cache, entry), {recursive: true, force: true});
    removed.push(entry);
  }
  // Framework names a package's bundle by its version alone, which stays the same while Assay is worked on.
  const packages = join(cache, "_node");
  for (const name of await readdir(packages).catch(() => [] as string[]))
    if (name.startsWith("assay@")) await rm(join(packages, name), {recursive: true, force: true});
  await writeAtomic(record, (temporary) => writeFile(temporary, fingerprint));
  return removed;
}

/** Sets the time of every page loader below `root` to now, so that a running preview asks them again. */
export async function touchLoaders(root: string, now = new Date()): Promise<string[]> {
  const touched: string[] = [];
  for (const path of await loaderFiles(join(root, "data"))) {
    await utimes(path, now, now);
    touched.push(relative(root, path));
  }
  return touched;
}

/** Framework lets a loader print to `NAME.PID` in its cache and renames that file when the loader has ended. */
export async function loaderIsRunning(root: string): Promise<boolean> {
  const cache = join(root, ".observablehq", "cache", "data");
  const names = await readdir(cache, {recursive: true}).catch(() => [] as string[]);
  return names.some((name) => {
    const pid = /\.(\d+)$/.exec(name)?.[1];
    return pid !== undefined && processIsAlive(Number(pid));
  });
}

async function loaderFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(folder).catch(() => [] as string[])).sort()) {
    const path = join(folder, name);
    if ((await stat(path)).isDirectory()) found.push(...(await loaderFiles(path)));
    else if (/^\.[jt]s$/.test(extname(name)) && extname(name.slice(0, -3)) !== "") found.push(path);
  }
  return found;
}
