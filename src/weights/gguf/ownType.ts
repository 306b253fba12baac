import {openCheckpoint} from "../safetensors/index.js";
import {isDerived} from "./convert.js";
import {storedType} from "./fileTypes.js";
import {tensorType} from "./tensorTypes.js";

/**
 * The file type that loses nothing of a checkpoint: what its matrices are stored as, whatever config.json says; f32 for
 * several dtypes.
 */
export async function ownType(path: string): Promise<"f32" | "f16" | "bf16"> {
  const {tensors} = await openCheckpoint(path);
  const big = tensorType("BF16");
  const dtypes = new Set(
    [...tensors.values()]
      .filter(({name, shape}) => !isDerived(name, {}) && storedType(big, name, shape.toReversed()) === big)
      .map(({dtype}) => dtype)
  );
  if (dtypes.size !== 1) return "f32";
  return dtypes.has("BF16") ? "bf16" : dtypes.has("F16") ? "f16" : "f32";
}
