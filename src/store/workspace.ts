import {mkdir, readdir, rm, stat} from "node:fs/promises";
import {join, resolve} from "node:path";
import {UserError} from "./errors.js";
import {insideFolder, readJson, writeJsonAtomic} from "./files.js";
import {processIsAlive} from "./lock.js";

export const SCHEMA_VERSION = 1;

/** The folders of one workspace: where versions, splits, models and runs are kept. */
export interface Workspace {
  /** The project's folder: data-loaders/ and evals/ are below it. */
  readonly project: string;
  /** The store's folder, `.assay` below the project unless ASSAY_DIR says otherwise. */
  readonly dir: string;
  datasetDir(name: string, version?: string): string;
  splitDir(dataset: string, split: string): string;
  modelDir(id: string): string;
  runDir(id: string): string;
  lockPath(name: string): string;
  readonly tmpDir: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Names become folders: letters, digits, dot, dash and underscore, beginning with a letter or digit. */
export function checkName(kind: string, name: string): string {
  if (!NAME.test(name) || name.includes(".."))
    throw new UserError(
      `${kind} name ${JSON.stringify(name)} cannot be a folder's name. Use letters, digits, ".", "-" and "_" (128 at most), beginning with a letter or digit.`
    );
  return name;
}

/** Opens (or makes) the workspace of a project folder. Refuses one written by a newer Assay. */
export async function openWorkspace(
  project = process.cwd(),
  dir = process.env.ASSAY_DIR
): Promise<Workspace> {
  const root = resolve(project);
  const store = resolve(root, dir ?? ".assay");
  const marker = join(store, "workspace.json");
  const found = await readJson<{schemaVersion: number}>(marker);
  if (found && found.schemaVersion !== SCHEMA_VERSION)
    throw new UserError(
      `${store} was written with store schema ${found.schemaVersion}; this Assay reads ${SCHEMA_VERSION}. Use the version of Assay that wrote it, or set ASSAY_DIR to a new folder.`
    );
  if (!found) await writeJsonAtomic(marker, {kind: "workspace", schemaVersion: SCHEMA_VERSION});
  const tmpDir = join(store, "tmp");
  await mkdir(tmpDir, {recursive: true});
  return {
    project: root,
    dir: store,
    tmpDir,
    datasetDir: (name, version) =>
      insideFolder(
        store,
        "datasets",
        checkName("data set", name),
        ...(version ? [checkName("version", version)] : [])
      ),
    splitDir: (dataset, split) =>
      insideFolder(store, "splits", checkName("data set", dataset), checkName("split", split)),
    modelDir: (id) => insideFolder(store, "models", checkName("model", id)),
    runDir: (id) => insideFolder(store, "runs", checkName("run", id)),
    lockPath: (name) => insideFolder(store, "locks", checkName("lock", name) + ".json")
  };
}

const TEMPORARY = /\.(\d+)\.[0-9a-f]{8}\.tmp$/;

/** Removes what dead processes left half-written in `folder` (not below it). */
export async function sweepTemporary(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    const pid = TEMPORARY.exec(name)?.[1];
    if (pid && !processIsAlive(Number(pid))) await rm(join(folder, name), {recursive: true, force: true});
  }
}

/** Names of the folders in `folder`, sorted; none when it does not exist. */
export async function listFolders(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const found: string[] = [];
  for (const name of names.sort())
    if (!name.startsWith(".") && (await stat(join(folder, name))).isDirectory()) found.push(name);
  return found;
}
