import {existsSync} from "node:fs";
import {readdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {convertModel, ownType, readObject} from "../../weights/gguf/index.js";
import {UserError} from "../../base/validation/index.js";
import {modelsDir, runnableModelsDir, type Workspace} from "../../base/store/index.js";
import type {ModelManifest} from "../../weights/models/index.js";
import {filesAt, type ModelFiles} from "./modelFiles.js";

/** The files that the engine loads. */
export interface Runnable {
  path: string;
  /** A LoRA that is always on. */
  adapter?: string;
  warnings: string[];
}

export interface RunnableOptions {
  /** "f16", "q8_0", "q4_k_m" … Default: what the checkpoint's matrices are stored as. */
  type?: string;
  preTokenizer?: string;
  onProgress?(message: string): void;
  signal?: AbortSignal;
}

/**
 * The GGUF files of a model, made in the store's cache when they are not there. A GGUF file that a user has runs as it
 * is; an adapter runs on its base, which is converted alone.
 */
export async function runnable(
  model: ModelFiles,
  workspace: Workspace,
  options: RunnableOptions = {}
): Promise<Runnable> {
  if (model.kind === "gguf") {
    if (options.type !== undefined)
      throw new UserError(
        `${model.path} is a GGUF file already, of one type. Name the checkpoint it was made of to have it as ${options.type}.`
      );
    return {path: model.path, warnings: []};
  }
  if (model.kind === "adapter") {
    const base = await runnable(model.base!, workspace, options);
    const adapter = await adapterFile(model, workspace, options);
    return {...base, adapter};
  }
  const type = options.type ?? (await ownType(model.path));
  return convertedFile(model, workspace, {from: model.path, type}, options);
}

/** The GGUF LoRA of an adapter folder, for a base that is loaded. */
export async function adapterFile(
  model: ModelFiles,
  workspace: Workspace,
  options: RunnableOptions = {}
): Promise<string> {
  if (model.kind === "gguf") return model.path;
  if (model.kind !== "adapter")
    throw new UserError(`${model.path} is no adapter: it has no adapter_config.json.`);
  if (model.base!.kind !== "checkpoint")
    throw new UserError(
      `The adapter ${model.path} is on ${model.base!.path}, which is ${model.base!.kind === "gguf" ? "a GGUF file" : "an adapter itself"}. Name the checkpoint folder as its base.`
    );
  const {path} = await convertedFile(
    model,
    workspace,
    {from: model.path, base: model.base!.path, type: "f32"},
    options
  );
  return path;
}

/** The files that `runnable` and `adapterFile` made of a model's weights. */
export async function convertedFiles({weights}: ModelFiles, workspace: Workspace): Promise<string[]> {
  const folder = runnableModelsDir(workspace);
  const names = await readdir(folder).catch(() => [] as string[]);
  return names.filter((name) => name.startsWith(beginningOf(weights))).map((name) => join(folder, name));
}

const beginningOf = (weights: string) => `${weights.slice(0, 24)}-`;

async function convertedFile(
  {weights, name}: ModelFiles,
  workspace: Workspace,
  conversion: {from: string; base?: string; type: string},
  {preTokenizer, onProgress, signal}: RunnableOptions
): Promise<Runnable> {
  const suffix = preTokenizer === undefined ? "" : `-${preTokenizer.replace(/[^\w.-]/g, "_")}`;
  const to = join(runnableModelsDir(workspace), `${beginningOf(weights)}${conversion.type}${suffix}.gguf`);
  if (existsSync(to)) return {path: to, warnings: []};
  onProgress?.(`${name}: converting to GGUF (${conversion.type})`);
  let told = Date.now();
  const warnings = await convertModel(
    {...conversion, to, preTokenizer},
    {
      onProgress(done, total) {
        if (Date.now() - told < 1000) return;
        told = Date.now();
        onProgress?.(`${name}: ${done} of ${total} tensors converted`);
      },
      signal
    }
  );
  return {path: to, warnings};
}

/**
 * The type that a model runs as by default, where config.json says another: answers of a file of that other type, which
 * older releases made, are not this model's.
 */
export async function correctedType(model: ModelFiles): Promise<string | undefined> {
  if (model.kind === "adapter") return correctedType(model.base!);
  if (model.kind === "gguf") return undefined;
  const config = await readObject(model.path, "config.json");
  const said = config.torch_dtype ?? config.dtype;
  const stated = said === "bfloat16" ? "bf16" : said === "float16" ? "f16" : "f32";
  const own = await ownType(model.path);
  return own === stated ? undefined : own;
}

/** Removes what was converted of a model whose files the store keeps: while they are there, since their hashes tell which. */
export async function removeConverted(workspace: Workspace, {id, name}: ModelManifest): Promise<void> {
  const folder = join(modelsDir(workspace), id);
  if (!existsSync(join(folder, "config.json")) && !existsSync(join(folder, "adapter_config.json"))) return;
  // An adapter whose base is gone was converted for a base that cannot be told.
  const found = await filesAt(folder, workspace, {id, name}, {}).catch(() => undefined);
  if (!found) return;
  for (const path of await convertedFiles(found, workspace)) await rm(path, {force: true});
}
