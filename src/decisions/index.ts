export {
  cleanTable,
  type Contamination,
  contaminationOf,
  contaminationWarnings,
  type RowMark,
  type ScoreOf
} from "./contamination.js";
export {callsOf} from "./callsOf.js";
export {costsOf} from "./costsOf.js";
export {type Choice, choiceAmong} from "./action.js";
export {decide} from "./decide.js";
export {DEFAULT_ALPHA, DEFAULT_MARGIN} from "./defaults.js";
export {type RiskFacts, risksOf} from "./risks.js";
export {correctionNote, type Standing, standingOf} from "./standing.js";
export type {GateRule} from "./gateRule.js";
export {
  type CandidateCalls,
  checkGates,
  type GateFacts,
  type GateResult,
  type GateStatus,
  overall
} from "./gates.js";
export * from "./history/index.js";
export {pairwise, type PairwiseSlice, type PairwiseTable} from "./pairwise.js";
export * from "./raceTypes.js";
export {type DroppedCandidate, gatesOf, runReport, type RunReport} from "./report.js";
export {scoreTable, slicingsOf} from "./scoreTable.js";
export {points} from "./points.js";
export {type Regression, regressionsOf} from "./regressionsOf.js";
export {type SliceCell, type SliceRow, sliceTable, type SliceTable, type Slicing} from "./sliceTable.js";
export * from "./types.js";
