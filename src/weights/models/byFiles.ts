import {join} from "node:path";
import {mostTold} from "../../base/store/index.js";
import {ADAPTED} from "./adapted.js";
import {recordModel} from "./record.js";
import type {ModelManifest} from "./types.js";

/** A model as it is used: its weights, and its id where the store has a record of it. */
export interface UsedModel extends Pick<ModelManifest, "name" | "files"> {
  id?: string;
}

/**
 * The record of a model that has all these weights, whatever names them. Of several the one that tells most of what it was
 * made of, and of those the newest. Undefined when there is none, or no file is named.
 */
export function modelWithFiles(
  known: readonly ModelManifest[],
  files: ModelManifest["files"]
): ModelManifest | undefined {
  if (files.length === 0) return undefined;
  return mostTold(
    known.filter(({architecture, files: own}) => {
      const hashes = new Set(own.map(({sha256}) => sha256));
      return architecture !== ADAPTED && files.every(({sha256}) => hashes.has(sha256));
    })
  );
}

/** As `modelWithFiles`; a folder of the store's own is that model's, whatever other models have its weights. */
export function modelAt(
  known: readonly ModelManifest[],
  {path, files}: {path: string; files: ModelManifest["files"]},
  modelsDir: string
): ModelManifest | undefined {
  return known.find(({id}) => join(modelsDir, id) === path) ?? modelWithFiles(known, files);
}

/**
 * Enters a base with an adapter on it as a model of its own, whose parents are those of the two that the store has. One
 * without an id when it has neither.
 */
export async function recordAdapted(
  modelsDir: string,
  base: UsedModel,
  adapter: UsedModel
): Promise<UsedModel> {
  const name = `${base.name}+${adapter.name}`;
  const files = [...base.files, ...adapter.files];
  const parents = [base, adapter].flatMap(({id, name: own}) => (id === undefined ? [] : [{id, name: own}]));
  if (parents.length === 0) return {name, files};
  return recordModel(modelsDir, {
    name,
    architecture: ADAPTED,
    // Of models with the same weights each has its own ancestors.
    settings: {base: base.id, adapter: adapter.id},
    files,
    parents
  });
}
