import {existsSync} from "node:fs";
import {basename, resolve} from "node:path";
import {findModel} from "../../inference/localModels/index.js";
import {isMadeFrom, recordFiles, modelWithId} from "../../training/jobs/index.js";
import {
  addToRecord,
  listModels,
  type ModelManifest,
  mostTold,
  readManifest,
  recordModel
} from "../../weights/models/index.js";
import {namedJob} from "../../base/store/jobsNamed.js";
import {UserError} from "../../base/validation/index.js";
import {canonicalJson, hashJson} from "../../base/system/index.js";
import {modelsDir, type Workspace} from "../../base/store/index.js";
import {assertModel} from "./assertModel.js";
import {note} from "../terminal/terminal.js";

export interface AddOptions {
  name?: string;
  fromJob?: string;
  fromExport?: string;
  parents?: string[];
  rename?: boolean;
  provider?: string;
  baseUrl?: string;
  json?: boolean;
}

/** What is known of how a model was made. */
export interface ModelOrigin {
  from: {job: string | undefined; export: string | undefined};
  parents: ModelManifest["parents"];
  training: ModelManifest["training"];
}

/** Registers a GGUF file, or a checkpoint's or an adapter's folder: a path, or what the hub has. */
export async function addFiles(
  source: string,
  workspace: Workspace,
  options: AddOptions,
  {from, ...made}: ModelOrigin
): Promise<ModelManifest> {
  const local = [resolve(workspace.project, source), resolve(source)].find(existsSync);
  // What is no path is looked for in the store, then at the hub.
  const known = local === undefined ? await modelWithId(workspace, source) : undefined;
  if (known)
    return addTo(await readManifest(modelsDir(workspace), known.id), workspace, options, {from, ...made});
  const found = local === undefined ? await findModel(source, workspace, {onProgress: note}) : undefined;
  const path = local ?? found!.path;
  // Of the hub's org/name@revision the commit is in its folder's name.
  const name = options.name ?? found?.name.replace(/@[^:]*/, "") ?? basename(path);
  if (/[+@]/.test(name))
    throw new UserError(
      `${JSON.stringify(name)} could not be named in a merge recipe, where "+" puts an adapter on a base and "@" names a revision. Give another with --name.`
    );
  await assertModel(path);
  return recordFiles(workspace, path, {
    ...made,
    name,
    settings: from,
    recipe: recipeOf(from),
    from,
    rename: options.rename,
    onKnown: (before) => tellKnown(before, options, made.training)
  });
}

/** Adds what is told of a model to its record. */
async function addTo(
  known: ModelManifest,
  workspace: Workspace,
  options: AddOptions,
  {from, ...made}: ModelOrigin
): Promise<ModelManifest> {
  if (!isMadeFrom(known, from))
    throw new UserError(
      `${known.name} (${known.id.slice(0, 12)}) is registered as made by ${String(namedJob(known) ?? known.settings.export)}, not by ${from.job ?? from.export}.`
    );
  tellKnown(known, options, made.training);
  return addToRecord(modelsDir(workspace), known, {
    ...made,
    name: options.rename ? options.name : undefined,
    settings: from,
    recipe: recipeOf(from)
  });
}

/** Throws UserError where a model that is registered is given another name unasked. */
function tellKnown(
  before: ModelManifest,
  {name, rename}: AddOptions,
  training: ModelOrigin["training"]
): void {
  const {otherNames = [], id} = before;
  const short = `${before.name} (${id.slice(0, 12)})`;
  if (name !== undefined && ![before.name, ...otherNames].includes(name) && !rename)
    throw new UserError(
      `these files are already registered as ${short}. Use that name, or give --rename to have them called ${name}: the name ${before.name} goes on meaning them.`
    );
  note(`already registered as ${short}`);
  const learned = before.training;
  if (learned && training && learned.rowsSha256 !== training.rowsSha256)
    note(
      `! its record says that it was trained on ${learned.rows} rows of ${learned.dataset}, and keeps that. To have it say ${training.rows} rows of ${training.dataset}, \`assay models remove ${id.slice(0, 12)}\` first.`
    );
}

/** Registers a model that only a service has. */
export async function addHosted(
  model: string,
  workspace: Workspace,
  options: AddOptions,
  {from, ...made}: ModelOrigin
): Promise<ModelManifest> {
  const {name, provider, baseUrl} = options;
  const endpoint = baseUrl === undefined ? undefined : {baseUrl: baseUrl.replace(/\/+$/, "")};
  const served = {provider, endpoint, model};
  const keyOf = ({provider: by, endpoint: at, model: called}: Record<string, unknown>) =>
    canonicalJson([by, at, called]);
  const isServed = ({architecture, settings}: ModelManifest) =>
    architecture === "hosted" && keyOf(settings) === keyOf(served);
  const known = mostTold(
    (await listModels(modelsDir(workspace))).filter((one) => isServed(one) && isMadeFrom(one, from))
  );
  if (known) return addTo(known, workspace, options, {from, ...made});
  return recordModel(modelsDir(workspace), {
    ...made,
    name: name ?? model,
    architecture: "hosted",
    settings: {...served, ...from},
    files: [],
    recipe: recipeOf(from),
    folder: "."
  });
}

function recipeOf(from: ModelOrigin["from"]): ModelManifest["recipe"] {
  if (from.job === undefined && from.export === undefined) return undefined;
  return {method: from.job === undefined ? "trained elsewhere on an export" : "job", sha256: hashJson(from)};
}
