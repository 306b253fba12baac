import {taskVectorMethod} from "./shared/taskVectors.js";

/** The base plus the weighted differences of the models to it. */
export const taskArithmetic = taskVectorMethod({consensus: false, normalize: false, rescale: false});
