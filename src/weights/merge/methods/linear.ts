import {rounded} from "../numeric/convert.js";
import {addTo, addScaled, scaleBy} from "../numeric/vector.js";
import {checkSum} from "./shared/checks.js";
import type {Method} from "./types.js";

/** The weighted sum of the models, divided by the sum of the weights unless normalize is false. */
export const linear: Method = {
  base: "input",
  models: {min: 1, max: Infinity},
  perModel: {weight: {kind: "number"}},
  global: {normalize: {kind: "flag", default: 1}},
  elementwise: true,
  chain: true,
  taskVectors: false,
  checkInputs: checkSum("normalize"),
  merge(tensor) {
    const weights = tensor.job.inputs.map((_, i) => tensor.ownRounded(i, "weight"));
    const total = rounded(
      tensor.work,
      weights.reduce((a, b) => a + b, 0)
    );
    const normalize = tensor.parameter("normalize") !== 0;
    // Without a rounding chain to follow, dividing the weights saves dividing every element.
    const early = normalize && !tensor.job.exact;
    const factors = early ? weights.map((weight) => weight / total) : weights;
    const divisor = normalize && !early ? total : 1;
    const x = tensor.float();
    const sum = tensor.float();
    for (const block of tensor.blocks()) {
      const {count} = block;
      factors.forEach((factor, i) => {
        const target = i === 0 ? sum : x;
        tensor.load(i, block, target);
        if (i > 0 && !tensor.job.exact) return addScaled(sum, factor, x, count);
        scaleBy(target, factor, count);
        tensor.round(target, count);
        if (i > 0) addTo(sum, x, count);
      });
      tensor.round(sum, count);
      if (divisor !== 1) {
        for (let e = 0; e < count; e++) sum[e] = sum[e]! / divisor;
        tensor.round(sum, count);
      }
      tensor.store(block, sum);
    }
  }
};
