import {checkProbabilities} from "./shared/checks.js";
import {rankedRandom} from "./shared/rankedRandom.js";
import {taskVectorMethod} from "./shared/taskVectors.js";

/** Keeps larger differences with a higher probability, elects signs, and averages the ones that agree. */
export const della = taskVectorMethod({
  sparsify: rankedRandom,
  rows: true,
  consensus: true,
  normalize: true,
  rescale: true,
  perModel: {epsilon: {kind: "number", default: 0.15, min: 0}},
  checkValues: checkProbabilities
});
