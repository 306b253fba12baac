import {scale} from "../numeric/vector.js";
import {type Method} from "./types.js";

/** Takes the one model's tensors as they are, multiplied by `scale` where one is given. */
export const passthrough: Method = {
  base: "input",
  models: {min: 1, max: 1},
  perModel: {scale: {kind: "number", optional: true}},
  global: {},
  elementwise: true,
  chain: true,
  taskVectors: false,
  merge(tensor) {
    const factor = tensor.input(0).parameters.scale;
    const x = tensor.float();
    for (const block of tensor.blocks()) {
      tensor.load(0, block, x);
      if (factor !== undefined) scale(x, factor, block.count);
      tensor.store(block, x);
    }
  }
};
