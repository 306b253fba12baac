import {activeMeanNative} from "./native/activeMean.js";
import {storeActiveMean} from "./shared/active.js";
import type {Method} from "./types.js";

/** Adds to the base the mean of those differences that are not next to nothing; one that stands alone counts in full. */
export const ram: Method = {
  base: "required",
  models: {min: 1, max: Infinity},
  perModel: {},
  global: {epsilon: {kind: "number", default: 1e-5, min: 0}},
  elementwise: true,
  chain: true,
  widens: "all",
  taskVectors: true,
  merge(tensor) {
    if (tensor.job.exact) return activeMeanNative(tensor);
    storeActiveMean(
      tensor,
      tensor.others.map(() => 1)
    );
  }
};
