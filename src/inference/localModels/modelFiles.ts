import {existsSync} from "node:fs";
import {readdir, stat} from "node:fs/promises";
import {basename, dirname, join, resolve} from "node:path";
import {
  assertNotErased,
  assertUsable,
  filesFolder,
  isWeightFile,
  listModels,
  meantModel,
  modelAt,
  type ModelManifest,
  namedBase,
  refuseChanged,
  type UsedModel
} from "../../weights/models/index.js";
import {UserError} from "../../base/validation/index.js";
import {hashJson, sha256, sha256File} from "../../base/system/index.js";
import {modelOfCopy, modelsDir, readCached, type Workspace, writeCached} from "../../base/store/index.js";
import {fileStamp} from "../../base/system/files.js";
import {hubModel, type HubOptions, isHubName} from "./hub.js";
import {ggufParts} from "./splitGguf.js";

/** Where a model lies, told from what a user wrote. */
export interface ModelFiles {
  /** A GGUF file (of a split one its first part), a checkpoint folder, or an adapter folder. */
  kind: "gguf" | "checkpoint" | "adapter";
  path: string;
  /** SHA-256 that changes when the model's own bytes do. */
  weights: string;
  /** The files that hold its own weights. */
  files: UsedModel["files"];
  /** The model's id in the store, where that has a record of it: by its name, or by the hashes of its files. */
  id?: string;
  name: string;
  /** Of an adapter: what it was made on. */
  base?: ModelFiles;
}

/** How a model of the hub is fetched. */
export type FindOptions = Pick<HubOptions, "signal" | "onProgress" | "onlyKnown">;

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
  if (path !== undefined) return recordedAt(path, workspace, {}, options);
  const stored = await storedModel(source, workspace);
  if (stored) {
    const {model, place} = stored;
    const found = await filesAt(place, workspace, {id: model.id, name: model.name}, options);
    assertRecorded(model, found);
    return found;
  }
  if (isHubName(source))
    return recordedAt(await atHub(source, workspace, options), workspace, {name: source}, options);
  throw new UserError(
    `There is no model ${JSON.stringify(source)}: no such file or folder (${resolve(workspace.project, source)}), no model of that id or name in the store, and no repository name ("org/name"). \`assay models\` lists the store's.`
  );
}

/** A path with one "/" reads as a repository's name: what the hub says comes after what was looked for before. */
async function atHub(source: string, workspace: Workspace, options: FindOptions): Promise<string> {
  try {
    return await hubModel(source, workspace, options);
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    const path = resolve(workspace.project, source);
    throw new UserError(
      `There is no file or folder ${path}, so ${source} was looked for at the hub. ${cause.message}`,
      {cause}
    );
  }
}

async function storedModel(source: string, workspace: Workspace) {
  const dir = modelsDir(workspace);
  const found = meantModel(await listModels(dir), source);
  if (!found) return undefined;
  await assertUsable(dir, found);
  const folder = await filesFolder(dir, found, workspace.project);
  // A converted file may share its folder with others.
  const first = found.files[0]?.path ?? "";
  const only = first.endsWith(".gguf") && ggufParts(first).length === found.files.length ? first : "";
  return {model: found, place: join(folder, only)};
}

/** Throws a UserError when files that lie outside the store are not those that were recorded. */
function assertRecorded({name, folder, files}: ModelManifest, found: ModelFiles): void {
  if (folder === undefined) return;
  const recorded = new Set(files.map((file) => file.sha256));
  const other = found.files.find((file) => !recorded.has(file.sha256));
  if (other) refuseChanged(name, join(found.path, other.path));
}

/** A model by where it lies. The record that the store has of its files is its own, whatever name that has. */
async function recordedAt(
  path: string,
  workspace: Workspace,
  known: {name?: string},
  options: FindOptions
): Promise<ModelFiles> {
  const dir = modelsDir(workspace);
  const found = await filesAt(path, workspace, known, options);
  const model =
    modelAt(await listModels(dir), {path, files: found.files}, dir) ??
    (await modelOfCopy(workspace, found.files));
  // The files are there, whatever became of the store's own.
  if (model) await assertNotErased(dir, model);
  return {...found, id: model?.id};
}

