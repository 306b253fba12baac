import {outliers} from "./shared/outliers.js";
import {taskVectorMethod} from "./shared/taskVectors.js";

/** As breadcrumbs, but only entries that agree with the majority's sign are summed. */
export const breadcrumbsTies = taskVectorMethod({
  sparsify: outliers,
  consensus: true,
  normalize: false,
  rescale: false,
  perModel: {gamma: {kind: "number", default: 0.01, min: 0, max: 1}}
});
