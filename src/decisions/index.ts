export {decide} from "./decide.js";
export {type CandidateCalls, checkGates, type GateResult, type GateStatus, overall} from "./gates.js";
export {gatesOf, runReport, type RunReport} from "./report.js";
export {scoreTable} from "./scoreTable.js";
export {points} from "./points.js";
export {type Regression, regressionsOf} from "./regressionsOf.js";
export {type SliceCell, type SliceRow, sliceTable, type SliceTable, type Slicing} from "./sliceTable.js";
export * from "./types.js";
