import {mean, pairedDifference, rng, type Seed} from "../../stats/index.js";
import {pairedLossPValue} from "./pairedLoss.js";
import {riskPValue} from "./riskTest.js";
import {type CascadeStage, servedBy, thresholdPath, usdOfRow} from "./stages.js";

export interface CascadeOptions {
  /** The most that the mean score may fall below the last stage's, in score units. */
  loss: number;
  /** Probability that it does not fall by more; 0.95 when absent. */
  confidence?: number;
  seed: Seed;
  /** Share of the rows (of groups, when there are some) that thresholds are chosen on; 0.5 when absent. */
  calibrationShare?: number;
  /** Rows of one group stay in one part and count as one. */
  clusters?: readonly (string | number | null)[];
  /** Settings looked at between "strong only" and "cheap only"; 50 when absent. */
  steps?: number;
}

/** One setting of the thresholds on the calibration part. */
export interface CascadeStep {
  thresholds: number[];
  /** Share of rows answered by each stage. */
  shares: number[];
  loss: number;
  quality: number;
  usd?: number;
  /** Of "the loss is above what is allowed"; absent where it was not tested. */
  p?: number;
}

/** What the chosen thresholds come to on rows that had no part in choosing them. */
export interface CascadeReport {
  rows: number;
  shares: number[];
  /** Rows on which the first stage has a score as well as the last: what the three qualities and the gap are of. */
  comparedRows: number;
  quality: number;
  strongQuality: number;
  cheapQuality: number;
  /** Loss against the strong model on all rows, mean with 95 % CI; below 0 the cascade is better. */
  loss?: {estimate: number; low: number; high: number};
  /** Mean US dollars a row; absent when a cost is not known. */
  usd?: number;
  strongUsd?: number;
  /** The first stage alone, asked once a row. */
  cheapUsd?: number;
  /** 1 − usd ÷ strongUsd; below 0 the cascade is dearer. */
  saving?: number;
  /** Performance gap recovered: (cascade − cheap) ÷ (strong − cheap); absent where the strong model is no better. */
  gapRecovered?: number;
}

export interface CascadePlan {
  stages: string[];
  loss: number;
  confidence: number;
  /** Infinity: that stage never answers, and need not be asked. All Infinity when no other setting could be shown to hold the loss. */
  thresholds: number[];
  calibrationRows: number;
  /** Rows left out because the last stage has no score. */
  missing: number;
  /** From strong only to cheap only. */
  path: CascadeStep[];
  report: CascadeReport;
}

/**
 * Chooses thresholds by learn-then-test with a fixed sequence: settings are tested from the most careful on, each for "the mean loss
 * is above `loss`" at level 1 − `confidence`, and the last one before the first that is not rejected is taken. With
 * probability `confidence` over the calibration rows, the loss on new rows of the same kind is then at most `loss`. Reports
 * on the other part. Throws below two stages.
 *
 * Source: Angelopoulos, Bates, Candès, Jordan and Lei (2021), "Learn then Test".
 */
export function chooseThresholds(stages: readonly CascadeStage[], options: CascadeOptions): CascadePlan {
  const {loss, confidence = 0.95, steps = 50} = options;
  if (stages.length < 2) throw new Error(`a cascade has at least two stages, not ${stages.length}`);
  const strong = stages.at(-1)!.scores;
  const usable = strong.flatMap((score, row) => (score === undefined ? [] : [row]));
  const {calibration, report} = divide(usable, options);
  const path: CascadeStep[] = [];
  let chosen = stages.slice(1).map(() => Infinity);
  let rejecting = true;
  for (const thresholds of thresholdPath(stages, steps)) {
    const step = stepOf(stages, thresholds, calibration);
    // Strong only loses nothing; after the first setting that is not rejected nothing is tested.
    const tested = rejecting && thresholds.some((value) => value !== Infinity);
    const p = tested ? riskOf(stages, thresholds, calibration, options) : undefined;
    path.push({...step, p});
    if (tested && !(p! <= 1 - confidence)) rejecting = false;
    if (rejecting) chosen = thresholds;
  }
  return {
    stages: stages.map(({name}) => name),
    loss,
    confidence,
    thresholds: chosen,
    calibrationRows: calibration.length,
    missing: strong.length - usable.length,
    path,
    report: cascadeReport(stages, chosen, report, options.clusters)
  };
}

function stepOf(
  stages: readonly CascadeStage[],
  thresholds: number[],
  rows: readonly number[]
): Omit<CascadeStep, "p"> {
  const served = servedBy(stages, thresholds);
  return {
    thresholds,
    shares: sharesOf(stages, served, rows),
    quality: mean(rows.map((row) => stages[served[row]!]!.scores[row])) ?? NaN,
    usd: meanUsd(rows.map((row) => usdOfRow(stages, thresholds, {served: served[row]!, row}))),
    loss: mean(lossesOf(stages, served, rows)) ?? NaN
  };
}

