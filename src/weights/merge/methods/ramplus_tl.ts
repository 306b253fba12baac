import {activeMeanNative} from "./native/activeMean.js";
import {countActive, storeActiveMean} from "./shared/active.js";
import type {Method} from "./types.js";

/**
 * As ram, but differences that only one model has are enlarged, the more the larger its shared part is beside its
 * unique one: times 1 + r * clamp(shared / unique, 0, alpha).
 */
export const ramplusTl: Method = {
  base: "required",
  models: {min: 1, max: Infinity},
  perModel: {},
  global: {
    r: {kind: "number", default: 0.1},
    alpha: {kind: "number", default: 0.2, min: 0},
    epsilon: {kind: "number", default: 1e-5, min: 0}
  },
  elementwise: false,
  chain: true,
  widens: "all",
  taskVectors: true,
  exactResult: "F32",
  merge(tensor) {
    const {unique, shared} = countActive(tensor);
    const alpha = tensor.parameter("alpha");
    const epsilon = tensor.parameter("epsilon");
    const factors = unique.map((own, k) => {
      const ratio = shared[k]! / Math.max(own, epsilon);
      return 1 + tensor.parameter("r") * Math.min(ratio, alpha);
    });
    if (!tensor.job.exact) storeActiveMean(tensor, factors);
    else activeMeanNative(tensor, factors.map(Math.fround));
  }
};
