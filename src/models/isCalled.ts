import type {ModelManifest} from "./types.js";

export type Named = Pick<ModelManifest, "id" | "name" | "otherNames">;

/** Whether this is the model's id or one of its names. */
export function isCalled({id, name, otherNames = []}: Named, wanted: string): boolean {
  return [id, name, ...otherNames].includes(wanted);
}
