import type {MergeTensor} from "../engine/tensor.js";
import {RandomDraws} from "../numeric/random.js";
import {scaleBy} from "../numeric/vector.js";
import type {Method} from "./types.js";

/**
 * Takes the one model's tensors as they are, multiplied by `scale` where one is given. Experts of a mixture may have
 * `noise` too, which recipes cannot set: normal numbers of that standard deviation are added before.
 */
export const passthrough: Method = {
  base: "input",
  models: {min: 1, max: 1},
  perModel: {scale: {kind: "number", optional: true}},
  global: {},
  elementwise: true,
  chain: true,
  taskVectors: false,
  merge(tensor) {
    const {scale: factor, noise = 0} = tensor.input(0).parameters;
    const normal = noise === 0 ? undefined : normalNumbers(tensor);
    const x = tensor.float();
    for (const block of tensor.blocks()) {
      tensor.load(0, block, x);
      if (normal) for (let e = 0; e < block.count; e++) x[e] = x[e]! + noise * normal(block.start + e);
      if (factor !== undefined) scaleBy(x, factor, block.count);
      tensor.store(block, x);
    }
  }
};

/** Standard normal numbers by position, from (seed, tensor, model). */
function normalNumbers(tensor: MergeTensor): (position: number) => number {
  const {model, drawnBy = model} = tensor.input(0);
  const draws = new RandomDraws(tensor.job.seed, tensor.job.name, drawnBy);
  const uniform = (i: number) => (draws.at(i) + 0.5) / 4294967296;
  return (i) => Math.sqrt(-2 * Math.log(uniform(2 * i))) * Math.cos(2 * Math.PI * uniform(2 * i + 1));
}
