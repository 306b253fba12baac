import {
  manyMeant,
  meantModel,
  type ModelManifest,
  nameWithId,
  onOtherBase,
  ownBase,
  sameWeights
} from "../models/index.js";
import {referenceText} from "./recipe/reference.js";
import type {ModelReference} from "./recipe/types.js";

/**
 * What is to be said of the store's models in a merge, by the words of the recipe: which model is taken where a name means several, and
 * which adapters are put on other weights than those they were made on. Of models that the store has no record of nothing is known.
 */
export async function storedNotes(
  references: readonly ModelReference[],
  found: ReadonlyMap<string, ModelManifest>,
  {known, ...place}: {known: readonly ModelManifest[]; modelsDir: string; project: string}
): Promise<Map<string, string[]>> {
  const notes = new Map<string, string[]>();
  for (const reference of references) {
    const {path, adapter} = reference;
    const names = [path, ...(adapter ? [adapter.path] : [])].filter((name) => found.has(name));
    const other = adapter && (await otherBase(found.get(adapter.path), found.get(path), place));
    notes.set(referenceText(reference), [
      ...(other === undefined ? [] : [other]),
      ...names.flatMap((name) => manyMeant(known, name) ?? [])
    ]);
  }
  return notes;
}

async function otherBase(
  adapter: ModelManifest | undefined,
  on: ModelManifest | undefined,
  {modelsDir, project}: {modelsDir: string; project: string}
): Promise<string | undefined> {
  if (!adapter || !on) return undefined;
  const {base: own} = await ownBase(modelsDir, adapter, project);
  return own && !sameWeights(own, on)
    ? onOtherBase(adapter.name, nameWithId(own), nameWithId(on))
    : undefined;
}

/** What a recipe calls a model: its name, or the beginning of its id where the name means another of `known`. */
export function wordFor({id, name}: {id: string; name: string}, known: readonly ModelManifest[]): string {
  return meantModel(known, name)?.id === id ? name : id.slice(0, 12);
}
