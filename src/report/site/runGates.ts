import {type GateResult, type GateRule, gatesOf, type RunReport} from "../../evals/decisions/index.js";
import {isEnded, type JudgedRun} from "../../evals/races/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import {gateFacts} from "./gateFacts.js";

/** The result of every rule of a gate on a run: for checks, pull requests and pages. */
export async function runGates(
  store: Store,
  judged: JudgedRun,
  {report, rules}: {report: RunReport; rules: readonly GateRule[]}
): Promise<GateResult[]> {
  return undecidedFor(judged, gatesOf(report, rules, await gateFacts(store, judged.run, rules)));
}

/**
 * A run of another definition decides no gate. A run that was cut short, an unfinished race, or incomplete result files can fail
 * a gate but not pass it: the missing rows are not a random sample, as those beyond a limit are.
 */
export function undecidedFor(
  {run, race, other}: Pick<JudgedRun, "race" | "other"> & {run: CutRun},
  results: readonly GateResult[]
): GateResult[] {
  const why = other ? `is of another definition (${firstParts(other)})` : cutText({run, race});
  if (why === undefined) return [...results];
  return results.map((result) =>
    other || result.status === "pass"
      ? {
          ...result,
          status: "undecided",
          message: `${result.message}, in ${run.id}, which ${why}`,
          rowsNeeded: undefined
        }
      : result
  );
}

/** The warning above the gates lists them all. */
function firstParts(parts: readonly string[]): string {
  const rest = parts.length - 2;
  return rest > 1 ? `${parts.slice(0, 2).join(", ")} and ${rest} more` : parts.join(", ");
}

type CutRun = Pick<RunManifest, "id" | "status" | "limit" | "counts" | "imported">;

/** How a run or race was cut short; undefined where it was not. */
function cutText({run, race}: Pick<JudgedRun, "race"> & {run: CutRun}): string | undefined {
  if (race) return isEnded(race) ? undefined : "is of a race that did not end";
  if (!isCutShort(run)) return undefined;
  const {imported, counts} = run;
  const {scored, planned, completed, failed} = counts;
  // The files of another tool may not say how many answers they lack.
  return imported && completed + failed >= planned
    ? "is of incomplete result files"
    : `was cut short with ${scored} of ${planned} answers scored`;
}

function isCutShort({status, limit, counts: {planned, completed, failed}}: CutRun): boolean {
  return status === "partial" && (limit === undefined || completed + failed < planned);
}
