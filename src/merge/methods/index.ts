import {dareLinear} from "./dare_linear.js";
import {dareTies} from "./dare_ties.js";
import {linear} from "./linear.js";
import {modelStock} from "./model_stock.js";
import {passthrough} from "./passthrough.js";
import {slerp} from "./slerp.js";
import {taskArithmetic} from "./task_arithmetic.js";
import {ties} from "./ties.js";
import {type Method} from "./types.js";

export {type Method, type ParameterSpec} from "./types.js";

/** Every merge method by its name in recipes. */
export const METHODS: Readonly<Record<string, Method>> = {
  linear,
  slerp,
  task_arithmetic: taskArithmetic,
  ties,
  dare_linear: dareLinear,
  dare_ties: dareTies,
  model_stock: modelStock,
  passthrough
};
