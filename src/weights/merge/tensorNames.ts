import {openCheckpoint} from "../safetensors/open.js";

/** The names of all tensors of the model in a folder. Throws when it has no safetensors files, or a broken one. */
export async function tensorNames(folder: string): Promise<string[]> {
  return [...(await openCheckpoint(folder)).tensors.keys()];
}
