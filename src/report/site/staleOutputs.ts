import {emptyRecord, memberOf} from "../../base/validation/memberOf.js";
import {readdir, readFile, rm, stat, utimes} from "node:fs/promises";
import {dirname, extname, join, relative} from "node:path";
import {isDeepStrictEqual} from "node:util";
import {modulesBelow, moduleVersion} from "../../base/fingerprint/index.js";
import {processIsAlive, readJson, writeJsonAtomic} from "../../base/system/index.js";
import {engineRooms} from "./engineRooms.js";

const RECORD = "assay-fingerprint";

/** What the outputs in a cache were printed from. */
interface Printed {
  /** Of all that every loader reads. */
  fingerprint: string;
  /** The version of each loader's code, by its path below the site's root. */
  loaders: Record<string, string>;
}

/**
 * Removes what page loaders below `root` printed for another state of the store, and what those printed whose code, with
 * all that it imports, is another: Framework would serve it again as long as the loader's own file is older. Returns the
 * paths removed, relative to the cache.
 */
export async function removeStaleOutputs(
  root: string,
  fingerprint: string,
  loaders: Record<string, string> = {}
): Promise<string[]> {
  const cache = join(root, ".observablehq", "cache");
  const record = join(cache, RECORD);
  const now: Printed = {fingerprint, loaders};
  const before = await readJson<Printed>(record).catch(() => undefined);
  if (isDeepStrictEqual(before, now)) return [];
  const stale =
    before?.fingerprint === fingerprint ? outputsOf(before.loaders, loaders) : await outputsIn(cache);
  for (const path of stale) await rm(join(cache, path), {recursive: true, force: true});
  // Framework names a package's bundle by its version alone, which stays the same while Assay is worked on.
  const packages = join(cache, "_node");
  for (const name of await readdir(packages).catch(() => [] as string[]))
    if (name.startsWith("assay@")) await rm(join(packages, name), {recursive: true, force: true});
  await writeJsonAtomic(record, now);
  return stale;
}

/** All that loaders have printed. Packages, Framework's own client and inflated archives start with an underscore. */
async function outputsIn(cache: string): Promise<string[]> {
  const entries = await readdir(cache).catch(() => [] as string[]);
  return entries.filter((entry) => !/^[_.]/.test(entry) && entry !== RECORD);
}

/** What the loaders printed whose version has changed; of one with a parameter the folder that its outputs are in. */
function outputsOf(before: Record<string, string>, now: Record<string, string>): string[] {
  return Object.keys(now)
    .filter((loader) => memberOf(before, loader) !== memberOf(now, loader))
    .map((loader) =>
      loader.includes("[")
        ? dirname(loader.slice(0, loader.indexOf("[") + 1))
        : loader.slice(0, -extname(loader).length)
    );
}

/**
 * Lets the next build ask those page loaders below `root` again that may read something else than the store, such as a file,
 * a server or a variable: nobody knows whether that has changed.
 */
export async function forgetForeignReads(root: string): Promise<void> {
  const record = join(root, ".observablehq", "cache", RECORD);
  const printed = await readJson<Printed>(record).catch(() => undefined);
  if (!printed) return;
  const without = await engineRooms();
  for (const path of await loaderFiles(root))
    if (await mayReadElsewhere(path, without)) delete printed.loaders[relative(root, path)];
  await writeJsonAtomic(record, printed);
}

/** What reads anything comes from a package or is one of Node's own globals. */
async function mayReadElsewhere(loader: string, without: readonly string[]): Promise<boolean> {
  for (const [path, {imports}] of modulesBelow(loader, {without})) {
    if (imports.some(({from}) => !/^(\.|\/|#|assay(\/|$))/.test(from))) return true;
    if (/\b(fetch|process|import)\s*[.(]/.test(await readFile(path, "utf8"))) return true;
  }
  return false;
}

/** The version of every page loader below `root`: of its code and all that it imports but the engine, by its path. */
export async function loaderVersions(root: string): Promise<Record<string, string>> {
  const without = await engineRooms();
  const versions = emptyRecord<string>();
  for (const path of await loaderFiles(root)) versions[relative(root, path)] = moduleVersion(path, {without});
  return versions;
}

/** Sets the time of every page loader below `root` to now, so that a running preview asks them again. */
export async function touchLoaders(root: string, now = new Date()): Promise<string[]> {
  const touched: string[] = [];
  for (const path of await loaderFiles(root)) {
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

/** The files of page loaders in a folder and below it, in order; none without the folder. Framework's cache is hidden. */
export async function loaderFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(folder).catch(() => [] as string[])).sort()) {
    const path = join(folder, name);
    if (name.startsWith(".") || name === "node_modules") continue;
    if ((await stat(path)).isDirectory()) found.push(...(await loaderFiles(path)));
    else if (isLoader(name)) found.push(path);
  }
  return found;
}

const isLoader = (name: string) =>
  /^\.[jt]s$/.test(extname(name)) && !["", ".d"].includes(extname(name.slice(0, -3)));
