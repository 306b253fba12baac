import {anyObject, text} from "../../base/validation/checked.js";
import {fileForm} from "../../base/validation/fileForm.js";
import {UserError} from "../../base/validation/index.js";
import {getJson, modelKey, modelsStorage, parentsReader, putJson} from "../../base/store/index.js";
import {manifestIn} from "./registry.js";
import {nameWithId} from "./adapted.js";
import type {ModelManifest} from "./types.js";

/** A purge writes it beside a model that learned from erased rows, itself or through its parents. */
export interface ErasedTraining {
  kind: "erased-training";
  dataset: string;
  /** ISO time. */
  at: string;
  /** A person's word that the model may be used all the same. */
  accepted?: {reason: string; at: string};
}

const NOTE = fileForm<ErasedTraining>(
  {dataset: text(), at: text(), accepted: anyObject().optional()},
  "Restore it from a copy of the store. Without one, remove the model with `assay models remove` and train it again."
);

const noteOf = (id: string) => modelKey(id, "erased-training.json");

/** What a purge noted of a model, accepted or not; undefined when it noted nothing. */
export function erasedTrainingNote(modelsDir: string, id: string): Promise<ErasedTraining | undefined> {
  return getJson({place: modelsStorage(modelsDir)}, noteOf(id), NOTE);
}

/**
 * Whether a model learned from erased rows and nobody accepted that; undefined when it may be used. A purge notes the models
 * that are there: one that was made of them since learned what they had.
 */
export async function erasedTraining(modelsDir: string, id: string): Promise<ErasedTraining | undefined> {
  const ancestors = new Set([id]);
  const parentsOf = parentsReader(modelsDir);
  for (const one of ancestors) {
    const note = await erasedTrainingNote(modelsDir, one);
    if (note && !note.accepted) return note;
    if (note) continue;
    const model = await manifestIn(modelsStorage(modelsDir), one);
    for (const parent of await parentsOf(model)) ancestors.add(parent.id);
  }
  return undefined;
}

/**
 * Notes of a model that was entered after a purge what the purge would have noted. A word that it may stay holds, unless it was
 * given before that purge.
 */
export async function noteErasedTraining(
  modelsDir: string,
  id: string,
  {dataset, at}: Pick<ErasedTraining, "dataset" | "at">
): Promise<void> {
  const before = await erasedTrainingNote(modelsDir, id);
  if (before && before.at >= at) return;
  await putJson({place: modelsStorage(modelsDir)}, noteOf(id), {kind: "erased-training", dataset, at});
}

/** Throws UserError for a model whose files were removed, or that learned from rows erased since. */
export async function assertUsable(
  modelsDir: string,
  model: Pick<ModelManifest, "id" | "name" | "removed">
): Promise<void> {
  if (model.removed !== undefined)
    throw new UserError(
      `the files of model ${nameWithId(model)} were removed on ${model.removed.slice(0, 10)}. Train it again with \`assay run\` or \`assay finetune\`, or name another model: \`assay models\` lists them.`
    );
  await assertNotErased(modelsDir, model);
}

/** Throws UserError for a model that learned from rows erased since. */
export async function assertNotErased(
  modelsDir: string,
  {id, name}: Pick<ModelManifest, "id" | "name">
): Promise<void> {
  const note = await erasedTraining(modelsDir, id);
  if (note)
    throw new UserError(
      `model ${nameWithId({name, id})} learned from rows of ${note.dataset} that were erased on ${note.at.slice(0, 10)}, and may hold their words. Train it again with \`assay run\` or \`assay finetune\`, remove it with \`assay models remove ${id.slice(0, 12)}\`, or let it stay: assay purge ${note.dataset} --keep-model ${id.slice(0, 12)} --reason "…".`
    );
}

/** Lets a model that learned from erased rows be used again. Throws UserError when it needs no such word. */
export async function acceptErasedTraining(
  modelsDir: string,
  {id, name}: Pick<ModelManifest, "id" | "name">,
  reason: string
): Promise<void> {
  const note = await erasedTraining(modelsDir, id);
  if (!note)
    throw new UserError(`model ${nameWithId({name, id})} learned from no erased row that was not accepted.`);
  const accepted = {reason, at: new Date().toISOString()};
  await putJson({place: modelsStorage(modelsDir)}, noteOf(id), {...note, accepted});
}

/** Forgets what was noted of a model: it was made again, without the erased rows, and is the same. */
export async function forgetErasedTraining(modelsDir: string, id: string): Promise<void> {
  await modelsStorage(modelsDir).remove(noteOf(id));
}
