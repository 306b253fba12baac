import {combinedByGram, gramMatrix, gramOf, loadAll, storeCombination} from "./shared/gram.js";
import {modelStockNative} from "./native/modelStock.js";
import type {Method} from "./types.js";

/**
 * Between the base and the mean of the models, the nearer to the mean the more the models agree: with the mean
 * cosine c of their N differences to the base, t = N c / (1 + (N - 1) c). Not clamped: a negative c leads away.
 */
export const modelStock: Method = {
  base: "required",
  models: {min: 2, max: Infinity},
  perModel: {},
  global: {filter_wise: {kind: "flag", default: 0}},
  elementwise: false,
  chain: true,
  widens: "all",
  taskVectors: false,
  merge(tensor) {
    const {others} = tensor;
    if (tensor.job.exact) return modelStockNative(tensor, tensor.parameter("filter_wise") !== 0);
    if (!tensor.parameter("filter_wise")) {
      const t = ratio(gramMatrix(tensor, others, true));
      return storeCombination(
        tensor,
        others,
        others.map(() => t / others.length),
        true
      );
    }
    const size = tensor.blockSize(true);
    const base = tensor.float(size);
    const loaded = others.map(() => tensor.float(size));
    const out = tensor.float(size);
    const sum = new Float64Array(tensor.columns);
    for (const block of tensor.blocks(true)) {
      loadAll(tensor, others, block, base, loaded);
      for (let from = 0; from < block.count; from += tensor.columns) {
        const row = (values: Float32Array) => values.subarray(from, from + tensor.columns);
        const rows = loaded.map(row);
        const t = ratio(gramOf(rows, tensor.columns));
        const shares = rows.map(() => t / rows.length);
        const combined = {loaded: rows, coefficients: shares, base: row(base), count: tensor.columns};
        combinedByGram(combined, sum, row(out));
      }
      tensor.store(block, out);
    }
  }
};

function ratio(gram: readonly number[][]): number {
  const n = gram.length;
  let total = 0;
  let pairs = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const norms = Math.max(Math.sqrt(gram[i]![i]!) * Math.sqrt(gram[j]![j]!), 1e-6);
      total += Math.max(-1, Math.min(1, gram[i]![j]! / norms));
      pairs++;
    }
  const cosine = total / pairs;
  return (n * cosine) / (1 + (n - 1) * cosine);
}
