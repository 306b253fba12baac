import {existsSync} from "node:fs";
import {readdir, readFile, stat} from "node:fs/promises";
import {basename, dirname, join, relative, resolve} from "node:path";
import {partsOf} from "../generation/index.js";
import {
  isWeightFile,
  listModels,
  meantModel,
  modelAt,
  type ModelManifest,
  recordModel
} from "../models/index.js";
import {modelsDir, sha256File, UserError, type Workspace} from "../store/index.js";

/** What is known of a model that was made elsewhere. */
export interface MadeElsewhere extends Pick<ModelManifest, "parents" | "training" | "recipe" | "metrics"> {
  /** The file's or folder's own when absent. */
  name?: string;
  settings: Record<string, unknown>;
}

/**
 * Enters a GGUF file, a checkpoint's or an adapter's folder, which stay where they are. The base that an adapter names is a
 * parent when the store has it; it is not fetched.
 */
export async function recordFiles(
  workspace: Workspace,
  path: string,
  {name = basename(path), parents, ...made}: MadeElsewhere
): Promise<ModelManifest> {
  const {gguf, folder, names} = await partsAt(path);
  const adapter = names.includes("adapter_config.json");
  if (!gguf && !adapter && !names.includes("config.json"))
    throw new UserError(
      `${path} is no model: it has no config.json and no adapter_config.json. Name the folder of a checkpoint or an adapter, or a GGUF file.`
    );
  const files = await hashed(folder, names);
  const base = adapter ? await storedBase(workspace, folder) : undefined;
  return recordModel(modelsDir(workspace), {
    ...made,
    name,
    architecture: gguf ? "gguf" : adapter ? "adapter" : "checkpoint",
    files,
    parents: base && !parents.some(({id}) => id === base.id) ? [base, ...parents] : parents,
    folder: relative(workspace.project, folder) || "."
  });
}

async function partsAt(path: string): Promise<{gguf: boolean; folder: string; names: string[]}> {
  const gguf = (await stat(path)).isFile();
  return gguf
    ? {gguf, folder: dirname(path), names: partsOf(basename(path))}
    : {gguf, folder: path, names: (await readdir(path)).filter(isPart).sort()};
}

async function hashed(folder: string, names: readonly string[]): Promise<ModelManifest["files"]> {
  const files: ModelManifest["files"] = [];
  for (const path of names) {
    const {size: bytes} = await stat(join(folder, path));
    files.push({path, sha256: await sha256File(join(folder, path)), bytes});
  }
  return files;
}

/** A model of the store by its id, the beginning of it or its name, the newest of a name; undefined when there is none. */
export async function storedModel(
  workspace: Workspace,
  name: string
): Promise<{id: string; name: string} | undefined> {
  const found = meantModel(await listModels(modelsDir(workspace)), name);
  return found && {id: found.id, name: found.name};
}

/** The base that an adapter was made on, when it is a model of the store: by name, by id, or by the hashes of its files. */
async function storedBase(workspace: Workspace, folder: string) {
  const path = join(folder, "adapter_config.json");
  let base: unknown;
  try {
    const config = JSON.parse(await readFile(path, "utf8")) as {base_model_name_or_path?: unknown};
    base = config.base_model_name_or_path;
  } catch (cause) {
    throw new UserError(`${path} is not valid JSON. Fetch the adapter again.`, {cause});
  }
  if (typeof base !== "string" || base === "") return undefined;
  const known = await storedModel(workspace, base);
  if (known) return known;
  const place = [resolve(folder, base), resolve(workspace.project, base)].find(existsSync);
  if (place === undefined) return undefined;
  const {folder: at, names} = await partsAt(place);
  const files = await hashed(at, names.filter(isWeightFile));
  const there = modelAt(await listModels(modelsDir(workspace)), {path: place, files}, modelsDir(workspace));
  return there && {id: there.id, name: there.name};
}

/** `complete.json` is our own mark of a folder that was fetched whole. */
function isPart(name: string): boolean {
  return /^(?!\.|complete\.json$)(.*\.(safetensors|json|jinja)|tokenizer\.model)$/.test(name);
}
