import {onlineFdr, type OnlineTest, pairedDifference, pairedEValue} from "../../../base/stats/index.js";
import {clustersOf, candidateScores, type RowValues} from "../columns.js";
import {scaleOf, type ScoreScale} from "../scoreScale.js";
import type {ScoreTable} from "../types.js";

/** A complete run, as the history of its eval sees it. */
export interface TracedRun {
  id: string;
  /** Runs of one stream are compared: the same eval, split, part and scorer. */
  stream: string;
  table: ScoreTable;
  /** How much worse than before a candidate may be, in score units; 0 when absent. */
  tolerance?: number;
}

/** One candidate of one run, held against earlier runs of its stream. */
export interface Traced {
  run: string;
  stream: string;
  candidate: string;
  /** The last of the earlier runs it is held against: the run before unless strong evidence is of more runs. */
  before: string;
  /** Runs on each side, whose scores were averaged row by row: 1 for this run against `before`. */
  window: number;
  /** Rows scored on both sides. */
  rows: number;
  /** Now minus before on those rows, with its 95 % interval for one look; absent on too few rows. */
  difference?: {estimate: number; low: number; high: number};
  /** Evidence that it is worse, and what it had to reach. */
  eValue: number;
  threshold: number;
  /** The evidence is 1 / level (20) or more: chance gives as much in at most one comparison of 20, though no alarm may follow from one. */
  strong: boolean;
  /** Rows whose score differs. */
  moved: number;
  /** How scores of its range are written. */
  scale: ScoreScale;
  /** alarm: worse, with the false alarms of the whole history counted. loss: one look alone would say worse, or strong evidence does. */
  finding: "alarm" | "loss" | "none";
}

/** Runs on each side of a comparison: more of them see smaller losses, later. */
const WINDOWS = [1, 4, 16];
const LONGEST = 16;
const LEVEL = 0.05;

/** Says of evidence whether it is an alarm, and from where on it is strong. */
interface AlarmRule {
  next(eValue: number): OnlineTest;
  strongFrom: number;
}

/** The runs of a stream that have the candidate, since its last alarm. */
interface Past {
  run: TracedRun;
  rowIds: readonly string[];
  values: RowValues;
}

/** Evidence from a window of runs against one before it. */
interface WindowEvidence {
  window: number;
  before: string;
  now: RowValues;
  was: RowValues;
  eValue: number;
}

/**
 * Every candidate of every run against earlier runs; `runs` are in the order of time, all evals together. The newest 1, 4 and
 * 16 runs are held against as many before them, which shows a fall, and against as many at the beginning or after the last
 * alarm, which shows a slow slide. The alarms of the whole history hold at `level` (default 0.05): while nothing ever got
 * worse, the chance of any alarm is at most that, however many runs there are and however they depend on one another.
 * Nothing is said of a stream's first run, of rows that only one side has, and of scores outside the bounds that their table states, 0 to
 * 1 unless told: `onUnbounded` hears of these. Where a corpus figure decides, the history is still that of the mean of the rows' scores:
 * evidence is of rows that are bounded and independent. A decision once made stays: later runs change none of it.
 *
 * Formulas: `pairedEValue` for one comparison, their mean for a run (a mean of e-values is one), `onlineFdr` over all runs.
 */
export function traceHistory(
  runs: readonly TracedRun[],
  {level = LEVEL, onUnbounded}: {level?: number; onUnbounded?: (run: string, candidate: string) => void} = {}
): Traced[] {
  const tests = onlineFdr({level});
  const judge: AlarmRule = {next: tests.next, strongFrom: 1 / level};
  const streams = new Map<string, Past[]>();
  const found: Traced[] = [];
  for (const run of runs) {
    for (const candidate of run.table.candidates) {
      const key = JSON.stringify([run.stream, candidate]);
      const past = streams.get(key) ?? [];
      const values = valuesWithin(boundsOf(run), candidateScores(run.table, candidate));
      if (!values) {
        onUnbounded?.(run.id, candidate);
        continue;
      }
      const now = {run, rowIds: sharedIds(run.table.rowIds, past.at(-1)?.rowIds), values};
      const traced = traceOne(candidate, [...past, now], judge);
      if (traced) found.push(traced);
      // The beginning and the newest are all that windows look at.
      if (past.length >= 3 * LONGEST) past.splice(LONGEST, 1);
      streams.set(key, traced?.finding === "alarm" ? [now] : [...past, now]);
    }
  }
  return found;
}

