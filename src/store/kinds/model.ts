import {join} from "node:path";
import type {Columns} from "../parquet.js";
import {insideFolder} from "../files.js";
import {checkName} from "../names.js";
import {LocalFolder} from "../place/localFolder.js";
import type {Place} from "../place/place.js";
import type {Workspace} from "../workspace.js";
import {
  type Erased,
  type Erasing,
  type Found,
  type Kind,
  manifestsOf,
  putJson,
  readRecord,
  recordsOf
} from "./kind.js";
import {readSplit, splitKind, splitParts} from "./split.js";

/** What the store itself reads of a model's record. */
export interface StoredModel {
  kind: "model";
  id: string;
  name: string;
  parents?: {id: string}[];
  training?: {dataset: string; split: string; part: string};
  removed?: string;
}

const places = new Map<string, Place>();

/**
 * The folder on this machine that names a workspace's models: what trainers keep for themselves lies there. The models
 * themselves are reached through `modelsPlace`.
 */
export function modelsDir(workspace: Workspace): string {
  const dir = join(workspace.dir, "models");
  places.set(dir, workspace.place);
  return dir;
}

/** The place of the models that a folder names: the workspace's whose `modelsDir` it is, or the folder itself. */
export function modelsPlace(dir: string): Place {
  return places.get(dir) ?? new BelowModels(dir);
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

const MODELS: Columns = {
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
    members: {id: "string", name: "string"},
    renew: "assay run"
  },
  views: async ({manifests}) => [{name: "models", of: {rows: await manifests(modelKind), columns: MODELS}}],
  refersTo: idsInRecords,
  erase: namedAsTrained
};

/** Every id in a model's records is a reference: trainers and merges write what they were made of in their own words. */
async function idsInRecords({key}: Found, {place}: Workspace): Promise<string[]> {
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

/**
 * Weights stay as they are: a model is named when it learned from an erased row, itself or through its parents. Asked
 * before the splits lose those rows; a model whose split is gone is named when it was trained on the dataset at all.
 */
async function namedAsTrained({id}: Found, erasing: Erasing): Promise<Erased> {
  const models = new Map((await manifestsOf(erasing.workspace, modelKind)).map((model) => [model.id, model]));
  const ancestors = new Set([id]);
  for (const ancestor of ancestors) {
    const {training, parents = []} = models.get(ancestor) ?? {};
    if (training?.dataset === erasing.dataset && (await learned(training, erasing))) {
      const name = await marked(models.get(id)!, erasing);
      return {keeps: models.get(id)!.removed === undefined ? [name] : []};
    }
    for (const parent of parents) ancestors.add(parent.id);
  }
  return {};
}

/** Beside the model it says why it is not to be used; gives its name. A word that it may stay was about other rows. */
async function marked({id, name}: StoredModel, {workspace, dataset, note: {at}}: Erasing): Promise<string> {
  await putJson(workspace, modelKey(id, "erased-training.json"), {kind: "erased-training", dataset, at});
  return name;
}

/** Whether an erased row was in a part that was trained on; where the split is gone it is taken to be. */
export async function learned(
  {split, part}: NonNullable<StoredModel["training"]>,
  {db, workspace, dataset, hash, seen}: Erasing
): Promise<boolean> {
  for await (const {id} of recordsOf(workspace, splitKind, {dataset})) {
    if (!split.startsWith(id)) continue;
    const parts = await splitParts(workspace, {dataset, id});
    if (!parts) return true;
    const rows = await seen(parts, (await readSplit(workspace, {dataset, id}))?.version);
    const query = `select 1 from (${rows}) where part = $part and ${hash} in (select hash from erased) limit 1`;
    return (await db.row(query, {part})) !== undefined;
  }
  return true;
}

/** A model's record as the store reads it; undefined when there is none. */
export function readModel(workspace: Pick<Workspace, "place">, id: string): Promise<StoredModel | undefined> {
  return readRecord(workspace, modelKind, modelKey(id, "manifest.json"));
}
