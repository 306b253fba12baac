import {UserError} from "../../base/validation/errors.js";
import {openCheckpoint, type StoredTensor} from "../safetensors/open.js";
import {readTensorBytes} from "../safetensors/readTensor.js";
import type {MergePlan} from "./plan/plan.js";
import type {Masks} from "./plan/site.js";

/**
 * Masks from a safetensors file whose tensors are named "<model>/<tensor>": a BOOL for each element, or U8 with a bit for
 * each as numpy.packbits writes them.
 */
export async function readMasks(file: string): Promise<Masks> {
  const {tensors} = await openCheckpoint(file);
  const masks: Record<string, Uint8Array> = {};
  for (const tensor of tensors.values()) masks[tensor.name] = await readMask(tensor);
  return masks;
}

async function readMask(tensor: StoredTensor): Promise<Uint8Array> {
  const {name, file, dtype} = tensor;
  if (dtype !== "U8" && dtype !== "BOOL")
    throw new UserError(`${file}: the mask ${name} is ${dtype}. A mask is BOOL, or U8 of packed bits.`);
  const bytes = await readTensorBytes(tensor);
  if (dtype === "U8") return bytes;
  const bits = new Uint8Array(Math.ceil(bytes.length / 8));
  bytes.forEach((kept, i) => (bits[i >> 3]! |= Number(kept !== 0) << (7 - (i & 7))));
  return bits;
}

/** Refuses masks of another size than their tensor; a plan with masks says so among its warnings. Returns the masks it uses. */
export function checkMasks(plan: MergePlan): Set<Uint8Array> {
  const used = new Set<Uint8Array>();
  for (const {name, shape, inputs} of plan.jobs)
    for (const {mask, model} of inputs) {
      if (!mask) continue;
      const elements = shape.reduce((all, size) => all * size, 1);
      if (mask.length !== Math.ceil(elements / 8))
        throw new UserError(
          `The mask of ${name} of ${model} has ${8 * mask.length} bits, and the tensor ${elements} elements. Give a mask of the tensor's size.`
        );
      used.add(mask);
    }
  if (used.size > 0)
    plan.warnings.push(
      `What is kept of ${used.size === 1 ? "1 difference" : `${used.size} differences`} is given by masks, not drawn by the seed.`
    );
  return used;
}

/** A mask that no document uses is for another merge, or its name is wrong. */
export function refuseUnusedMasks(masks: Masks | undefined, used: ReadonlySet<Uint8Array>): void {
  const unused = Object.entries(masks ?? {}).flatMap(([name, mask]) => (used.has(mask) ? [] : [name]));
  if (unused.length > 0)
    throw new UserError(
      `No difference of this merge has ${unused.length === 1 ? "the mask" : `${unused.length} of the masks, among them`} ${unused[0]}. Name masks MODEL/TENSOR, the model as in the recipe or by its folder's name.`
    );
}
