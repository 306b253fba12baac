import {hashJson} from "../../base/system/index.js";
import {modelKey, modelsStorage, putJson} from "../../base/store/index.js";
import {listModels, manifestIn} from "./registry.js";
import {meantModel} from "./storedModel.js";
import type {ModelManifest} from "./types.js";

/** A model whose files stay where they are, or that has none. */
export type RecordedModel = Omit<ModelManifest, "kind" | "schemaVersion" | "id" | "createdAt">;

/**
 * Enters a model into the lineage without copying its files: large merges lie in a folder of their own. The id is
 * made as `saveModel` makes it, so the same files have the same id; recording them again adds to the record (`addToRecord`).
 */
export async function recordModel(modelsDir: string, model: RecordedModel): Promise<ModelManifest> {
  const files = sorted(model.files);
  const before = await recordOf(modelsDir, model);
  if (before) return addToRecord(modelsDir, before, {...model, files});
  return put(modelsDir, {
    kind: "model",
    schemaVersion: 1,
    id: idOf(model),
    createdAt: new Date().toISOString(),
    ...model,
    files
  });
}

type ModelIdentity = Pick<ModelManifest, "architecture" | "labels" | "settings" | "files">;

/** The record that such a model was entered as; undefined when there is none. */
export function recordOf(modelsDir: string, model: ModelIdentity): Promise<ModelManifest | undefined> {
  return manifestIn(modelsStorage(modelsDir), idOf(model));
}

function idOf({architecture, labels, settings, files}: ModelIdentity): string {
  return hashJson({architecture, labels, settings, files: sorted(files)});
}

const sorted = (files: ModelManifest["files"]) => [...files].sort((a, b) => (a.path < b.path ? -1 : 1));

/**
 * Adds to a model's record and keeps what it says: the name it had goes on meaning it, parents are added up, and what it was
 * trained on and made by stands. Its folder is where the files are now.
 */
export async function addToRecord(
  modelsDir: string,
  before: ModelManifest,
  told: Partial<RecordedModel>
): Promise<ModelManifest> {
  const known = await listModels(modelsDir);
  const {name = before.name, parents = []} = told;
  const others = new Set([...(before.otherNames ?? []), before.name]);
  others.delete(name);
  // A name that another model was given since means this one again.
  const meant = meantModel(known, name);
  return put(modelsDir, {
    ...before,
    removed: undefined,
    createdAt: meant && meant.id !== before.id ? new Date().toISOString() : before.createdAt,
    name,
    otherNames: others.size > 0 ? [...others] : undefined,
    parents: addedParents(before.parents, parents, known),
    settings: {...told.settings, ...before.settings},
    training: before.training ?? told.training,
    recipe: before.recipe ?? told.recipe,
    metrics: before.metrics || told.metrics ? {...before.metrics, ...told.metrics} : undefined,
    merge: told.merge ?? before.merge,
    folder: told.folder ?? before.folder
  });
}

/** Gives a name to one model of the store, beside its own, and takes it from all others. */
export async function moveName(modelsDir: string, id: string, name: string): Promise<void> {
  const known = await listModels(modelsDir);
  // First given, then taken: a name that two have for a moment means the newer one.
  for (const model of known.sort((a, b) => Number(b.id === id) - Number(a.id === id))) {
    const {otherNames = []} = model;
    const others = [...otherNames.filter((one) => one !== name), ...(model.id === id ? [name] : [])];
    if (others.length === otherNames.length && (model.id !== id || otherNames.includes(name))) continue;
    await put(modelsDir, {...model, otherNames: others.length > 0 ? others : undefined});
  }
}

type RecordedParents = ModelManifest["parents"];

/** A parent that the store had no record of gives way to the record of that name. */
function addedParents(
  before: RecordedParents,
  told: RecordedParents,
  known: readonly ModelManifest[]
): RecordedParents {
  const has = ({id}: RecordedParents[0]) => known.some((one) => one.id === id);
  const kept = before.map((parent) =>
    has(parent) ? parent : (told.find((one) => one.name === parent.name && has(one)) ?? parent)
  );
  const all = new Map([...kept, ...told].map((parent) => [parent.id, parent]));
  return [...all.values()];
}

async function put(modelsDir: string, manifest: ModelManifest): Promise<ModelManifest> {
  await putJson({place: modelsStorage(modelsDir)}, modelKey(manifest.id, "manifest.json"), manifest);
  return manifest;
}
