import type {TensorBlock, MergeTensor} from "../../engine/tensor.js";
import {keepAbove} from "../../numeric/keep.js";
import {addTo} from "../../numeric/vector.js";
import {loadAll} from "./gram.js";

/**
 * base + mean of the differences above epsilon in magnitude; where only one model differs, its difference times the
 * model's factor.
 */
export function storeActiveMean(tensor: MergeTensor, factors: readonly number[]): void {
  const {base, loaded, walk} = activeWalk(tensor);
  const sum = tensor.float();
  const lone = factors.every((factor) => factor === 1) ? undefined : tensor.float();
  for (const {block, active} of walk()) {
    const {count} = block;
    sum.fill(0, 0, count);
    for (const values of loaded) addTo(sum, values, count);
    if (lone) {
      lone.fill(0, 0, count);
      loaded.forEach((values, k) => addWhereActive(lone, factors[k]!, values, count));
      for (let e = 0; e < count; e++) if (active[e] === 1) sum[e] = sum[e]! * lone[e]!;
    }
    for (let e = 0; e < count; e++) sum[e] = base[e]! + sum[e]! / (active[e]! || 1);
    tensor.store(block, sum);
  }
}

function addWhereActive(sum: Float32Array, factor: number, values: Float32Array, count: number): void {
  const bits = bitsOf(values, count);
  for (let e = 0; e < count; e++) sum[e] = sum[e]! + nonZero(bits[e]!) * factor;
}

/** Entries of each model above epsilon: how many only it has, and how many others have too. */
export function countActive(tensor: MergeTensor): {unique: number[]; shared: number[]} {
  const {loaded, walk} = activeWalk(tensor);
  const unique = loaded.map(() => 0);
  const shared = loaded.map(() => 0);
  for (const {block, active} of walk())
    loaded.forEach((values, k) => {
      const bits = bitsOf(values, block.count);
      let [all, alone] = [0, 0];
      for (let e = 0; e < block.count; e++) {
        const on = nonZero(bits[e]!);
        all += on;
        alone += on & ((active[e]! - 2) >>> 31);
      }
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
          const bits = bitsOf(values, count);
          for (let e = 0; e < count; e++) active[e] = active[e]! + nonZero(bits[e]!);
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

function bitsOf(values: Float32Array, count: number): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, count);
}

// Arithmetic instead of branches: which entries are active is as good as random.
function nonZero(bits: number): number {
  return ((bits & 0x7fffffff) + 0x7fffffff) >>> 31;
}
