import {arceeFusion} from "./arcee_fusion.js";
import {breadcrumbs} from "./breadcrumbs.js";
import {breadcrumbsTies} from "./breadcrumbs_ties.js";
import {dareLinear} from "./dare_linear.js";
import {dareTies} from "./dare_ties.js";
import {della} from "./della.js";
import {dellaLinear} from "./della_linear.js";
import {karcher} from "./karcher.js";
import {linear} from "./linear.js";
import {modelStock} from "./model_stock.js";
import {multislerp} from "./multislerp.js";
import {nearswap} from "./nearswap.js";
import {nuslerp} from "./nuslerp.js";
import {passthrough} from "./passthrough.js";
import {ram} from "./ram.js";
import {ramplusTl} from "./ramplus_tl.js";
import {sce} from "./sce.js";
import {slerp} from "./slerp.js";
import {taskArithmetic} from "./task_arithmetic.js";
import {ties} from "./ties.js";
import type {Method} from "./types.js";

export type {Method, ParameterSpec} from "./types.js";

/** Every merge method by its name in recipes. */
export const METHODS: Readonly<Record<string, Method>> = {
  linear,
  slerp,
  nuslerp,
  multislerp,
  karcher,
  task_arithmetic: taskArithmetic,
  ties,
  dare_linear: dareLinear,
  dare_ties: dareTies,
  breadcrumbs,
  breadcrumbs_ties: breadcrumbsTies,
  della,
  della_linear: dellaLinear,
  model_stock: modelStock,
  nearswap,
  sce,
  ram,
  ramplus_tl: ramplusTl,
  arcee_fusion: arceeFusion,
  passthrough
};
