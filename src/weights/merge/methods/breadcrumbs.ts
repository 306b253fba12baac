import {outliers} from "./shared/outliers.js";
import {taskVectorMethod} from "./shared/taskVectors.js";

/** Drops the smallest differences and the outliers, and adds the weighted rest. */
export const breadcrumbs = taskVectorMethod({
  sparsify: outliers,
  consensus: false,
  normalize: false,
  rescale: false,
  perModel: {gamma: {kind: "number", default: 0.01, min: 0, max: 1}}
});
