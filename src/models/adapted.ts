import type {ModelManifest} from "./types.js";

/** A base with an adapter on it: there is no folder of it, its files are those of both. */
export const ADAPTED = "adapted";

/** Whether a model was made of several by merging them. */
export function isMerged({architecture, parents}: ModelManifest): boolean {
  return parents.length > 1 && architecture !== ADAPTED;
}

/** Whether a model is an adapter alone, which answers only on a base. */
export function isAdapter({architecture}: Pick<ModelManifest, "architecture">): boolean {
  return architecture === "adapter" || architecture === "language-model-adapter";
}
