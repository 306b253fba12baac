/**
 * Checks the gates of evals. In come a store and the project's evals; out come the result of every rule on the run or race that
 * the eval is judged by, the gates that have no run, and reports of them: JUnit, a pull request's comment, annotations. It runs
 * no eval and prints nothing.
 */
export {type CheckedRun, checkEvals} from "./checkEvals.js";
export {runGates} from "../site/runGates.js";
export {
  type GateChecks,
  gatesAsAnnotations,
  gatesAsJunit,
  gatesAsMarkdown,
  gatesStatus,
  warningEvals
} from "./gateReports.js";
export {gatesWithoutRun, placeText, type UnrunGate, unrunJson, unrunText} from "./gatesWithoutRun.js";