/** What lies at a path. Throws UserError when it is no model. */
export async function filesAt(
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
    const {weights, files: parts} = await folderWeights(path, files, workspace);
    return {...own, kind: "adapter", weights: hashJson([weights, base.weights]), files: parts, base};
  }
  const gguf = [
    ...new Set(files.filter((file) => file.endsWith(".gguf")).map((file) => ggufParts(file)[0]!))
  ];
  // GGUF repositories keep the original's config.json beside files that are models of their own.
  const hasWeights = gguf.length === 0 || files.some((file) => file.endsWith(".safetensors"));
  if (files.includes("config.json") && hasWeights)
    return {...own, kind: "checkpoint", ...(await folderWeights(path, files, workspace))};
  if (gguf.length === 1) return {...own, kind: "gguf", ...(await ggufAt(join(path, gguf[0]!), workspace))};
  throw new UserError(
    gguf.length > 1
      ? `${path} holds several models: ${gguf.join(", ")}. Name one of these files.`
      : `${path} is no model: it has no config.json, no adapter_config.json and no .gguf file. Name the folder of a checkpoint, or one file.`
  );
}

type WeightFiles = Pick<ModelFiles, "weights" | "files">;

/** Where a GGUF file begins, and the hash of all its parts. */
async function ggufAt(path: string, workspace: Workspace): Promise<{path: string} & WeightFiles> {
  const parts = ggufParts(basename(path)).map((name) => join(dirname(path), name));
  const missing = parts.filter((part) => !existsSync(part));
  if (missing.length > 0)
    throw new UserError(
      `${path} is one of ${parts.length} parts of a model, and these are not there: ${missing.join(", ")}. Fetch them, too.`
    );
  const files: ModelFiles["files"] = [];
  for (const part of parts) files.push(await hashedFile(part, workspace));
  const hashes = files.map(({sha256: hash}) => hash);
  return {path: parts[0]!, weights: hashes.length === 1 ? hashes[0]! : hashJson(hashes), files};
}

async function baseOf(folder: string, workspace: Workspace, options: FindOptions): Promise<ModelFiles> {
  const base = namedBase(folder);
  if (base === undefined)
    throw new UserError(
      `${join(folder, "adapter_config.json")} names no base_model_name_or_path. Write the path or the store's id of its base there.`
    );
  const beside = resolve(folder, base);
  return findModel(existsSync(beside) && beside !== folder ? beside : base, workspace, options);
}

/** Whether a file of a folder decides what a model writes, by its name. */
export const isModelPart = (name: string) => PARTS.test(name);

const PARTS =
  /^(config|adapter_config|tokenizer|tokenizer_config|model\.safetensors\.index)\.json$|\.safetensors$|^chat_template\.jinja$/;

async function folderWeights(
  folder: string,
  names: readonly string[],
  workspace: Workspace
): Promise<WeightFiles> {
  const parts: ModelFiles["files"] = [];
  for (const name of names.filter(isModelPart).sort())
    parts.push(await hashedFile(join(folder, name), workspace));
  return {
    weights: hashJson(parts.map(({path, sha256: hash}) => [path, hash])),
    files: parts.filter(({path}) => isWeightFile(path))
  };
}

/** What a checkpoint's tensors are, whatever lies beside them: a copy with another chat template has the same. */
export async function tensorsHash(folder: string, workspace: Workspace): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".safetensors")).sort();
  const hashes: string[] = [];
  for (const file of files) hashes.push((await hashedFile(join(folder, file), workspace)).sha256);
  return hashJson(hashes);
}

/** A file with its SHA-256, which is kept until the file's stamp changes: reading gigabytes at every start would be felt. */
export async function hashedFile(path: string, workspace: Workspace): Promise<ModelFiles["files"][0]> {
  const {bytes, stamp} = await fileStamp(path);
  const key = `hash-of-${sha256(path).slice(0, 24)}`;
  const kept = await readCached<{stamp?: string; hash: string}>(workspace, key);
  const known = kept?.stamp === stamp ? kept.hash : undefined;
  const hash = known ?? (await sha256File(path));
  if (known === undefined && bytes > 1 << 20) await writeCached(workspace, key, {stamp, hash});
  return {path: basename(path), sha256: hash, bytes};
}
