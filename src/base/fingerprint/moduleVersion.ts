import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {dirname, join, relative, sep} from "node:path";
import {fileURLToPath} from "node:url";
import {ALL, type Import} from "./importsOf.js";
import {KEPT_VERSIONS} from "./keptVersions.js";
import {localFile, packageFolder, packageOf, ROOT} from "./localFile.js";
import {type FingerprintedModule, readModule} from "./readModule.js";

/**
 * What keeps and sends values and makes none. Their index is a border: a part that imports it does not change with them.
 * A file of theirs that is imported by its own path counts like any other.
 */
const BORDERS = [
  "base/store",
  "base/validation",
  "base/system",
  "base/fingerprint",
  "inference/endpoints"
].map((room) => join(ROOT, room, "index"));

export interface GraphOptions {
  /** Modules, as URLs or paths, that are neither counted nor followed. */
  without?: readonly string[];
  /** How a file is read; once in a process unless told. */
  read?: (path: string) => FingerprintedModule;
}

const versions = new Map<string, string>();

/**
 * SHA-256 (hex) over a module and all that it imports, directly or not: local files with what they say, packages with
 * their versions. The one rule by which scorers, classifiers, merge methods, recognisers, filters and measures get
 * their versions: whoever changes a helper, however deep, changes the version of what uses it, and of nothing else. The
 * same on every machine, and for the package's sources and what its build made of them.
 * @param url a module's `import.meta.url`, or a path
 */
export function moduleVersion(url: string, options: GraphOptions = {}): string {
  const key = JSON.stringify([url, options.without]);
  const known = versions.get(key);
  if (known !== undefined) return known;
  const entry = modulePath(url);
  const graph = modulesBelow(entry, options);
  const named = (path: string) => relative(dirname(entry), path).split(sep).join("/").replace(/\.ts$/, ".js");
  const files = [...graph].map(([path, {sha256}]) => `${named(path)} ${sha256}`).sort();
  const computed = createHash("sha256")
    .update([...files, ...packagesOf(graph)].join("\n"))
    .digest("hex");
  const version = KEPT_VERSIONS.get(computed) ?? computed;
  versions.set(key, version);
  return version;
}

/**
 * A module and all local files that it imports, directly or not, by absolute path. Of a file that only passes on what
 * others export, such as a room's index, those count that are asked for.
 */
export function modulesBelow(
  url: string,
  {without = [], read = readModule}: GraphOptions = {}
): Map<string, FingerprintedModule> {
  const found = new Map<string, FingerprintedModule>();
  const passed = new Set<string>();
  const stops = new Set(without.map(modulePath));
  const visit = (path: string, names: Import["names"]) => {
    if (found.has(path) || stops.has(path) || BORDERS.includes(path.replace(/\.[jt]s$/, ""))) return;
    const module = read(path);
    // A team's module imports the package as a whole: its version counts there, as any other package's.
    const whole = path === join(ROOT, "index.js") || path === join(ROOT, "index.ts");
    const follow = whole ? [] : module.imports;
    if (module.passesOn && names && !whole) {
      for (const {name} of names) {
        if (passed.has(`${path} ${name}`)) continue;
        passed.add(`${path} ${name}`);
        for (const one of passedOn(module, name)) visitImport(path, one);
      }
      return;
    }
    found.set(path, module);
    for (const one of follow) visitImport(path, one);
  };
  const visitImport = (from: string, {from: name, names}: Import) => {
    const path = localFile(name, from);
    if (path !== undefined) visit(path, names);
  };
  visit(modulePath(url), undefined);
  return found;
}

/** Where a name comes from that a file passes on: one place, or every `export *` when none names it. */
function passedOn({imports}: FingerprintedModule, name: string): Import[] {
  for (const one of imports) {
    const taken = one.names?.find((each) => (each.as ?? each.name) === name);
    if (taken) return [{from: one.from, names: taken.name === ALL ? undefined : [{name: taken.name}]}];
  }
  return imports.filter(({names}) => names === undefined).map(({from}) => ({from, names: [{name}]}));
}

/** "name@version" of every package that the modules import, sorted. */
export function packagesOf(graph: ReadonlyMap<string, FingerprintedModule>): string[] {
  const found = new Set<string>();
  for (const [path, {imports}] of graph)
    for (const {from} of imports) {
      const name = packageOf(from);
      if (name !== undefined) found.add(`${name}@${packageVersion(name, path)}`);
    }
  return [...found].sort();
}

const packageVersions = new Map<string, string>();

/** "none" where it is not installed, as an optional one may be. */
export function packageVersion(name: string, from: string): string {
  const folder = packageFolder(name, dirname(from));
  if (folder === undefined) return "none";
  const known = packageVersions.get(folder);
  if (known !== undefined) return known;
  const {version} = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {version: string};
  packageVersions.set(folder, version);
  return version;
}

export function modulePath(url: string): string {
  const path = url.startsWith("file:") ? fileURLToPath(url.replace(/[?#].*$/, "")) : url;
  const source = path.replace(/\.js$/, ".ts");
  return !existsSync(path) && existsSync(source) ? source : path;
}
