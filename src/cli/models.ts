import {existsSync} from "node:fs";
import {resolve} from "node:path";
import {findModel} from "../generation/index.js";
import {recordFiles, storedModel, trainingOfExport, trainingOfJob} from "../jobs/index.js";
import {listModels, type ModelManifest, recordModel} from "../models/index.js";
import {hashJson, modelsDir, readJobs, UserError, type Workspace} from "../store/index.js";
import {openProject} from "./project.js";
import {note, print, printJson, table} from "./terminal.js";

/** Lists the models of the store. */
export async function modelsVerb(options: {json?: boolean}): Promise<void> {
  const models = await listModels(modelsDir(await openProject()));
  if (options.json) return printJson(models);
  if (models.length === 0)
    return print("The store has no model. Run an eval that trains one, or `assay models add`.");
  print(
    table(models, [
      {title: "model", text: "name", value: ({name}) => name},
      {title: "id", value: ({id}) => id.slice(0, 16)},
      {title: "architecture", text: "name", value: ({architecture}) => architecture},
      {
        title: "made by",
        text: "prose",
        value: ({recipe, training}) => recipe?.method ?? (training ? `training on ${training.dataset}` : "")
      },
      {title: "parents", text: "prose", value: ({parents}) => parents.map(({name}) => name).join(", ")}
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
  const parents: Parents = [];
  for (const name of names) {
    const found = await storedModel(workspace, name);
    if (!found) {
      const known = await listModels(modelsDir(workspace));
      throw new UserError(
        `--parents: the store has no model ${JSON.stringify(name)}. It has ${known.map((model) => model.name).join(", ") || "none"}. Add the parent first.`
      );
    }
    parents.push(found);
  }
  return parents;
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
  const local = [resolve(workspace.project, source), resolve(source)].find(existsSync);
  // What is no path is looked for in the store, then at the hub.
  const known = local === undefined ? await storedModel(workspace, source) : undefined;
  if (known)
    throw new UserError(`${source} is in the store already, as ${known.name} (${known.id.slice(0, 16)}).`);
  const found = local === undefined ? await findModel(source, workspace, {onProgress: note}) : undefined;
  return recordFiles(workspace, local ?? found!.path, {
    name: options.name ?? found?.name,
    settings: madeBy(options),
    parents,
    training: await trainingFrom(options, workspace),
    recipe: recipeOf(options)
  });
}

async function trainingFrom(
  {fromJob, fromExport}: AddOptions,
  workspace: Workspace
): Promise<ModelManifest["training"]> {
  if (fromJob !== undefined) {
    const job = (await readJobs(workspace)).filter(
      ({id, name, remote}) => id === fromJob || name === fromJob || remote?.id === fromJob
    );
    // A job that another tool started is a name, and says nothing of data.
    if (job.length > 0) return trainingOfJob(job.at(-1)!);
  }
  if (fromExport === undefined) return undefined;
  const file = resolve(fromExport);
  if (existsSync(`${file}.manifest.json`)) return trainingOfExport(file);
  note(`! ${file} has no manifest beside it: what the model learned from cannot be told.`);
  return undefined;
}

async function addHosted(
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
    training: await trainingFrom(options, workspace),
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
