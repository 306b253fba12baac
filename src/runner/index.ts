export * from "./define.js";
export type {DryRun, DryRunCandidate} from "./dryRun.js";
export {type EvalFinding, runEvalPreflight} from "./preflight.js";
export type {RunOptions} from "./resolve.js";
export {runEval} from "./runEval.js";
export {
  type CandidateComparison,
  type CandidateFigures,
  compareRuns,
  listRuns,
  type RunComparison
} from "./runs.js";
export {type UnsealedRun, unsealedRuns} from "./unsealedRuns.js";
export type {CandidateProgress, RunProgress} from "./tally.js";
export type {RunEffects, RunInputs, RunResult} from "./runTypes.js";
