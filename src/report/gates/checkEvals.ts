import {
  DEFAULT_MARGIN,
  type GateResult,
  gatesOf,
  type Regression,
  regressionsOf,
  tableAsIn,
  type Verdict,
  writerOf
} from "../../evals/decisions/index.js";
import {
  baselineRun,
  type EndedRun,
  isEnded,
  type JudgedRun,
  judgedRuns,
  otherDefinitionText
} from "../../evals/races/index.js";
import type {NamedEval} from "../../evals/runner/index.js";
import {changesBetween, isSameScorer} from "../site/changeSince.js";
import {runVerdict, type RunVerdict} from "../site/index.js";
import type {RunManifest, Store} from "../../base/store/index.js";
import {gateFacts} from "./gateFacts.js";

export interface CheckedRun {
  eval: string;
  /** The eval's file, from the project's folder. */
  path: string;
  split: string;
  part: string;
  run: string;
  results: GateResult[];
  report: RunVerdict;
  /** Set where the eval now states another margin than the run was decided with. */
  otherMargin?: string;
  /** Set where the run is of another definition than the eval's file now states: its gates are undecided. */
  otherDefinition?: string;
  /** Each candidate against itself in the gate's baseline run, else in the run before; absent without one. */
  change?: {
    before: string;
    /** What else differs, in words. */
    differs: string[];
    sameScorer: boolean;
    candidates: Regression[];
  };
}

/**
 * Checks the gate of every eval on the runs it is judged by (`judgedRuns`). Gates on a run of another definition are undecided,
 * and so are those without a run (`gatesWithoutRun`).
 * @param outcomes runs that have just ended
 */
export async function checkEvals(
  store: Store,
  evals: readonly NamedEval[],
  {
    outcomes = [],
    onMessage
  }: {outcomes?: readonly (EndedRun & {report?: RunVerdict})[]; onMessage?: (text: string) => void} = {}
): Promise<CheckedRun[]> {
  const checked: CheckedRun[] = [];
  for (const one of evals) {
    const {name, path, definition} = one;
    const {judged, left} = await judgedRuns(store, one, outcomes);
    for (const {run, other} of left)
      onMessage?.(
        `! ${name} (${run.split.name}, ${run.split.part}): ${run.id} is left out. It is of another definition of the eval (${other.join(", ")}), which does not run there any more.`
      );
    for (const {run, race, other} of judged) {
      const report = decidedReport(run, outcomes) ?? (await runVerdict(store, run, {race}));
      const otherDefinition = other && otherDefinitionText(name, run, other);
      const rules = definition.gate ?? [];
      const before = await baselineRun(
        store,
        run,
        rules.find((rule) => rule.baselineRun)?.baselineRun ?? "previous"
      );
      checked.push({
        eval: name,
        path,
        split: run.split.name,
        part: run.split.part,
        run: run.id,
        results: undecidedFor({run, race, other}, gatesOf(report, rules, await gateFacts(store, run, rules))),
        report,
        otherMargin: otherMargin(definition.margin, report.verdict),
        otherDefinition,
        change: before
          ? {
              before: before.id,
              differs: await changesBetween(store, run, before),
              sameScorer: isSameScorer(run, before),
              candidates: regressionsOf(report.table, await tableAsIn(store, before.id, run), {
                margin: report.verdict.margin
              })
            }
          : undefined
      });
    }
  }
  return checked;
}

/** The verdict of a run that has just ended, where the run's own margin decided it. */
function decidedReport(
  {id, margin = DEFAULT_MARGIN}: RunManifest,
  outcomes: readonly {report?: RunVerdict}[]
): RunVerdict | undefined {
  return outcomes.find(({report}) => report?.run.id === id && report.verdict.margin === margin)?.report;
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

function otherMargin(stated = DEFAULT_MARGIN, {margin, scale}: Verdict): string | undefined {
  if (stated === margin) return undefined;
  const {difference} = writerOf(scale);
  return `the run was decided with a margin of ${difference(margin)}, the eval now states ${difference(stated)}. \`assay run\` decides with that, from the same answers.`;
}
