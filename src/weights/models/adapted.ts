import type {ModelManifest} from "./types.js";

/** A base with an adapter on it: there is no folder of it, its files are those of both. */
export const ADAPTED = "adapted";

/** The architecture of a model that somebody else serves: there is no file of it here, and no loader. */
export const HOSTED = "hosted";

/** What a message calls a model: its name with the beginning of its id. */
export function nameWithId({name, id}: Pick<ModelManifest, "id" | "name">): string {
  return `${name} (${id.slice(0, 12)})`;
}

/** Whether a model was made of several by merging them. One that was trained may descend from several, and so may an adapter. */
export function isMerged(model: ModelManifest): boolean {
  const {architecture, parents, training} = model;
  return parents.length > 1 && architecture !== ADAPTED && !training && !isAdapter(model);
}

/** Whether a model is an adapter alone, which answers only on a base. */
export function isAdapter({architecture}: Pick<ModelManifest, "architecture">): boolean {
  return architecture === "adapter" || architecture === "language-model-adapter";
}

/** Why there are no weights of a model here to merge or to train on: what it is. Undefined when there are. */
export function withoutWeights({architecture}: Pick<ModelManifest, "architecture">): string | undefined {
  return {
    [ADAPTED]: "a base with an adapter on it, which has no files of its own: name BASE+ADAPTER in a recipe",
    [HOSTED]: "a model that a service has: there are no weights of it here",
    "joint-ngram": "a model of counts, which has no weights",
    gguf: "a GGUF file: name the checkpoint that it was made of"
  }[architecture];
}
