import type {TensorBlock, MergeTensor} from "../engine/tensor.js";
import {countEqual, keepWhere} from "../numeric/keep.js";
import {RankSelection} from "../numeric/select.js";
import {keepAgreeing} from "../numeric/signs.js";
import {addQuotients, addScaledDouble, demote, dot, varianceOfTwo} from "../numeric/vector.js";
import {loadAll} from "./shared/gram.js";
import {keepFrom} from "./shared/magnitude.js";
import type {Keep} from "./shared/sparsify.js";
import {sceNative} from "./native/sce.js";
import type {Method} from "./types.js";

/**
 * Select, calculate, erase: keeps the entries in which the models differ most, weighs models by their mean square,
 * and averages the entries that agree with the majority's sign.
 */
export const sce: Method = {
  base: "required",
  models: {min: 1, max: Infinity},
  perModel: {},
  global: {
    select_topk: {kind: "number", default: 1, min: 0, max: 1},
    int8_mask: {kind: "flag", default: 0}
  },
  elementwise: false,
  chain: true,
  widens: "all",
  taskVectors: true,
  merge(tensor) {
    const {others} = tensor;
    if (others.length === 0) return tensor.copy(tensor.base);
    const topk = tensor.parameter("select_topk");
    if (tensor.job.exact) return sceNative(tensor, topk);
    const base = tensor.float();
    const loaded = others.map(() => tensor.float());
    const spread = tensor.float();
    const sum = tensor.double();
    const divisors = tensor.float();
    const load = (block: TensorBlock) => loadAll(tensor, others, block, base, loaded);
    const vary = (count: number) => variance(loaded, sum, spread, count);
    const keep = topk < 1 ? select(tensor, load, vary, spread, topk) : undefined;
    const walk = function* () {
      keep?.begin?.();
      for (const block of tensor.blocks()) {
        load(block);
        if (keep) {
          vary(block.count);
          keep.apply(spread, block);
          for (const values of loaded) keepWhere(values, spread, block.count);
        }
        yield block;
      }
    };
    const squares = others.map(() => 0);
    for (const {count} of walk()) loaded.forEach((values, k) => (squares[k]! += dot(values, values, count)));
    const means = squares.map((square) => square / Math.max(1, tensor.count));
    const total = means.reduce((a, b) => a + b, 0);
    const weights = means.map((mean) => (total < 1e-6 ? 1 / means.length : mean / total));
    for (const block of walk()) {
      const {count} = block;
      sumUp(
        loaded,
        others.map(() => 1),
        sum,
        count
      );
      demote(spread, sum, count);
      divisors.fill(0, 0, count);
      loaded.forEach((values, k) => keepAgreeing(values, spread, divisors, weights[k]!, count));
      sumUp(loaded, weights, sum, count);
      addQuotients(spread, base, {sums: sum, divisors, least: 1e-6}, count);
      tensor.store(block, spread);
    }
  }
};

function sumUp(
  loaded: readonly Float32Array[],
  weights: readonly number[],
  sum: Float64Array,
  count: number
): void {
  sum.fill(0, 0, count);
  loaded.forEach((values, k) => addScaledDouble(sum, weights[k]!, values, count));
}

/** Keeps the entries that vary most, a share of those that vary at all. */
function select(
  tensor: MergeTensor,
  load: (block: TensorBlock) => void,
  vary: (count: number) => void,
  spread: Float32Array,
  topk: number
): Keep {
  let total = 0;
  let nonZero = 0;
  const pass = (visit: (count: number) => void) => {
    for (const block of tensor.blocks()) {
      load(block);
      vary(block.count);
      visit(block.count);
    }
  };
  const selection = new RankSelection([], false, (count) => tensor.counters(count));
  pass((count) => {
    total += count;
    nonZero += count - countEqual(spread, 0, count);
    selection.first(spread, count);
  });
  const wanted = Math.floor(topk * nonZero);
  if (wanted === 0) return {apply: (delta, {count}) => delta.fill(0, 0, count)};
  selection.positions = [total - wanted];
  if (selection.more()) pass((count) => selection.second(spread, count));
  const {key, below, equal} = selection.ranks()[0]!;
  return keepFrom(key, wanted - (total - below - equal));
}

/** Population variance of each entry over the models. */
function variance(
  loaded: readonly Float32Array[],
  sum: Float64Array,
  out: Float32Array,
  count: number
): void {
  const n = loaded.length;
  if (n === 2) {
    const [a, b] = loaded as [Float32Array, Float32Array];
    return varianceOfTwo(out, a, b, count);
  }
  sumUp(
    loaded,
    loaded.map(() => 1),
    sum,
    count
  );
  for (let e = 0; e < count; e++) {
    const mean = sum[e]! / n;
    let squares = 0;
    for (const values of loaded) squares += (values[e]! - mean) ** 2;
    out[e] = squares / n;
  }
}
