export type {GateRule} from "../decisions/gateRule.js";
export {type BenchTarget, withBenchTarget} from "./benchTarget.js";
export {type Budget, budgetSpent, createBudget} from "./calls/budget.js";
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
export {mayBeBilled} from "./calls/mayBeBilled.js";
export {createOutageGuard, type OutageGuard} from "./calls/outage.js";
export {OutcomeStream} from "./calls/outcomeStream.js";
export {createStageCalls} from "./calls/stageCalls.js";
export {refusalOf} from "./calls/refusal.js";
export {countUncounted} from "./calls/countUncounted.js";
export {guardedAttempts} from "./calls/guardedAttempts.js";
export {asPostponed, callError, createPool} from "./calls/pool.js";
export * from "./define.js";
export type {DryRun} from "./dryRun.js";
export type {StatedPrice} from "./expectedCost.js";
export {callPrices, type CallPrices} from "./calls/callPrices.js";
export {prepareCandidate} from "./prepareCandidate.js";
export {type EvalFinding, runEvalPreflight} from "./plan/preflight.js";
export type {PromptPreview} from "./plan/promptPreview.js";
export type {RunOptions} from "./plan/resolve.js";
export {type ComparedRun, otherDefinition} from "./plan/otherDefinition.js";
export {runCommand} from "./runCommand.js";
export {isUnanswered} from "./unanswered.js";
export {runEval} from "./runEval.js";
export {compareRuns, listRuns} from "./seal/runs.js";
export {type UnsealedRun, unsealedRuns} from "./journal/unsealedRuns.js";
export type {RunProgress} from "./calls/tally.js";
export type {RunInputs, RunResult} from "./runTypes.js";
export type {NamedEval} from "./namedEval.js";
