import {magnitude} from "./shared/magnitude.js";
import {checkKept} from "./shared/checks.js";
import {taskVectorMethod} from "./shared/taskVectors.js";

/** Keeps the largest differences, elects a sign for each entry, and averages the ones that agree with it. */
export const ties = taskVectorMethod({
  sparsify: magnitude,
  consensus: true,
  normalize: true,
  rescale: false,
  checkValues: checkKept
});
