import {random} from "./shared/random.js";
import {taskVectorMethod} from "./shared/taskVectors.js";

/** As dare_linear, but only entries that agree with the majority's sign are summed. */
export const dareTies = taskVectorMethod({
  sparsify: random,
  consensus: true,
  normalize: false,
  rescale: true
});
