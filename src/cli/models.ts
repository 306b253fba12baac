import {relative} from "node:path";
import {findModel} from "../generation/index.js";
import {listModels, type ModelManifest, recordModel} from "../models/index.js";
import {hashJson, modelsDir, sha256File, UserError, type Workspace} from "../store/index.js";
import {readdir, stat} from "node:fs/promises";
import {join} from "node:path";
import {openProject} from "./project.js";
import {print, printJson, table} from "./terminal.js";

/** Lists the models of the store. */
export async function modelsVerb(options: {json?: boolean}): Promise<void> {
  const models = await listModels(modelsDir(await openProject()));
  if (options.json) return printJson(models);
  if (models.length === 0)
    return print("The store has no model. Run an eval that trains one, or `assay models add`.");
  print(
    table(models, [
      {title: "model", value: ({name}) => name},
      {title: "id", value: ({id}) => id.slice(0, 16)},
      {title: "architecture", value: ({architecture}) => architecture},
      {
        title: "made by",
        value: ({recipe, training}) => recipe?.method ?? (training ? `training on ${training.dataset}` : "")
      },
      {title: "parents", value: ({parents}) => parents.map(({name}) => name).join(", ")}
    ])
  );
}

export interface AddOptions {
  name?: string;
  fromJob?: string;
  fromExport?: string;
  parents?: string[];
  provider?: string;
  json?: boolean;
}

/**
 * Registers a model that was made elsewhere: a GGUF file, a checkpoint or adapter folder, which stay where they are, or
 * with --provider a model that only a service has.
 */
export async function addModelVerb(source: string, options: AddOptions): Promise<void> {
  const workspace = await openProject();
  const parents = await parentsOf(options.parents ?? [], workspace);
  const manifest =
    options.provider === undefined
      ? await addFiles(source, workspace, options, parents)
      : await addHosted(source, options.provider, workspace, options, parents);
  if (options.json) return printJson(manifest);
  print(`${manifest.name} ${manifest.id.slice(0, 16)} (${manifest.architecture})`);
}

type Parents = ModelManifest["parents"];

async function parentsOf(names: readonly string[], workspace: Workspace): Promise<Parents> {
  const known = await listModels(modelsDir(workspace));
  return names.map((name) => {
    const found = known
      .filter(({id, name: own}) => id === name || own === name || (name.length >= 8 && id.startsWith(name)))
      .at(-1);
    if (!found)
      throw new UserError(
        `--parents: the store has no model ${JSON.stringify(name)}. It has ${known.map((model) => model.name).join(", ") || "none"}. Add the parent first.`
      );
    return {id: found.id, name: found.name};
  });
}

function madeBy({fromJob, fromExport}: AddOptions) {
  return {job: fromJob, export: fromExport};
}

async function addFiles(
  source: string,
  workspace: Workspace,
  options: AddOptions,
  parents: Parents
): Promise<ModelManifest> {
  const found = await findModel(source, workspace);
  if (found.id !== undefined)
    throw new UserError(`${source} is in the store already, as ${found.name} (${found.id.slice(0, 16)}).`);
  const folder = found.kind === "gguf" ? join(found.path, "..") : found.path;
  const names =
    found.kind === "gguf" ? [found.path.slice(folder.length + 1)] : (await readdir(folder)).filter(isPart);
  const files: ModelManifest["files"] = [];
  for (const path of names.sort())
    files.push({
      path,
      sha256: await sha256File(join(folder, path)),
      bytes: (await stat(join(folder, path))).size
    });
  const own = found.base?.id;
  const based =
    own === undefined || parents.some(({id}) => id === own) ? [] : [{id: own, name: found.base!.name}];
  return recordModel(modelsDir(workspace), {
    name: options.name ?? found.name,
    architecture: found.kind === "checkpoint" ? "checkpoint" : found.kind,
    settings: madeBy(options),
    files,
    parents: [...based, ...parents],
    recipe: recipeOf(options),
    folder: relative(workspace.project, folder) || "."
  });
}

function addHosted(
  model: string,
  provider: string,
  workspace: Workspace,
  options: AddOptions,
  parents: Parents
): Promise<ModelManifest> {
  return recordModel(modelsDir(workspace), {
    name: options.name ?? model,
    architecture: "hosted",
    settings: {provider, model, ...madeBy(options)},
    files: [],
    parents,
    recipe: recipeOf(options),
    folder: "."
  });
}

function recipeOf(options: AddOptions): ModelManifest["recipe"] {
  const from = madeBy(options);
  if (from.job === undefined && from.export === undefined) return undefined;
  return {
    method: options.fromJob === undefined ? "trained elsewhere on an export" : "job",
    sha256: hashJson(from)
  };
}

function isPart(name: string): boolean {
  return /\.safetensors$|\.json$|\.jinja$|^tokenizer\.model$/.test(name) && !name.startsWith(".");
}
