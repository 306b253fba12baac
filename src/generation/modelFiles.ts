import {existsSync} from "node:fs";
import {readdir, readFile, stat} from "node:fs/promises";
import {basename, dirname, join, resolve} from "node:path";
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
import {hubModel, type HubOptions, isHubName} from "./hub.js";
import {partsOf} from "./splitGguf.js";

/** Where a model lies, told from what a user wrote. */
export interface ModelFiles {
  /** A GGUF file (of a split one its first part), a checkpoint folder, or an adapter folder. */
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

/** How a model of the hub is fetched. */
export type FindOptions = Pick<HubOptions, "signal" | "onProgress">;

/**
 * Finds a model: a path to a GGUF file or to a folder, a model's id or name in the store, or a repository of the
 * Hugging Face hub ("org/name", "org/name@revision", "org/name:file.gguf"), which is fetched once. Throws a UserError
 * that says what was looked for.
 */
export async function findModel(
  source: string,
  workspace: Workspace,
  options: FindOptions = {}
): Promise<ModelFiles> {
  const path = [resolve(workspace.project, source), resolve(source)].find(existsSync);
  if (path !== undefined) return filesAt(path, workspace, {}, options);
  const stored = await storedModel(source, workspace);
  if (stored) return filesAt(stored.folder, workspace, stored, options);
  if (isHubName(source))
    return filesAt(await hubModel(source, workspace, options), workspace, {name: source}, options);
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
  const first = found.files[0]?.path ?? "";
  const only = first.endsWith(".gguf") && partsOf(first).length === found.files.length ? first : "";
  return {id: found.id, name: found.name, folder: join(folder, only)};
}

async function filesAt(
  path: string,
  workspace: Workspace,
  known: {id?: string; name?: string},
  options: FindOptions
): Promise<ModelFiles> {
  const name = known.name ?? path.split(/[\\/]/).at(-1)!;
  const own = {path, name, id: known.id};
  if ((await stat(path)).isFile()) return {...own, kind: "gguf", ...(await ggufAt(path, workspace))};
  const files = await readdir(path);
  if (files.includes("adapter_config.json")) {
    const base = await baseOf(path, workspace, options);
    const weights = await folderHash(path, files, workspace);
    return {...own, kind: "adapter", weights: hashJson([weights, base.weights]), base};
  }
  const gguf = [...new Set(files.filter((file) => file.endsWith(".gguf")).map((file) => partsOf(file)[0]!))];
  // GGUF repositories keep the original's config.json beside files that are models of their own.
  const hasWeights = gguf.length === 0 || files.some((file) => file.endsWith(".safetensors"));
  if (files.includes("config.json") && hasWeights)
    return {...own, kind: "checkpoint", weights: await folderHash(path, files, workspace)};
  if (gguf.length === 1) return {...own, kind: "gguf", ...(await ggufAt(join(path, gguf[0]!), workspace))};
  throw new UserError(
    gguf.length > 1
      ? `${path} holds several models: ${gguf.join(", ")}. Name one of these files.`
      : `${path} is no model: it has no config.json, no adapter_config.json and no .gguf file. Name the folder of a checkpoint, or one file.`
  );
}

/** Where a GGUF file begins, and the hash of all its parts. */
async function ggufAt(path: string, workspace: Workspace): Promise<{path: string; weights: string}> {
  const parts = partsOf(basename(path)).map((name) => join(dirname(path), name));
  const missing = parts.filter((part) => !existsSync(part));
  if (missing.length > 0)
    throw new UserError(
      `${path} is one of ${parts.length} parts of a model, and these are not there: ${missing.join(", ")}. Fetch them, too.`
    );
  const hashes: string[] = [];
  for (const part of parts) hashes.push(await fileHash(part, workspace));
  return {path: parts[0]!, weights: hashes.length === 1 ? hashes[0]! : hashJson(hashes)};
}

async function baseOf(folder: string, workspace: Workspace, options: FindOptions): Promise<ModelFiles> {
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
  return findModel(existsSync(beside) && beside !== folder ? beside : base, workspace, options);
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

/** What a checkpoint's tensors are, whatever lies beside them: a copy with another chat template has the same. */
export async function tensorsHash(folder: string, workspace: Workspace): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".safetensors")).sort();
  const hashes: string[] = [];
  for (const file of files) hashes.push(await fileHash(join(folder, file), workspace));
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
