import {
  DEFAULT_MARGIN,
  type GateResult,
  type Regression,
  regressionsOf,
  tableAsIn,
  type Verdict,
  writerOf
} from "../../evals/decisions/index.js";
import {baselineRun, type EndedRun, judgedRuns, otherDefinitionText} from "../../evals/races/index.js";
import type {NamedEval} from "../../evals/runner/index.js";
import {changesBetween, isSameScorer} from "../site/changeSince.js";
import {runVerdict, type RunVerdict} from "../site/index.js";
import {runGates} from "../site/runGates.js";
import type {RunManifest, Store} from "../../base/store/index.js";

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
        results: await runGates(store, {run, race, other}, {report, rules}),
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

function otherMargin(stated = DEFAULT_MARGIN, {margin, scale}: Verdict): string | undefined {
  if (stated === margin) return undefined;
  const {difference} = writerOf(scale);
  return `the run was decided with a margin of ${difference(margin)}, the eval now states ${difference(stated)}. \`assay run\` decides with that, from the same answers.`;
}
