import {type Block} from "../engine/tensor.js";
import {dot} from "../numeric/vector.js";
import {magnitudesAt} from "../numeric/select.js";
import {loadAll} from "./shared/gram.js";
import {keepFrom} from "./shared/magnitude.js";
import {type Keep} from "./shared/sparsify.js";
import {sceNative} from "./native/sce.js";
import {type Method} from "./types.js";

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
    const mask = tensor.float();
    const load = (block: Block) => loadAll(tensor, others, block, base, loaded);
    const keep = topk < 1 ? select(() => tensor.blocks(), load, loaded, spread, topk) : undefined;
    const walk = function* () {
      keep?.begin?.();
      for (const block of tensor.blocks()) {
        load(block);
        if (keep) {
          variance(loaded, spread, block.count);
          mask.set(spread.subarray(0, block.count));
          keep.apply(mask, block);
          for (const values of loaded) for (let e = 0; e < block.count; e++) if (mask[e] === 0) values[e] = 0;
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
      for (let e = 0; e < block.count; e++) {
        let sum = 0;
        for (const values of loaded) sum += values[e]!;
        const sign = sum >= 0 ? 1 : -1;
        let mix = 0;
        let divisor = 0;
        for (let k = 0; k < loaded.length; k++) {
          const v = loaded[k]![e]!;
          if (v * sign <= 0) continue;
          mix += v * weights[k]!;
          divisor += weights[k]!;
        }
        spread[e] = base[e]! + mix / Math.max(divisor, 1e-6);
      }
      tensor.store(block, spread);
    }
  }
};

function select(
  blocks: () => Iterable<Block>,
  load: (block: Block) => void,
  loaded: readonly Float32Array[],
  spread: Float32Array,
  topk: number
): Keep {
  let total = 0;
  let nonZero = 0;
  const pass = (visit: (values: Float32Array, count: number) => void) => {
    for (const block of blocks()) {
      load(block);
      variance(loaded, spread, block.count);
      visit(spread, block.count);
    }
  };
  pass((values, count) => {
    total += count;
    for (let e = 0; e < count; e++) if (values[e] !== 0) nonZero++;
  });
  const wanted = Math.floor(topk * nonZero);
  if (wanted === 0) return {apply: (delta, {count}) => delta.fill(0, 0, count)};
  const [cut] = magnitudesAt([total - wanted], pass);
  const {key, below, equal} = cut!;
  return keepFrom(key, wanted - (total - below - equal));
}

/** Population variance of each entry over the models. */
function variance(loaded: readonly Float32Array[], out: Float32Array, count: number): void {
  const n = loaded.length;
  for (let e = 0; e < count; e++) {
    let mean = 0;
    for (const values of loaded) mean += values[e]!;
    mean /= n;
    let sum = 0;
    for (const values of loaded) sum += (values[e]! - mean) ** 2;
    out[e] = sum / n;
  }
}
