import {group} from "d3-array";
import {corpusOf, scoreTable, type ScoreTable, decidingValues} from "../../evals/decisions/index.js";
import {corpusName, mean, meanInterval} from "../../base/stats/index.js";
import {readKept, type RunManifest, type Store} from "../../base/store/index.js";
import {latestTime} from "./currentRuns.js";
import type {EvalHistory, HistoryData, HistoryPoint, HistoryRun} from "./historyTypes.js";
import {changedSettings} from "./changeSince.js";

/** Older runs of an eval stay in the list of runs. */
const MOST_RUNS = 40;
const LEVEL = 0.95;

/**
 * How every eval's candidates scored from run to run, in the order in which the runs were last asked for. Runs that a limit, a budget or an interruption ended are left out; a
 * store without complete runs gives an empty list.
 */
export async function historyData(store: Store): Promise<HistoryData> {
  const complete = (await store.runs()).filter(({status}) => status === "complete");
  const histories: EvalHistory[] = [];
  for (const runs of group(complete, historyId).values()) {
    const shown = runs.slice(-MOST_RUNS);
    const newest = shown.at(-1)!;
    const points: HistoryRun[] = [];
    for (const [i, run] of shown.entries())
      points.push(await historyRun(store, run, shown[i - 1], runs.length - shown.length + i));
    histories.push({
      id: historyId(newest),
      eval: newest.eval,
      title: newest.title ?? newest.eval,
      split: newest.split.name,
      part: newest.split.part,
      scorer: newest.primaryScorer,
      figure: corpusFigureName(newest),
      runs: points
    });
  }
  const last = ({runs}: EvalHistory) => runs.at(-1)?.at ?? "";
  const kept = await readKept(store.workspace);
  return {
    histories: histories.sort((a, b) => last(b).localeCompare(last(a))),
    kept: kept
      .reverse()
      .map(({distillation, at, version, outcome, kept: model, trained, judged, sentence}) => ({
        distillation,
        at,
        version,
        outcome,
        kept: model,
        trained,
        judged,
        sentence
      }))
  };
}

function corpusFigureName(run: RunManifest): string | undefined {
  const figure = corpusOf(run, run.primaryScorer);
  return figure && corpusName(figure);
}

function historyId(run: RunManifest): string {
  return `${run.eval}, ${run.split.name}, ${run.split.part}`;
}

async function historyRun(
  store: Store,
  run: RunManifest,
  before: RunManifest | undefined,
  index: number
): Promise<HistoryRun> {
  const table = await scoreTable(store, run.id, run.primaryScorer);
  return {
    run: run.id,
    sealedAt: run.sealedAt,
    at: latestTime(run),
    version: run.dataset.version,
    rows: table.rowIds.length,
    points: table.candidates.map((candidate) => pointOf(table, candidate, index)),
    breaks: before ? changedSettings(run, before) : []
  };
}

function pointOf(table: ScoreTable, candidate: string, index: number): HistoryPoint {
  const values = decidingValues(table, candidate);
  const clusters = table.clusters?.map((cluster, row) => cluster ?? `row:${row}`);
  const interval = meanInterval(values, {level: LEVEL, clusters, bounds: table.bounds});
  const always = meanInterval(values, {level: 1 - shareOfError(index), clusters, bounds: table.bounds});
  return {
    candidate,
    mean: mean(values),
    low: interval?.low,
    high: interval?.high,
    alwaysLow: always?.low,
    alwaysHigh: always?.high,
    scored: values.filter((value) => value !== undefined).length
  };
}

/**
 * The error rate of the run at `index` (0-based) in a history without an end: over all runs they add up to 1 − LEVEL, since
 * Σ 1/k² is π²/6. Whatever runs share, all intervals hold together with probability LEVEL (union bound).
 */
function shareOfError(index: number): number {
  return ((1 - LEVEL) * 6) / (Math.PI * (index + 1)) ** 2;
}
