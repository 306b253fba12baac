import {alikeDistance, type ScoreBounds} from "./alikeInterval.js";
import {boundedInterval} from "./boundedInterval.js";
import {normalTail} from "./distributions/normal.js";
import {studentQuantile, studentTwoSided} from "./distributions/studentT.js";
import {type GroupedError, groupedError} from "./groupedError.js";
import {isPresent} from "./present.js";
import {ROUNDING} from "./scoreInterval.js";
import {tango} from "./pairedProportions.js";
import type {Clusters, Estimate, Scores} from "./types.js";

export interface PairedDifference extends Estimate {
  /** Two-sided p value of "no difference", by the same method as the interval. */
  p: number;
  /** Means over the rows that both candidates have. */
  meanFirst: number;
  meanSecond: number;
  /** Rows on which the first scored higher, lower, or the same. */
  wins: number;
  losses: number;
  ties: number;
  /** Rows left out because a score is missing. */
  missing: {first: number; second: number; both: number};
  /** Where all rows, or groups, differ by the same and show no error: how far from 0 a difference is taken to lie at most. */
  range?: number;
}

export interface PairedOptions {
  level?: number;
  clusters?: Clusters;
}

/**
 * Mean difference first − second over the rows that both candidates have a score for, in the units of the scores.
 *
 * - Scores all 0 or 1: Tango's score interval; p from McNemar's test without correction, which it inverts.
 * - Otherwise: d̄ ± t(n−1) · s_d/√n.
 * - Clustered: d̄ ± t · standard error of the differences by the jackknife over groups (`groupedError`), with its degrees of freedom,
 *   C − 1 for groups of equal size; whatever the scores.
 * - Scores within 0 and 1 whose t interval would leave −1 to 1: Wilson's interval of (1 + difference) / 2 at the effective
 *   number of rows, with the t quantile (Korn and Graubard 1998), which stays inside; p by the same score.
 * - Every row, or every group's mean, differs by the same: of n rows or C groups (their effective number where sizes differ) at most the share q = t²/(n + t²) differs by something
 *   else, by Wilson's interval for all of them, anywhere from −1 to 1: d̄ − q·(1 + d̄) to d̄ + q·(1 − d̄); p by the same score. For scores
 *   beyond 0 to 1, of which no range is known, that of the scores seen, 0 and 1 among them, takes the place of 1.
 * - All scores within 0 and 1 and no row differs: Tango's interval for no discordant row among n (or C groups),
 *   since agreement on a few rows does not prove equality.
 *
 * Undefined below two shared rows (one, when scores are 0 or 1) and when all rows are in one group.
 * Sources: Miller (2024), "Adding error bars to evals"; Tango (1998).
 */
export function pairedDifference(
  first: Scores,
  second: Scores,
  {level = 0.95, clusters}: PairedOptions = {}
): PairedDifference | undefined {
  const {differences, ...sums} = pairUp(first, second);
  const center = sums.n > 0 ? sums.sum / sums.n : 0;
  for (const difference of differences) if (isPresent(difference)) sums.squares += (difference - center) ** 2;
  const clustered = clusters && sums.n > 0 ? groupedError(differences, clusters) : undefined;
  if (clusters && !clustered) return undefined;
  return concludeDifference({...sums, clustered}, level);
}

/** What a paired difference is concluded from, over the rows that both candidates have. */
export interface PairedSums {
  n: number;
  /** Of first − second. */
  sum: number;
  /** Squared deviations of the differences from their mean. */
  squares: number;
  sumFirst: number;
  sumSecond: number;
  wins: number;
  losses: number;
  /** True when all scores are 0 or 1. */
  binary: boolean;
  /** The lowest and the highest score of either. */
  lowest: number;
  highest: number;
  missing: PairedDifference["missing"];
  /** Present when rows are clustered. */
  clustered?: GroupedError;
}

/** The interval and p value that fit the sums; see `pairedDifference`, which says when it is undefined. */
export function concludeDifference(sums: PairedSums, level: number): PairedDifference | undefined {
  const {n, wins, losses, clustered} = sums;
  if (n === 0) return undefined;
  const estimate = sums.sum / n;
  const grouped = clustered && clustered.clusters < n ? clustered : undefined;
  const error = grouped?.standardError ?? (n < 2 ? undefined : Math.sqrt(sums.squares / (n - 1) / n));
  const shared = {
    estimate,
    level,
    n,
    meanFirst: sums.sumFirst / n,
    meanSecond: sums.sumSecond / n,
    wins,
    losses,
    ties: n - wins - losses,
    missing: sums.missing,
    standardError: error,
    clusters: clustered?.clusters,
    effectiveClusters: grouped?.effectiveClusters
  };
  const withinUnit = sums.lowest >= 0 && sums.highest <= 1;
  const same = wins + losses === 0 && withinUnit;
  if (same || (sums.binary && !grouped)) {
    const units = same && grouped ? grouped.effectiveClusters : n;
    const p = same ? 1 : 2 * normalTail(Math.abs(wins - losses) / Math.sqrt(wins + losses));
    return {...shared, ...tango(wins, losses, units, level)!, p: Math.min(1, p), method: "tango"};
  }
  if (error === undefined) return undefined;
  const units = grouped?.effectiveClusters ?? n;
  const df = grouped?.df ?? n - 1;
  const critical = studentQuantile((1 + level) / 2, df);
  const kind = grouped ? "clustered " : "";
  const range = Math.max(1, sums.highest) - Math.min(0, sums.lowest);
  const bounds: ScoreBounds = [-range, range];
  const isAlike = error <= 2 * ROUNDING * range;
  if (!isAlike && !withinUnit) {
    const half = critical * error;
    const p = studentTwoSided(estimate / error, df);
    return {...shared, df, low: estimate - half, high: estimate + half, p, method: `${kind}t`};
  }
  const {isScore, ...interval} = boundedInterval(estimate, {standardError: error, critical, units}, bounds);
  // The score takes the error that the share would have were there no difference.
  const distance = isAlike
    ? alikeDistance(estimate, units, 0, bounds)
    : (estimate / error) * (isScore ? Math.sqrt(1 - estimate ** 2) : 1);
  return {
    ...shared,
    df,
    ...interval,
    p: studentTwoSided(distance, df),
    method: `${kind}${isScore ? "score t" : "t"}`,
    range: isAlike ? range : undefined
  };
}

function pairUp(first: Scores, second: Scores): PairedSums & {differences: Float64Array} {
  if (first.length !== second.length)
    throw new Error(`paired scores: ${first.length} rows against ${second.length}`);
  const differences = new Float64Array(first.length).fill(NaN);
  const missing = {first: 0, second: 0, both: 0};
  let n = 0;
  let sum = 0;
  let sumFirst = 0;
  let sumSecond = 0;
  let wins = 0;
  let losses = 0;
  let binary = true;
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < first.length; i++) {
    const a = first[i];
    const b = second[i];
    if (!isPresent(a) || !isPresent(b)) {
      missing[isPresent(b) ? "first" : isPresent(a) ? "second" : "both"]++;
      continue;
    }
    n++;
    sum += a - b;
    sumFirst += a;
    sumSecond += b;
    differences[i] = a - b;
    if (a > b) wins++;
    else if (a < b) losses++;
    binary &&= (a === 0 || a === 1) && (b === 0 || b === 1);
    lowest = Math.min(lowest, a, b);
    highest = Math.max(highest, a, b);
  }
  return {
    differences,
    n,
    sum,
    squares: 0,
    sumFirst,
    sumSecond,
    wins,
    losses,
    binary,
    lowest,
    highest,
    missing
  };
}
