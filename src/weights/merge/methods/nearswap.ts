import {nearswapNative} from "./native/nearswap.js";
import type {Method} from "./types.js";

/** Moves each entry of the base towards the other model's, the further the nearer the two are: by t / |difference|. */
export const nearswap: Method = {
  base: "required",
  models: {min: 1, max: 1},
  perModel: {},
  global: {t: {kind: "number", min: 0}},
  elementwise: true,
  chain: true,
  widens: "arithmetic",
  taskVectors: false,
  merge(tensor) {
    const t = Math.fround(tensor.parameter("t"));
    if (tensor.job.exact) return nearswapNative(tensor, t);
    const base = tensor.float();
    const other = tensor.float();
    for (const block of tensor.blocks()) {
      tensor.load(tensor.base, block, base);
      tensor.load(tensor.others[0]!, block, other);
      for (let e = 0; e < block.count; e++) {
        const distance = Math.max(Math.abs(Math.fround(base[e]! - other[e]!)), Math.fround(1e-6));
        const share = Math.min(1, Math.fround(Math.fround(1 / distance) * t));
        other[e] = share * other[e]! + (1 - share) * base[e]!;
      }
      tensor.store(block, other);
    }
  }
};
