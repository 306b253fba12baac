import {relative} from "node:path";
import type {ModelParameters, Tool} from "../endpoints/types.js";
import type {ModelSource} from "../finetune/index.js";
import {
  checkLocalOptions,
  findModel,
  localModel,
  type LocalModelOptions,
  runnable
} from "../generation/index.js";
import {listModels, recordModel} from "../models/index.js";
import type {Candidate, PrepareContext} from "../runner/define.js";
import {hashJson, modelsDir, sha256File} from "../store/index.js";
import {buildModel} from "./trained.js";

export interface LocalCandidateOptions extends Omit<LocalModelOptions, "workspace" | "name"> {
  baseline?: boolean;
  params?: ModelParameters;
  tools?: Tool[];
  /** The adapter of `adapters` that answers; none is the model itself. */
  adapter?: string;
}

/**
 * A candidate that is a language model on this machine: a path, a model of the store, a repository of the hub, or a
 * source that trains one. The store's models keep their lineage.
 */
export function localCandidate(
  name: string,
  model: string | ModelSource,
  options: LocalCandidateOptions = {}
): Candidate {
  const {baseline, params, tools, adapter, ...own} = options;
  checkLocalOptions(`candidate ${JSON.stringify(name)}`, own);
  return {
    name,
    baseline,
    params,
    tools,
    apart: true,
    async prepare(context) {
      const source = typeof model === "string" ? model : (await buildModel(model, context)).id;
      const endpoint = localModel(source, {
        ...own,
        workspace: context.store.workspace,
        onProgress: context.onProgress
      });
      const found = await endpoint.find();
      return {
        endpoint,
        model: adapter ?? found.name,
        modelId: own.type === undefined || context.dryRun ? found.id : await recordCopy(source, own, context)
      };
    }
  };
}

/**
 * A copy of a model with fewer bits ("q8_0", "q4_k_m"), as a candidate: beside the model itself in an eval, the verdict
 * says what the bits cost in quality. Its record names the model as its parent.
 */
export function quantised(
  model: string | ModelSource,
  type: string,
  options: Omit<LocalCandidateOptions, "type"> & {name?: string} = {}
): Candidate {
  const {name, ...own} = options;
  const of = typeof model === "string" ? model.split(/[\\/]/).at(-1)! : model.name;
  return localCandidate(name ?? `${of} ${type}`, model, {...own, type});
}

/** Enters the converted file into the lineage. Undefined when the model itself is not in the store. */
async function recordCopy(
  source: string,
  {type, preTokenizer}: LocalCandidateOptions,
  {store, onProgress, signal}: PrepareContext
): Promise<string | undefined> {
  const {workspace} = store;
  const found = await findModel(source, workspace, {signal, onProgress});
  if (found.id === undefined) return undefined;
  const {path} = await runnable(found, workspace, {type, preTokenizer, onProgress, signal});
  const sha256 = await sha256File(path);
  const known = (await listModels(modelsDir(workspace))).find(
    ({files, architecture}) => architecture === "gguf" && files[0]?.sha256 === sha256
  );
  if (known) return known.id;
  const {size} = await (await import("node:fs/promises")).stat(path);
  const recipe = {method: `quantise ${type}`, sha256: hashJson({type, preTokenizer, of: found.id})};
  const manifest = await recordModel(modelsDir(workspace), {
    name: `${found.name} ${type}`,
    architecture: "gguf",
    settings: {type},
    files: [{path: path.split(/[\\/]/).at(-1)!, sha256, bytes: size}],
    parents: [{id: found.id, name: found.name}],
    recipe,
    folder: relative(workspace.project, path).replace(/[\\/][^\\/]+$/, "")
  });
  return manifest.id;
}
