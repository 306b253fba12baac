import type {RunManifest, Store} from "../../../base/store/index.js";
import type {GateRule} from "../gateTypes.js";
import {scoreTable} from "../scoreTable.js";
import {type Traced, traceHistory, type TracedRun} from "./trace.js";
import {areRequestsKnown} from "./recordChanges.js";
import {type ChangeBetweenRuns, whatChanged} from "./whatChanged.js";

/** One candidate of one run beside earlier runs, and what it means. */
export interface HistoryEntry extends Omit<Traced, "stream" | "finding"> {
  eval: string;
  split: string;
  startedAt: string;
  /**
   * regressed: worse beyond doubt, after a change of prompt, parameters, trained model, scorer or what the eval expects. drifted: worse beyond doubt, and
   * what changed is the data, the result files or the server's model, or nothing known. flaky: worse by one look alone though
   * nothing changed of the rows that both have, and the evidence is not strong, which is what chance does. undecided: worse by one
   * look alone after a change or where results of other tools do not say what was asked, or by strong evidence that is no alarm yet; or
   * too few rows for an interval are in both.
   * steady: none of these.
   */
  status: "regressed" | "drifted" | "flaky" | "undecided" | "steady";
  /** What changed since `before`; only looked up where the scores fell. */
  changed?: ChangeBetweenRuns[];
  /** True for the newest run of its eval and split. */
  newest: boolean;
}

export interface HistoryOptions {
  /** Gate rules by eval: how much worse than an earlier run a candidate may be. */
  rules?(evalName: string): readonly GateRule[];
  /** The most that the chance of any false alarm may be; default 0.05. */
  level?: number;
  onProgress?(done: number, of: number): void;
  /** A run's candidate that is not compared, because it has scores beyond what their scorer states, 0 to 1 unless told. */
  onUnbounded?(run: string, candidate: string): void;
}

/**
 * The history of all candidates over the complete runs given, the oldest first, with false alarms controlled over all of it
 * (`traceHistory`). Runs compare when eval, split, part and scorer have the same names. Empty for fewer than two such runs.
 */
export async function history(
  store: Store,
  runs: readonly RunManifest[],
  {rules = () => [], level, onProgress, onUnbounded}: HistoryOptions = {}
): Promise<HistoryEntry[]> {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const traced: TracedRun[] = [];
  for (const run of runs) {
    onProgress?.(traced.length, runs.length);
    traced.push({
      id: run.id,
      stream: streamOf(run),
      table: await scoreTable(store, run.id, run.primaryScorer, null),
      tolerance: toleranceOf(rules(run.eval))
    });
  }
  const newest = new Map(traced.map(({stream, id}) => [stream, id]));
  const entries: HistoryEntry[] = [];
  for (const {stream, finding, ...one} of traceHistory(traced, {level, onUnbounded})) {
    const [before, run] = [byId.get(one.before)!, byId.get(one.run)!];
    const changed = finding === "none" ? undefined : await whatChanged(store, before, run, one.candidate);
    const byCode = changed?.some(({kind}) => kind === "code") === true;
    const mayBeChance = areRequestsKnown(before, run) && changed?.every(({kind}) => kind === "rows") === true;
    entries.push({
      ...one,
      eval: run.eval,
      split: run.split.name,
      startedAt: run.startedAt,
      status:
        finding === "alarm"
          ? byCode
            ? "regressed"
            : "drifted"
          : finding === "none"
            ? one.difference
              ? "steady"
              : "undecided"
            : one.strong || !mayBeChance
              ? "undecided"
              : "flaky",
      changed,
      newest: newest.get(stream) === run.id
    });
  }
  return entries;
}

const streamOf = ({eval: name, split, primaryScorer}: RunManifest) =>
  JSON.stringify([name, split.name, split.part, primaryScorer]);

/** What the gate's rule on an earlier run allows; the strictest of several. */
function toleranceOf(rules: readonly GateRule[]): number {
  const stated = rules.flatMap(({baselineRun, maxRegression}) =>
    baselineRun === undefined || maxRegression === undefined ? [] : [maxRegression]
  );
  return stated.length > 0 ? Math.min(...stated) : 0;
}
