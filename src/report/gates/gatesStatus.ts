import {type GateStatus, overall} from "../../evals/decisions/index.js";
import type {NamedEval} from "../../evals/runner/index.js";
import type {CheckedRun} from "./checkEvals.js";
import type {UnrunGate} from "./gatesWithoutRun.js";

/** Names of the evals whose undecided gates are a warning. */
export function warningEvals(evals: readonly NamedEval[]): ReadonlySet<string> {
  return new Set(evals.filter(({definition}) => definition.undecided === "warn").map(({name}) => name));
}

/** What all gates come to, those without a run too; undecided ones of `warning` evals do not count. */
export function gatesStatus(
  checked: readonly CheckedRun[],
  unrun: readonly UnrunGate[],
  warning: ReadonlySet<string>
): GateStatus {
  const counted = checked.flatMap(({eval: name, results}) =>
    warning.has(name) ? results.filter(({status}) => status !== "undecided") : results
  );
  const status = overall(counted);
  return status === "pass" && unrun.some((one) => !warning.has(one.eval)) ? "undecided" : status;
}
