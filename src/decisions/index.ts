export {decide} from "./decide.js";
export {type CandidateCalls, checkGates, type GateResult, type GateStatus, overall} from "./gates.js";
export {gatesOf, runReport, type RunReport} from "./report.js";
export {scoreTable} from "./scoreTable.js";
export {points} from "./sentence.js";
export * from "./types.js";
