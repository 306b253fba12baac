export {ensureSplit} from "./ensureSplit.js";
export type {SplitMeasures} from "./measure.js";
export type {SplitSpec} from "./spec.js";
