import {existsSync} from "node:fs";
import {resolve} from "node:path";
import {
  erasedOfExport,
  erasedOfJob,
  knownJob,
  markErased,
  ownBaseIsOther,
  parentsOfJob,
  modelWithId,
  trainingOfExport,
  trainingOfJob
} from "../../training/jobs/index.js";
import {listModels, type ModelManifest} from "../../weights/models/index.js";
import {nearest, UsageError, UserError} from "../../base/validation/index.js";
import {type JobRecord, modelsDir, readJobs, type Workspace} from "../../base/store/index.js";
import {type AddOptions, addFiles, addHosted, type ModelOrigin} from "./addModel.js";
import {openProject} from "../project/project.js";
import {note, print, printJson, table} from "../terminal/terminal.js";

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
        value: madeBy
      },
      {title: "parents", text: "prose", value: ({parents}) => parentNames(parents)}
    ])
  );
}

function madeBy({recipe, training, removed, otherNames = []}: ModelManifest): string {
  const made = recipe?.method ?? (training ? `training on ${training.dataset}` : "");
  const named = otherNames.length > 0 && `also called ${otherNames.join(", ")}`;
  return [made, named, removed && `files removed on ${removed.slice(0, 10)}`].filter(Boolean).join("; ");
}

/** Parents of one name are told apart by their ids. */
function parentNames(parents: ParentModels): string {
  const isOne = (name: string) => parents.filter((parent) => parent.name === name).length === 1;
  return parents.map(({id, name}) => (isOne(name) ? name : `${name} ${id.slice(0, 12)}`)).join(", ");
}

/**
 * Registers a model that was made elsewhere: a GGUF file, a checkpoint or adapter folder, which stay where they are, or
 * with --provider a model that only a service has.
 */
export async function addModelVerb(source: string, options: AddOptions): Promise<void> {
  const workspace = await openProject();
  if (options.baseUrl !== undefined && options.provider === undefined)
    throw new UsageError("--base-url is where a service has the model: it goes with --provider.");
  if (options.baseUrl !== undefined && !/^https?:/.test(options.baseUrl))
    throw new UsageError(`--base-url is an http or https address, not ${JSON.stringify(options.baseUrl)}.`);
  if (options.rename && options.name === undefined)
    throw new UsageError("--rename gives a registered model the name of --name NAME: give that, too.");
  const job = await jobOf(options.fromJob, workspace);
  const named = await parentsOf(options.parents ?? [], workspace);
  const made: ModelOrigin = {
    from: {job: job?.id ?? options.fromJob, export: options.fromExport},
    parents: [...named, ...(job ? await parentsOfJob(workspace, job, note) : [])],
    training: job ? trainingOfJob(job) : await trainingFrom(options)
  };
  const manifest =
    options.provider === undefined
      ? await addFiles(source, workspace, options, made)
      : await addHosted(source, workspace, options, made);
  const other = await ownBaseIsOther(workspace, manifest, made.parents);
  if (other !== undefined) note(other);
  if (made.training) await markErased(workspace, manifest, await erasedFrom(workspace, job, options), note);
  if (options.json) return printJson(manifest);
  print(`${manifest.name} ${manifest.id.slice(0, 16)} (${manifest.architecture})`);
}

/** A job of another tool, or of another store, is a name that says nothing of data. */
async function jobOf(name: string | undefined, workspace: Workspace): Promise<JobRecord | undefined> {
  if (name === undefined) return undefined;
  const jobs = await readJobs(workspace);
  const found = knownJob(jobs, name);
  if (found) return found;
  const near = nearest(
    name,
    jobs.flatMap((job) => [job.id, job.name])
  );
  note(
    `! the store has no job ${JSON.stringify(name)}${near === undefined ? "" : ` (did you mean ${JSON.stringify(near)}?)`}: what the model learned from cannot be told. \`assay jobs\` lists them.`
  );
  return undefined;
}

type ParentModels = ModelManifest["parents"];

async function parentsOf(names: readonly string[], workspace: Workspace): Promise<ParentModels> {
  const parents: ParentModels = [];
  for (const name of names) {
    const found = await modelWithId(workspace, name);
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

async function trainingFrom({fromExport}: AddOptions): Promise<ModelManifest["training"]> {
  if (fromExport === undefined) return undefined;
  const file = resolve(fromExport);
  if (existsSync(`${file}.manifest.json`)) return trainingOfExport(file);
  if (!existsSync(file)) throw new UserError(`--from-export: ${file} does not exist. Correct the path.`);
  note(`! ${file} has no manifest beside it: what the model learned from cannot be told.`);
  return undefined;
}

/** What was erased since of the rows that a job, or an export with a manifest, gave the model to learn from. */
async function erasedFrom(workspace: Workspace, job: JobRecord | undefined, {fromExport}: AddOptions) {
  return job ? erasedOfJob(workspace, job.id) : erasedOfExport(workspace, resolve(fromExport!));
}