/** p value of "the loss is above what is allowed": exact for right and wrong answers, by betting for other scores and for groups. */
function riskOf(
  stages: readonly CascadeStage[],
  thresholds: readonly number[],
  rows: readonly number[],
  {loss, clusters}: CascadeOptions
): number {
  const losses = unitMeans(lossesOf(stages, servedBy(stages, thresholds), rows), rows, clusters);
  const counts = new Map<number, number>();
  for (const value of losses) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [lost, won, same] = [1, -1, 0].map((value) => counts.get(value) ?? 0) as [number, number, number];
  return lost + won + same === losses.length
    ? pairedLossPValue({lost, won, rows: losses.length}, loss)
    : riskPValue(counts, loss);
}

/** What a setting comes to on some rows, all of which the last stage has a score on. */
export function cascadeReport(
  stages: readonly CascadeStage[],
  thresholds: readonly number[],
  rows: readonly number[],
  clusters?: CascadeOptions["clusters"]
): CascadeReport {
  const served = servedBy(stages, thresholds);
  const [cheap, strong] = [stages[0]!, stages.at(-1)!];
  const own = (row: number) => stages[served[row]!]!.scores[row];
  const difference = pairedDifference(
    rows.map((row) => strong.scores[row]),
    rows.map(own),
    {clusters: clusters && (rows.map((row) => clusters[row]) as (string | number)[])}
  );
  const compared = rows.filter((row) => cheap.scores[row] !== undefined);
  const quality = mean(compared.map(own)) ?? NaN;
  const strongQuality = mean(compared.map((row) => strong.scores[row])) ?? NaN;
  const cheapQuality = mean(compared.map((row) => cheap.scores[row])) ?? NaN;
  const usd = meanUsd(rows.map((row) => usdOfRow(stages, thresholds, {served: served[row]!, row})));
  const strongUsd = meanUsd(rows.map((row) => strong.usd?.[row]));
  return {
    rows: rows.length,
    shares: sharesOf(stages, served, rows),
    comparedRows: compared.length,
    quality,
    strongQuality,
    cheapQuality,
    loss: difference && {estimate: difference.estimate, low: difference.low, high: difference.high},
    usd,
    strongUsd,
    cheapUsd: meanUsd(rows.map((row) => (cheap.usdOnce ?? cheap.usd)?.[row])),
    saving: usd !== undefined && strongUsd ? 1 - usd / strongUsd : undefined,
    // Means of graded scores that are the same may differ in their last digit.
    gapRecovered:
      strongQuality - cheapQuality > 1e-9
        ? (quality - cheapQuality) / (strongQuality - cheapQuality)
        : undefined
  };
}

function lossesOf(stages: readonly CascadeStage[], served: Int32Array, rows: readonly number[]): number[] {
  const last = stages.length - 1;
  return rows.map((row) => stages[last]!.scores[row]! - stages[served[row]!]!.scores[row]!);
}

function sharesOf(stages: readonly CascadeStage[], served: Int32Array, rows: readonly number[]): number[] {
  return stages.map((_, s) => rows.filter((row) => served[row] === s).length / Math.max(1, rows.length));
}

/** Undefined when one of them is. */
export function meanUsd(each: readonly (number | undefined)[]): number | undefined {
  return each.includes(undefined) ? undefined : mean(each);
}

/** Rows of a group are not independent: the group counts once, with its mean. */
function unitMeans(
  losses: readonly number[],
  rows: readonly number[],
  clusters: CascadeOptions["clusters"]
): number[] {
  if (!clusters) return [...losses];
  const groups = new Map<string | number, {sum: number; n: number}>();
  rows.forEach((row, i) => {
    const name = clusters[row] ?? `row\0${row}`;
    const group = groups.get(name) ?? {sum: 0, n: 0};
    groups.set(name, {sum: group.sum + losses[i]!, n: group.n + 1});
  });
  return [...groups.values()].map(({sum, n}) => sum / n);
}

/** By the seed; a group goes to one part as a whole. */
function divide(
  rows: readonly number[],
  {seed, calibrationShare = 0.5, clusters}: CascadeOptions
): {calibration: number[]; report: number[]} {
  const units = new Map<string | number, number[]>();
  for (const row of rows) {
    const name = clusters?.[row] ?? `row\0${row}`;
    units.set(name, [...(units.get(name) ?? []), row]);
  }
  const shuffled = rng(seed, "cascade").shuffle([...units.values()]);
  const wanted = calibrationShare * rows.length;
  const calibration: number[] = [];
  const report: number[] = [];
  for (const unit of shuffled) {
    const part = calibration.length < wanted ? calibration : report;
    for (const row of unit) part.push(row);
  }
  return {calibration, report};
}
