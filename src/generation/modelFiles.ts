import {existsSync} from "node:fs";
import {readdir, readFile, stat} from "node:fs/promises";
import {join, resolve} from "node:path";
import {assertUsable, listModels, modelFolder} from "../models/index.js";
import {
  hashJson,
  modelsDir,
  readCached,
  sha256,
  sha256File,
  UserError,
  type Workspace,
  writeCached
} from "../store/index.js";
import {hubModel, isHubName} from "./hub.js";

/** Where a model lies, told from what a user wrote. */
export interface ModelFiles {
  /** A GGUF file, a checkpoint folder, or an adapter folder. */
  kind: "gguf" | "checkpoint" | "adapter";
  path: string;
  /** SHA-256 that changes when the model's own bytes do. */
  weights: string;
  /** The model's id in the store, when it is kept there. */
  id?: string;
  name: string;
  /** Of an adapter: what it was made on. */
  base?: ModelFiles;
}

/**
 * Finds a model: a path to a GGUF file or to a folder, a model's id or name in the store, or a repository of the
 * Hugging Face hub ("org/name", "org/name@revision", "org/name:file.gguf"), which is fetched once. Throws a UserError
 * that says what was looked for.
 */
export async function findModel(
  source: string,
  workspace: Workspace,
  signal?: AbortSignal
): Promise<ModelFiles> {
  const path = [resolve(workspace.project, source), resolve(source)].find(existsSync);
  if (path !== undefined) return filesAt(path, workspace, {}, signal);
  const stored = await storedModel(source, workspace);
  if (stored) return filesAt(stored.folder, workspace, stored, signal);
  if (isHubName(source))
    return filesAt(await hubModel(source, workspace, {signal}), workspace, {name: source}, signal);
  throw new UserError(
    `There is no model ${JSON.stringify(source)}: no such file or folder (${resolve(workspace.project, source)}), no model of that id or name in the store, and no repository name ("org/name"). \`assay models\` lists the store's.`
  );
}

async function storedModel(source: string, workspace: Workspace) {
  const dir = modelsDir(workspace);
  const found = (await listModels(dir))
    .filter(({id, name}) => id === source || name === source || (source.length >= 8 && id.startsWith(source)))
    // Of several models with one name the newest is meant: the id says exactly which.
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
  if (!found) return undefined;
  await assertUsable(dir, found);
  const folder =
    found.folder === undefined ? await modelFolder(dir, found.id) : resolve(workspace.project, found.folder);
  // A converted file may share its folder with others.
  const only = found.files.length === 1 && found.files[0]!.path.endsWith(".gguf") ? found.files[0]!.path : "";
  return {id: found.id, name: found.name, folder: join(folder, only)};
}

async function filesAt(
  path: string,
  workspace: Workspace,
  known: {id?: string; name?: string},
  signal?: AbortSignal
): Promise<ModelFiles> {
  const name = known.name ?? path.split(/[\\/]/).at(-1)!;
  const own = {path, name, id: known.id};
  if ((await stat(path)).isFile()) return {...own, kind: "gguf", weights: await fileHash(path, workspace)};
  const files = await readdir(path);
  if (files.includes("adapter_config.json")) {
    const base = await baseOf(path, workspace, signal);
    const weights = await folderHash(path, files, workspace);
    return {...own, kind: "adapter", weights: hashJson([weights, base.weights]), base};
  }
  const gguf = files.filter((file) => file.endsWith(".gguf"));
  if (!files.includes("config.json") && gguf.length === 1)
    return {
      ...own,
      path: join(path, gguf[0]!),
      kind: "gguf",
      weights: await fileHash(join(path, gguf[0]!), workspace)
    };
  if (!files.includes("config.json"))
    throw new UserError(
      `${path} is no model: it has no config.json, no adapter_config.json and ${gguf.length === 0 ? "no" : "more than one"} .gguf file. Name the folder of a checkpoint, or one file.`
    );
  return {...own, kind: "checkpoint", weights: await folderHash(path, files, workspace)};
}

async function baseOf(folder: string, workspace: Workspace, signal?: AbortSignal): Promise<ModelFiles> {
  const path = join(folder, "adapter_config.json");
  let base: unknown;
  try {
    base = (JSON.parse(await readFile(path, "utf8")) as {base_model_name_or_path?: unknown})
      .base_model_name_or_path;
  } catch (cause) {
    throw new UserError(`${path} is not valid JSON. Fetch the adapter again.`, {cause});
  }
  if (typeof base !== "string" || base === "")
    throw new UserError(
      `${path} names no base_model_name_or_path. Write the path or the store's id of its base there.`
    );
  const beside = resolve(folder, base);
  return findModel(existsSync(beside) && beside !== folder ? beside : base, workspace, signal);
}

/** The parts of a folder that decide what a model writes. */
const PARTS =
  /^(config|adapter_config|tokenizer|tokenizer_config|model\.safetensors\.index)\.json$|\.safetensors$|^chat_template\.jinja$/;

async function folderHash(folder: string, files: readonly string[], workspace: Workspace): Promise<string> {
  const parts = files.filter((file) => PARTS.test(file)).sort();
  const hashes: [string, string][] = [];
  for (const file of parts) hashes.push([file, await fileHash(join(folder, file), workspace)]);
  return hashJson(hashes);
}

/** The SHA-256 of a file, kept with its size and time: reading gigabytes at every start would be felt. */
async function fileHash(path: string, workspace: Workspace): Promise<string> {
  const {size, mtimeMs} = await stat(path);
  const key = `hash-of-${sha256(path).slice(0, 24)}`;
  const kept = await readCached<{size: number; mtimeMs: number; hash: string}>(workspace, key);
  if (kept && kept.size === size && kept.mtimeMs === mtimeMs) return kept.hash;
  const hash = await sha256File(path);
  if (size > 1 << 20) await writeCached(workspace, key, {size, mtimeMs, hash});
  return hash;
}
