import type {ModelParameters, ToolDefinition} from "../../inference/endpoints/types.js";
import type {ModelSource} from "../../training/finetunes/index.js";
import {checkLocalOptions, localModel, type LocalModelOptions} from "../../inference/localModels/index.js";
import {manyMeantOf} from "../../weights/models/index.js";
import type {Candidate} from "../runner/define.js";
import {UserError} from "../../base/validation/index.js";
import {modelsDir} from "../../base/store/index.js";
import {buildModel} from "./trained.js";

export interface LocalCandidateOptions extends Omit<LocalModelOptions, "workspace" | "name" | "onlyKnown"> {
  baseline?: boolean;
  params?: ModelParameters;
  tools?: ToolDefinition[];
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
  const where = `candidate ${JSON.stringify(name)}`;
  checkLocalOptions(where, own);
  if (adapter !== undefined && !Object.hasOwn(own.adapters ?? {}, adapter))
    throw new UserError(
      `${where}: there is no adapter ${JSON.stringify(adapter)}. \`adapters\` names ${Object.keys(own.adapters ?? {}).join(", ") || "none"}.`
    );
  const names = [...(typeof model === "string" ? [model] : []), ...Object.values(own.adapters ?? {})];
  // Every round of a race prepares its candidates anew.
  const told = new Set<string>();
  const toldOnce = (tell: (message: string) => void) => (message: string) => {
    if (!told.has(message)) tell(message);
    told.add(message);
  };
  return {
    name,
    baseline,
    params,
    tools,
    apart: true,
    async prepare(context) {
      const {workspace} = context.store;
      const onProgress = toldOnce(context.onProgress);
      const place = {modelsDir: modelsDir(workspace), project: workspace.project};
      for (const many of await manyMeantOf(names, place)) onProgress(many);
      const source = typeof model === "string" ? model : (await buildModel(model, context)).id;
      const endpoint = localModel(source, {
        ...own,
        workspace,
        onlyKnown: context.dryRun,
        onProgress
      });
      const found = await endpoint.find();
      return {endpoint, model: adapter ?? found.name};
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
