import {random} from "./shared/random.js";
import {taskVectorMethod} from "./shared/taskVectors.js";

/** Drops entries at random, restores each difference's sum of magnitudes, and adds the weighted rest. */
export const dareLinear = taskVectorMethod({
  sparsify: random,
  consensus: false,
  normalize: false,
  rescale: true
});
