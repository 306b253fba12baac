import {type MergeTensor} from "../../engine/tensor.js";
import {loadAll} from "./gram.js";

/**
 * base + mean of the differences above epsilon in magnitude; where only one model differs, its difference times the
 * model's factor.
 */
export function storeActiveMean(tensor: MergeTensor, factors: readonly number[]): void {
  const {others} = tensor;
  const epsilon = tensor.parameter("epsilon");
  const base = tensor.float();
  const loaded = others.map(() => tensor.float());
  const sum = tensor.float();
  const active = new Uint32Array(tensor.blockSize());
  const lone = tensor.float();
  for (const block of tensor.blocks()) {
    const {count} = block;
    loadAll(tensor, others, block, base, loaded);
    sum.fill(0, 0, count);
    active.fill(0, 0, count);
    loaded.forEach((values, k) => {
      const factor = factors[k]!;
      for (let e = 0; e < count; e++) {
        const v = values[e]!;
        if (!(Math.abs(v) > epsilon)) continue;
        sum[e] = sum[e]! + v;
        active[e] = active[e]! + 1;
        lone[e] = v * factor;
      }
    });
    for (let e = 0; e < count; e++) {
      const n = active[e]!;
      sum[e] = base[e]! + (n === 0 ? 0 : n === 1 ? lone[e]! : sum[e]! / n);
    }
    tensor.store(block, sum);
  }
}

/** Entries of each model above epsilon: how many only it has, and how many others have too. */
export function countActive(tensor: MergeTensor): {unique: number[]; shared: number[]} {
  const {others} = tensor;
  const epsilon = tensor.parameter("epsilon");
  const base = tensor.float();
  const loaded = others.map(() => tensor.float());
  const unique = others.map(() => 0);
  const shared = others.map(() => 0);
  for (const block of tensor.blocks()) {
    loadAll(tensor, others, block, base, loaded);
    for (let e = 0; e < block.count; e++) {
      let n = 0;
      for (const values of loaded) if (Math.abs(values[e]!) > epsilon) n++;
      if (n === 0) continue;
      const counts = n === 1 ? unique : shared;
      loaded.forEach((values, k) => {
        if (Math.abs(values[e]!) > epsilon) counts[k]!++;
      });
    }
  }
  return {unique, shared};
}
