import type {MergeTensor} from "../../engine/tensor.js";
import {magnitudesAt} from "../../numeric/select.js";
import {keepFrom} from "../shared/magnitude.js";
import type {Keep} from "../shared/sparsify.js";
import {arithmeticOf, sums, vectorsOf, type Walk, walkOf} from "./arithmetic.js";

/** sce in the tensor's own dtype: variances, means of squares and weights are rounded to it. */
export function sceNative(tensor: MergeTensor, topk: number): void {
  const {r, fill} = arithmeticOf(tensor);
  const n = tensor.others.length;
  const walk = walkOf(tensor, tensor.others, true);
  const spread = tensor.float();
  const out = tensor.float();
  const divisors = tensor.float();
  const variances = (values: readonly Float32Array[], count: number) =>
    fill(spread, count, (i) => variance(values, i));
  const keep = topk < 1 ? chosen(tensor.count, topk, walk, variances, spread) : undefined;
  const kept: Walk = (visit) => {
    keep?.begin?.();
    walk((part) => {
      if (keep) {
        variances(part.values, part.count);
        keep.apply(spread, part);
        for (const values of part.values)
          for (let i = 0; i < part.count; i++) if (spread[i] === 0) values[i] = 0;
      }
      visit(part);
    });
  };
  const whole = vectorsOf(tensor, "whole");
  const means = tensor.others.map((_, k) =>
    r(sums(kept, whole, ({values}, i) => r(values[k]![i]! ** 2))[0]! / tensor.count)
  );
  const total = r(means.reduce((a, b) => a + b, 0));
  const weights = means.map((mean) => r(Math.abs(total) < 1e-6 ? 1 / n : mean / total));
  const least = r(1e-6);
  kept(({start, count, base, values}) => {
    fill(spread, count, (i) => values.reduce((sum, value) => Math.fround(sum + value[i]!), 0));
    const agrees = (i: number, k: number) => (spread[i]! >= 0 ? values[k]![i]! > 0 : values[k]![i]! < 0);
    fill(divisors, count, (i) =>
      weights.reduce((sum, w, k) => (agrees(i, k) ? Math.fround(sum + w) : sum), 0)
    );
    fill(out, count, (i) =>
      weights.reduce((sum, w, k) => (agrees(i, k) ? Math.fround(sum + r(values[k]![i]! * w)) : sum), 0)
    );
    fill(out, count, (i) => out[i]! / Math.max(divisors[i]!, least));
    fill(out, count, (i) => base![i]! + out[i]!);
    tensor.store({start, count}, out);
  });
}

/** Population variance over the models, one after the other in float32. */
function variance(values: readonly Float32Array[], i: number): number {
  const f = Math.fround;
  let mean = 0;
  let squares = 0;
  values.forEach((value, k) => {
    const delta = f(value[i]! - mean);
    mean = f(mean + f(delta / (k + 1)));
    squares = f(squares + f(delta * f(value[i]! - mean)));
  });
  return squares / values.length;
}

function chosen(
  total: number,
  topk: number,
  walk: Walk,
  variances: (values: readonly Float32Array[], count: number) => void,
  spread: Float32Array
): Keep {
  const pass = (visit: (values: Float32Array, count: number) => void) =>
    walk(({values, count}) => {
      variances(values, count);
      visit(spread, count);
    });
  let nonZero = 0;
  pass((values, count) => {
    for (let i = 0; i < count; i++) if (values[i] !== 0) nonZero++;
  });
  // The reference multiplies a count by a number in float32.
  const wanted = Math.floor(Math.fround(Math.fround(nonZero) * Math.fround(topk)));
  if (wanted === 0) return {apply: (values, {count}) => values.fill(0, 0, count)};
  const [cut] = magnitudesAt([total - wanted], pass);
  const {key, below, equal} = cut!;
  return keepFrom(key, wanted - (total - below - equal));
}
