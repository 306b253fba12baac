import {dirname, relative} from "node:path";
import {
  listModels,
  readManifest,
  recordAdapted,
  recordModel,
  type UsedModel
} from "../../weights/models/index.js";
import {hashJson} from "../../base/system/index.js";
import {modelsDir, type Workspace} from "../../base/store/index.js";
import {hashedFile, type ModelFiles} from "./modelFiles.js";
import {runnable, type RunnableOptions} from "./runnable.js";

/**
 * The id of the store's record of what answers: of the model itself, of its copy in another type, or of a base with `adapter`
 * on it. Records of copies and of bases with adapters are made when they are not there. Undefined when the store knows
 * neither the model nor the adapter.
 */
export async function recordedId(
  model: ModelFiles,
  adapter: ModelFiles | undefined,
  workspace: Workspace,
  options: RunnableOptions = {}
): Promise<string | undefined> {
  if ([model, model.base, adapter].every((one) => one?.id === undefined)) return undefined;
  if (!adapter) return (await recorded(model, workspace, options)).id;
  // An adapter that is asked for takes the place of the model's own.
  const base = await recorded(model.base ?? model, workspace, options);
  return (await recordAdapted(modelsDir(workspace), base, adapter)).id;
}

async function recorded(
  model: ModelFiles,
  workspace: Workspace,
  options: RunnableOptions
): Promise<UsedModel> {
  const {kind, base} = model;
  if (kind === "adapter" && !((await isOnBase(model, workspace)) && options.type === undefined))
    return recordAdapted(modelsDir(workspace), await recorded(base!, workspace, options), model);
  if (kind === "adapter" || options.type === undefined) return model;
  return copyOf(model, options.type, workspace, options);
}

/** Whether an adapter's record tells of the base that it is on. */
async function isOnBase({id, base}: ModelFiles, workspace: Workspace): Promise<boolean> {
  if (id === undefined) return false;
  const {parents} = await readManifest(modelsDir(workspace), id);
  return base!.id === undefined || parents.some((parent) => parent.id === base!.id);
}

/** The converted file, whose record names the model that it was made of; without a record where that has none. */
async function copyOf(
  {id, ...model}: ModelFiles,
  type: string,
  workspace: Workspace,
  options: RunnableOptions
): Promise<UsedModel> {
  const {path} = await runnable(model, workspace, options);
  const name = `${model.name} ${type}`;
  const files = [await hashedFile(path, workspace)];
  if (id === undefined) return {name, files};
  const dir = modelsDir(workspace);
  const known = (await listModels(dir)).find(
    ({architecture, files: [file], parents}) =>
      architecture === "gguf" && file?.sha256 === files[0]!.sha256 && parents.some((one) => one.id === id)
  );
  if (known) return known;
  return recordModel(dir, {
    name,
    architecture: "gguf",
    // Models with the same weights have the same copy, each with its own ancestors.
    settings: {type, of: id},
    files,
    parents: [{id, name: model.name}],
    recipe: {
      method: `quantise ${type}`,
      sha256: hashJson({type, preTokenizer: options.preTokenizer, of: id})
    },
    folder: relative(workspace.project, dirname(path))
  });
}
