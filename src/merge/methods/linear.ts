import {rounded} from "../numeric/convert.js";
import {add, scale} from "../numeric/vector.js";
import {type Method} from "./types.js";

/** The weighted sum of the models, divided by the sum of the weights unless normalize is false. */
export const linear: Method = {
  base: "input",
  models: {min: 1, max: Infinity},
  perModel: {weight: {kind: "number"}},
  global: {normalize: {kind: "flag", default: 1}},
  elementwise: true,
  chain: true,
  taskVectors: false,
  merge(tensor) {
    const weights = tensor.job.inputs.map((_, i) => tensor.ownRounded(i, "weight"));
    const total = rounded(
      tensor.work,
      weights.reduce((a, b) => a + b, 0)
    );
    const divisor = tensor.parameter("normalize") ? total : 1;
    const x = tensor.float();
    const sum = tensor.float();
    for (const block of tensor.blocks()) {
      weights.forEach((weight, i) => {
        const target = i === 0 ? sum : x;
        tensor.load(i, block, target);
        scale(target, weight, block.count);
        tensor.round(target, block.count);
        if (i > 0) add(sum, x, block.count);
      });
      tensor.round(sum, block.count);
      if (divisor !== 1) {
        for (let e = 0; e < block.count; e++) sum[e] = sum[e]! / divisor;
        tensor.round(sum, block.count);
      }
      tensor.store(block, sum);
    }
  }
};
