import type {MergeTensor} from "../../engine/tensor.js";
import {countEqual, keepAbove} from "../../numeric/keep.js";
import {deltaRanks, type Keep, keepMask, type Sparsifier} from "./sparsify.js";

/** Keeps the floor(density * N) largest magnitudes; of equal ones at the cut, the lowest indices. */
export const magnitude: Sparsifier = (tensor, inputs) => {
  const trimmed = inputs.filter((input) => !tensor.input(input).mask && trims(tensor, input));
  const positions = trimmed.map((input) => ({input, positions: [tensor.count - wantedOf(tensor, input)]}));
  const ranks = deltaRanks(tensor, positions);
  return inputs.map((input) => {
    const {mask} = tensor.input(input);
    if (mask) return keepMask(mask);
    const [cut] = ranks[trimmed.indexOf(input)] ?? [];
    return cut && keepFrom(cut.key, wantedOf(tensor, input) - (tensor.count - cut.below - cut.equal));
  });
};

function trims(tensor: MergeTensor, input: number): boolean {
  return tensor.own(input, "density") < 1 && tensor.count > 0;
}

function wantedOf(tensor: MergeTensor, input: number): number {
  return Math.max(1, Math.floor(tensor.own(input, "density") * tensor.count));
}

/** Keeps keys above `key`, and the first `wanted` of those that equal it. */
export function keepFrom(key: number, wanted: number): Keep {
  let left = wanted;
  return {
    begin() {
      left = wanted;
    },
    apply(delta, {count}) {
      const equal = left > 0 ? countEqual(delta, key, count) : 0;
      if (equal > left) dropLater(delta, key, left, count);
      keepAbove(delta, left > 0 ? key - 1 : key, count);
      left = Math.max(0, left - equal);
    }
  };
}

/** Zeroes all but the first `wanted` values with this magnitude. */
function dropLater(delta: Float32Array, key: number, wanted: number, count: number): void {
  const bits = new Int32Array(delta.buffer, delta.byteOffset, count);
  let seen = 0;
  for (let i = 0; i < count; i++) if ((bits[i]! & 0x7fffffff) === key && seen++ >= wanted) bits[i] = 0;
}