/** The last of `runs` against those before it; undefined when none shares a row with it. */
function traceOne(
  candidate: string,
  runs: readonly Past[],
  {next, strongFrom}: AlarmRule
): Traced | undefined {
  const {run} = runs.at(-1)!;
  const clusters = clustersOf(run.table);
  const bounds = boundsOf(run);
  const sides = sidesOf(runs, {tolerance: run.tolerance, clusters, bounds});
  const [last] = sides;
  if (!last) return undefined;
  const eValue = sides.reduce((sum, side) => sum + side.eValue, 0) / sides.length;
  const {alarm, threshold} = next(eValue);
  const strong = alarm || eValue >= strongFrom;
  const shown = strong ? sides.reduce((best, one) => (one.eValue > best.eValue ? one : best)) : last;
  const shared = shown.now.flatMap((value, row) =>
    value !== undefined && shown.was[row] !== undefined ? [value - shown.was[row]!] : []
  );
  const moved = shared.filter((change) => change !== 0).length;
  const found = pairedDifference(shown.now, shown.was, {clusters});
  const difference = found && {estimate: found.estimate, low: found.low, high: found.high};
  return {
    run: run.id,
    stream: run.stream,
    candidate,
    before: shown.before,
    window: shown.window,
    rows: shared.length,
    difference,
    eValue,
    threshold,
    strong,
    moved,
    scale: scaleOf([bounds]),
    finding: alarm ? "alarm" : strong || (difference && difference.high < 0) ? "loss" : "none"
  };
}

/** The scores, when they lie within the bounds; what rounding adds (a BLEU of 100.00000000000004) is cut off. */
function valuesWithin([low, high]: MeanBounds, values: RowValues): RowValues | undefined {
  const slack = 1e-9 * (high - low);
  if (values.some((value) => value !== undefined && !(value >= low - slack && value <= high + slack)))
    return undefined;
  return values.map((value) => value && Math.min(high, Math.max(low, value)));
}

type MeanBounds = readonly [low: number, high: number];
const boundsOf = ({table}: TracedRun): MeanBounds => table.bounds ?? UNIT;
const UNIT: MeanBounds = [0, 1];

function sidesOf(
  runs: readonly Past[],
  options: {tolerance?: number; clusters?: ArrayLike<number>; bounds: MeanBounds}
): WindowEvidence[] {
  const {rowIds} = runs.at(-1)!;
  const end = runs.length;
  const sides: WindowEvidence[] = [];
  for (const window of WINDOWS) {
    if (end < 2 * window) break;
    const now = meansOf(rowIds, runs.slice(end - window));
    for (const start of new Set([end - 2 * window, 0])) {
      const earlier = runs.slice(start, start + window);
      const was = meansOf(rowIds, earlier);
      const evidence = pairedEValue(now, was, options);
      if (evidence) sides.push({window, before: earlier.at(-1)!.run.id, now, was, eValue: evidence.eValue});
    }
  }
  return sides;
}

/** Runs on the same rows share one list of them, which is quicker to tell than that two are alike. */
function sharedIds(rowIds: readonly string[], known: readonly string[] | undefined): readonly string[] {
  const alike = known?.length === rowIds.length && known.every((id, row) => id === rowIds[row]);
  return alike ? known : rowIds;
}

/** Each row's mean over the runs that scored it. */
function meansOf(rowIds: readonly string[], runs: readonly Past[]): RowValues {
  const sums = new Float64Array(rowIds.length);
  const counts = new Uint16Array(rowIds.length);
  const add = (row: number | undefined, value: number | undefined) => {
    if (row === undefined || value === undefined) return;
    sums[row]! += value;
    counts[row]!++;
  };
  let places: Map<string, number> | undefined;
  for (const {rowIds: ids, values} of runs)
    if (ids === rowIds) values.forEach((value, row) => add(row, value));
    else {
      places ??= new Map(rowIds.map((id, row) => [id, row]));
      ids.forEach((id, row) => add(places!.get(id), values[row]));
    }
  return rowIds.map((_, row) => (counts[row]! > 0 ? sums[row]! / counts[row]! : undefined));
}
