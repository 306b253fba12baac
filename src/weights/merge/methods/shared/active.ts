import type {TensorBlock, MergeTensor} from "../../engine/tensor.js";
import {addMean, countAlone, markActive, scaleAlone} from "../../numeric/active.js";
import {countEqual, keepAbove} from "../../numeric/keep.js";
import {addTo} from "../../numeric/vector.js";
import {loadAll} from "./gram.js";

/**
 * base + mean of the differences above epsilon in magnitude; where only one model differs, its difference times the
 * model's factor.
 */
export function storeActiveMean(tensor: MergeTensor, factors: readonly number[]): void {
  const {base, loaded, walk} = activeWalk(tensor);
  const sum = tensor.float();
  for (const {block, active} of walk()) {
    const {count} = block;
    sum.fill(0, 0, count);
    for (const values of loaded) addTo(sum, values, count);
    loaded.forEach((values, k) => {
      if (factors[k] !== 1) scaleAlone(sum, factors[k]!, {values, active}, count);
    });
    addMean(sum, base, active, count);
    tensor.store(block, sum);
  }
}

/** Entries of each model above epsilon: how many only it has, and how many others have too. */
export function countActive(tensor: MergeTensor): {unique: number[]; shared: number[]} {
  const {loaded, walk} = activeWalk(tensor);
  const unique = loaded.map(() => 0);
  const shared = loaded.map(() => 0);
  for (const {block, active} of walk())
    loaded.forEach((values, k) => {
      const all = block.count - countEqual(values, 0, block.count);
      const alone = countAlone(values, active, block.count);
      unique[k]! += alone;
      shared[k]! += all - alone;
    });
  return {unique, shared};
}

/**
 * Walks over the differences to the base with those not above epsilon set to zero, and counts for each entry how many
 * are left.
 */
function activeWalk(tensor: MergeTensor) {
  const base = tensor.float();
  const loaded = tensor.others.map(() => tensor.float());
  const active = tensor.counters(tensor.blockSize());
  const key = keyNotAbove(tensor.parameter("epsilon"));
  return {
    base,
    loaded,
    *walk(): Generator<{block: TensorBlock; active: Uint32Array}> {
      for (const block of tensor.blocks()) {
        const {count} = block;
        loadAll(tensor, tensor.others, block, base, loaded);
        active.fill(0, 0, count);
        for (const values of loaded) {
          keepAbove(values, key, count);
          markActive(values, active, count);
        }
        yield {block, active};
      }
    }
  };
}

/** The bits of the largest float32 that is not above a number of at least 0. */
function keyNotAbove(value: number): number {
  const nearest = Math.fround(value);
  const [bits] = new Int32Array(Float32Array.of(nearest).buffer);
  return bits! - Number(nearest > value);
}
