import {join} from "node:path";
import type {ColumnTypes} from "../parquet.js";
import {anyObject, anyText, listOf, text} from "../../validation/checked.js";
import {having} from "../../validation/fileForm.js";
import {insideFolder} from "../../system/files.js";
import {checkName} from "../../validation/names.js";
import {LocalFolder} from "../storage/localFolder.js";
import type {StorageBackend} from "../storage/storageBackend.js";
import {type Origins, originsOf} from "../origins.js";
import {isEntered, toldElsewhere} from "../sameWeights.js";
import type {Erased, Erasing, RecordLocation, Kind, Workspace} from "./kind.js";
import {readJobs} from "./job.js";
import {learned} from "./learnedErasedRows.js";
import type {StoredModel} from "../records/model.js";
import {manifestsOf, putJson, readRecord} from "./records.js";

const stores = new Map<string, Workspace>();

/**
 * The folder on this machine that names a workspace's models: what trainers keep for themselves lies there. The models
 * themselves are reached through `modelsPlace`.
 */
export function modelsDir(workspace: Workspace): string {
  const dir = join(workspace.dir, "models");
  stores.set(dir, workspace);
  return dir;
}

/** The workspace whose `modelsDir` a folder is; undefined of a folder of models alone. */
export function storeOfModels(dir: string): Workspace | undefined {
  return stores.get(dir);
}

/** The place of the models that a folder names: the workspace's whose `modelsDir` it is, or the folder itself. */
export function modelsStorage(dir: string): StorageBackend {
  return stores.get(dir)?.place ?? new BelowModels(dir);
}

/** A folder of models alone, as a place in which they lie below `models/`; what else is kept there has no listing. */
class BelowModels extends LocalFolder {
  override path(key: string): string {
    const below = /^models(?:\/(.*))?$/s.exec(key);
    return insideFolder(this.name, below ? (below[1] ?? "") : `.${key}`);
  }
}

/** The key of a model's folder, or of a file in it. */
export function modelKey(id: string, file?: string): string {
  const folder = `models/${checkName("model", id)}`;
  return file === undefined ? folder : `${folder}/${file}`;
}

const MODELS: ColumnTypes = {
  id: "VARCHAR",
  name: "VARCHAR",
  architecture: "VARCHAR",
  createdAt: "VARCHAR",
  parents: "JSON",
  training: "JSON",
  recipe: "JSON",
  metrics: "JSON",
  settings: "JSON"
};

export const modelKind: Kind<StoredModel> = {
  name: "model",
  at: "models/{id}",
  manifest: "manifest.json",
  form: {
    kind: "model",
    schemaVersion: 1,
    members: {
      id: text(),
      name: anyText(),
      createdAt: text().optional(),
      settings: anyObject().optional(),
      files: listOf(having({path: text()})).optional(),
      parents: listOf(having({id: text(), name: anyText()})).optional(),
      training: anyObject().optional()
    },
    renew: "assay run"
  },
  before: ["split"],
  tables: {models: "trained, merged, collected and entered models"},
  views: async ({manifests}) => [{name: "models", of: {rows: await manifests(modelKind), columns: MODELS}}],
  refersTo: async (found, workspace) => [
    ...(await idsInRecords(found, workspace)),
    ...(await sameWeightsAs(found, workspace))
  ],
  erase: namedAsTrained
};

/** Every id in a model's records is a reference: trainers and merges write what they were made of in their own words. */
async function idsInRecords({key}: RecordLocation, {place}: Workspace): Promise<string[]> {
  const found = new Set<string>();
  for (const {name} of await place.list(key)) {
    if (!name.endsWith(".json")) continue;
    const text = Buffer.from((await place.read(`${key}/${name}`)) ?? []).toString();
    // A record names a split by its whole hash, its folder by the first digits.
    for (const [hash] of text.matchAll(/[0-9a-f]{16,}/g)) found.add(hash).add(hash.slice(0, 16));
    for (const [, run] of text.matchAll(/"([^"\\]+-[0-9a-f]{12}(?:-\d+)?)"/g)) found.add(run!);
  }
  return [...found];
}

/** The record that tells what files were made of that were entered once more. */
async function sameWeightsAs({id}: RecordLocation, workspace: Workspace): Promise<string[]> {
  const model = await readModel(workspace, id);
  const same = model && isEntered(model) && toldElsewhere(model, await manifestsOf(workspace, modelKind));
  return same ? [same.id] : [];
}

/** Weights stay as they are: a model is named when it learned from an erased row. */
async function namedAsTrained({id}: RecordLocation, erasing: Erasing): Promise<Erased> {
  if (!(await learnedErased(id, erasing))) return {};
  const model = (await originsIn(erasing)).models.find((one) => one.id === id)!;
  const name = await marked(model, erasing);
  return {keeps: model.removed === undefined ? [name] : []};
}

/**
 * Whether a model learned from an erased row, itself or through what it was made of. Asked before the splits lose those rows; one
 * whose split is gone is taken to have when it was trained on the dataset at all.
 */
export async function learnedErased(id: string, erasing: Erasing): Promise<boolean> {
  const origins = await originsIn(erasing);
  const models = new Map(origins.models.map((model) => [model.id, model]));
  const ancestors = new Set([id]);
  for (const ancestor of ancestors) {
    const model = models.get(ancestor);
    if (!model) continue;
    const {training} = model;
    if (training?.dataset === erasing.dataset && (await learned(training, erasing))) return true;
    for (const parent of originsOf(model, origins)) ancestors.add(parent.id);
  }
  return false;
}

const read = new WeakMap<Erasing, Promise<Origins<StoredModel>>>();

/** Read once for all models that are asked. */
function originsIn(erasing: Erasing): Promise<Origins<StoredModel>> {
  const known = read.get(erasing) ?? readOrigins(erasing.workspace);
  read.set(erasing, known);
  return known;
}

/** The models and jobs of a store, to be asked what models were made of. */
export async function readOrigins(
  workspace: Pick<Workspace, "place" | "project" | "dir">
): Promise<Origins<StoredModel>> {
  const {project, dir} = workspace;
  return {project, dir, models: await manifestsOf(workspace, modelKind), jobs: await readJobs(workspace)};
}

/** Beside the model it says why it is not to be used; gives its name. A word that it may stay was about other rows. */
async function marked({id, name}: StoredModel, {workspace, dataset, note: {at}}: Erasing): Promise<string> {
  await putJson(workspace, modelKey(id, "erased-training.json"), {kind: "erased-training", dataset, at});
  return name;
}

/** A model's record as the store reads it; undefined when there is none. */
export function readModel(workspace: Pick<Workspace, "place">, id: string): Promise<StoredModel | undefined> {
  return readRecord(workspace, modelKind, modelKey(id, "manifest.json"));
}
