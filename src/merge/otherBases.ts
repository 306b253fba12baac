import {meantModel, type ModelManifest, onOtherBase, ownBase, sameWeights} from "../models/index.js";
import {referenceText} from "./recipe/reference.js";
import type {ModelReference} from "./recipe/types.js";

/**
 * Which adapters a recipe puts on other weights than those they were made on, as warnings by the words of the recipe. Of models that the
 * store has no record of nothing is known.
 */
export async function otherBases(
  references: readonly ModelReference[],
  found: ReadonlyMap<string, ModelManifest>,
  place: {modelsDir: string; project: string}
): Promise<Map<string, string>> {
  const warnings = new Map<string, string>();
  for (const reference of references) {
    const adapter = reference.adapter && found.get(reference.adapter.path);
    const on = found.get(reference.path);
    if (!adapter || !on) continue;
    const {base: own} = await ownBase(place.modelsDir, adapter, place.project);
    if (own && !sameWeights(own, on))
      warnings.set(referenceText(reference), onOtherBase(adapter.name, called(own), called(on)));
  }
  return warnings;
}

function called({name, id}: ModelManifest): string {
  return `${name} (${shortened(id)})`;
}

/** What a recipe calls a model: its name, or the beginning of its id where the name means another of `known`. */
export function wordFor({id, name}: {id: string; name: string}, known: readonly ModelManifest[]): string {
  return meantModel(known, name)?.id === id ? name : shortened(id);
}

function shortened(id: string): string {
  return id.slice(0, 12);
}
