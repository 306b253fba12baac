import {readFileSync} from "node:fs";
import {readdir, stat} from "node:fs/promises";
import {join, relative, sep} from "node:path";
import {modulesBelow, readModuleNow} from "../../../base/fingerprint/index.js";

/** Where a project's definitions are. */
const FOLDERS = ["data-loaders", "evals", "finetunes"];

export interface WatchedFile {
  /** From the project's folder, with forward slashes. */
  path: string;
  /** When it was written, and its size. */
  time: string;
  /** A file of the folders of definitions, code that one of them imports from elsewhere, or data that one names. */
  kind: "definition" | "imported" | "data";
  /** The definitions that import or name it, or it itself. */
  usedBy: WatchedDefinition[];
}

export interface WatchedDefinition {
  path: string;
  /** The name that it states, where it states one only. */
  name?: string;
}

/** A project's definitions, and what they import and name elsewhere, by their paths. */
export async function watchedFiles(project: string): Promise<Map<string, WatchedFile>> {
  const found = new Map<string, WatchedFile>();
  for (const folder of FOLDERS)
    for (const name of await readdir(join(project, folder), {recursive: true}).catch(() => [] as string[])) {
      const path = slashed(join(folder, name));
      // What editors write beside a file begins with a dot.
      const time = /(^|\/)\./.test(path) ? undefined : await timeOf(join(project, path));
      if (time !== undefined) found.set(path, {path, time, kind: "definition", usedBy: [{path}]});
    }
  for (const file of [...found.values()].filter(({path}) => path.endsWith(".ts"))) {
    const {name, data, imported} = await reachedFrom(project, file);
    const by: WatchedDefinition = {path: file.path, name};
    file.usedBy = [by];
    for (const [kind, paths] of [
      ["imported", imported],
      ["data", data]
    ] as const)
      for (const path of paths) {
        const known = found.get(path);
        if (known?.kind === "definition") continue;
        const now = known?.time ?? (await timeOf(join(project, path)));
        if (now !== undefined)
          found.set(path, {path, time: now, kind, usedBy: [...(known?.usedBy ?? []), by]});
      }
  }
  return found;
}

interface ReachedFiles {
  /** When it was written, and all that it imports. */
  times: string;
  name?: string;
  imported: string[];
  data: string[];
}

const remembered = new Map<string, ReachedFiles>();

/** Parsed again when it, or something that it imports, was written again. */
async function reachedFrom(project: string, {path, time}: WatchedFile): Promise<ReachedFiles> {
  const file = join(project, path);
  const timesWith = async (imported: readonly string[]) =>
    [time, ...(await Promise.all(imported.map((one) => timeOf(join(project, one)))))].join();
  const known = remembered.get(file);
  if (known && known.times === (await timesWith(known.imported))) return known;
  const reached: ReachedFiles = {times: "", imported: [], data: []};
  try {
    reached.imported = [...modulesBelow(file, {read: readModuleNow}).keys()]
      .filter((one) => one !== file)
      .map((one) => slashed(relative(project, one)));
    const text = readFileSync(file, "utf8");
    reached.data = [...text.matchAll(DATA)].map(([, name]) => slashed(join(name!)));
    const names = [...text.matchAll(NAME)].map(([, name]) => name!);
    if (names.length === 1) reached.name = names[0];
  } catch {
    // Gone meanwhile: the next look finds it so.
  }
  reached.times = await timesWith(reached.imported);
  remembered.set(file, reached);
  return reached;
}

/** A path below the project's folder, written out. */
const DATA =
  /["'`](?!\/|[a-z]+:)([\w@./ -]+\.(?:csv|tsv|json|jsonl|ndjson|parquet|pq|db|sqlite3?|duckdb)(?:\.gz|\.zst)?)["'`]/gi;

const NAME = /\bname:\s*["'`]([\w.@-]+)["'`]/g;

async function timeOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? `${found.mtimeMs} ${found.size}` : undefined;
}

const slashed = (path: string) => path.split(sep).join("/");
