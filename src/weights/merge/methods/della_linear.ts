import {checkProbabilities} from "./shared/checks.js";
import {rankedRandom} from "./shared/rankedRandom.js";
import {taskVectorMethod} from "./shared/taskVectors.js";

/** Keeps larger differences with a higher probability, and adds the weighted rest. */
export const dellaLinear = taskVectorMethod({
  sparsify: rankedRandom,
  rows: true,
  consensus: false,
  normalize: false,
  rescale: true,
  perModel: {epsilon: {kind: "number", default: 0.15, min: 0}},
  checkValues: checkProbabilities
});
