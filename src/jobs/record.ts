import {readdir, stat} from "node:fs/promises";
import {basename, dirname, relative} from "node:path";
import {partsOf} from "../generation/index.js";
import {
  baseOfAdapter,
  hashedFiles,
  listModels,
  meantModel,
  type ModelManifest,
  recordModel
} from "../models/index.js";
import {modelsDir, UserError, type Workspace} from "../store/index.js";

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
  const files = await hashedFiles(folder, names);
  const place = {modelsDir: modelsDir(workspace), project: workspace.project};
  const base = adapter ? (await baseOfAdapter(folder, place)).base : undefined;
  return recordModel(modelsDir(workspace), {
    ...made,
    name,
    architecture: gguf ? "gguf" : adapter ? "adapter" : "checkpoint",
    files,
    parents: base ? [{id: base.id, name: base.name}, ...parents.filter(({id}) => id !== base.id)] : parents,
    folder: relative(workspace.project, folder) || "."
  });
}

async function partsAt(path: string): Promise<{gguf: boolean; folder: string; names: string[]}> {
  const gguf = (await stat(path)).isFile();
  return gguf
    ? {gguf, folder: dirname(path), names: partsOf(basename(path))}
    : {gguf, folder: path, names: (await readdir(path)).filter(isPart).sort()};
}

/** A model of the store by its id, the beginning of it or its name, the newest of a name; undefined when there is none. */
export async function storedModel(
  workspace: Workspace,
  name: string
): Promise<{id: string; name: string} | undefined> {
  const found = meantModel(await listModels(modelsDir(workspace)), name);
  return found && {id: found.id, name: found.name};
}

/** `complete.json` is our own mark of a folder that was fetched whole. */
function isPart(name: string): boolean {
  return /^(?!\.|complete\.json$)(.*\.(safetensors|json|jinja)|tokenizer\.model)$/.test(name);
}
