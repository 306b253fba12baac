/**
 * Runs an eval: plans every request, makes the calls whose answers the store lacks, scores them and seals the run.
 * In: an eval's definition, a version, a split and options (`runEval`). Out: a sealed run in the store, or a forecast.
 * A run is one `Run` of named parts (run.ts): task, place, requests, lease, journal, budget, calls, tally.
 * It decides nothing about which candidate is better, and keeps no queue: who makes the calls can be replaced (`Executor`).
 */
export type {GateRule} from "../decisions/gateTypes.js";
export {type BenchTarget, withBenchTarget} from "./benchTarget.js";
export {type Budget, budgetSpent, createBudget} from "./calls/budget.js";
export {type CommandBudget, openCommandBudget, withinBudget} from "./calls/commandBudget.js";
export {type DayLedger, openDayLedger} from "./calls/dayLedger.js";
export type {
  CallError,
  CallOutcome,
  CallRequest,
  CreateExecutor,
  ExecutedRun,
  ExecuteOptions,
  Executor,
  ExecutorSetup,
  OutageSettings
} from "./calls/executor.js";
export {createOutageGuard, type OutageGuard} from "./calls/outage.js";
export {OutcomeStream} from "./calls/outcomeStream.js";
export {createStageCalls} from "./calls/stageCalls.js";
export {asPostponed, callError, mayBeBilled, refusalOf} from "./calls/callErrors.js";
export {countUncounted} from "./calls/countUncounted.js";
export {guardedAttempts} from "./calls/guardedAttempts.js";
export {isLimited} from "./calls/payAtOnce.js";
export {createPool} from "./calls/pool.js";
export type * from "./define.js";
export {assertEval, candidate, defineEval} from "./defineEval.js";
export type {StatedPrice} from "./expectedCost.js";
export {callPrices, type CallPrices} from "./calls/callPrices.js";
export {prepareCandidate} from "./prepareCandidate.js";
export {type EvalFinding, runEvalPreflight} from "./plan/preflight.js";
export type {RunOptions} from "./plan/resolve.js";
export {type ComparedRun, otherDefinition} from "./plan/otherDefinition.js";
export {runCommand} from "./seal/manifest.js";
export {isUnanswered} from "./unanswered.js";
export {runEval} from "./runEval.js";
export {type CandidateComparison, compareRuns, listRuns, type RunComparison} from "./seal/runs.js";
export {type EndedCall, type RunUnderWay, runsUnderWay} from "./journal/runsUnderWay.js";
export {type UnsealedRun, unsealedRuns} from "./journal/unsealedRuns.js";
export type {RunProgress} from "./calls/tally.js";
export type {DryRun, PromptPreview, RunResult} from "./result.js";
export type {RunInputs} from "./task.js";
export type {NamedEval} from "./define.js";
