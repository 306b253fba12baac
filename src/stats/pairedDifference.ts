import {clusteredStandardError} from "./clusteredStandardError.js";
import {normalTail} from "./distributions/normal.js";
import {studentQuantile, studentTwoSided} from "./distributions/studentT.js";
import {isPresent} from "./present.js";
import {ROUNDING, scoreInterval} from "./scoreInterval.js";
import {tango} from "./tango.js";
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
 * - Clustered: d̄ ± t(C−1) · clustered standard error of the differences, whatever the scores.
 * - Scores within 0 and 1 whose t interval would leave −1 to 1, or whose every difference is −1 or 1: Wilson's interval of
 *   (1 + difference) / 2 at the effective number of rows, with the t quantile (Korn and Graubard 1998), which stays inside;
 *   p by the same score.
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
  const clustered = clusters && sums.n > 0 ? clusteredStandardError(differences, clusters) : undefined;
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
  /** True when all scores are 0 or 1; when all are within 0 and 1. */
  binary: boolean;
  withinUnit: boolean;
  missing: PairedDifference["missing"];
  /** Present when rows are clustered. */
  clustered?: {standardError: number; clusters: number; df: number};
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
    clusters: clustered?.clusters
  };
  const same = wins + losses === 0 && sums.withinUnit;
  if (same || (sums.binary && !grouped)) {
    const units = same && grouped ? grouped.clusters : n;
    const p = same ? 1 : 2 * normalTail(Math.abs(wins - losses) / Math.sqrt(wins + losses));
    return {...shared, ...tango(wins, losses, units, level)!, p: Math.min(1, p), method: "tango"};
  }
  if (error === undefined) return undefined;
  const df = grouped?.df ?? n - 1;
  const critical = studentQuantile((1 + level) / 2, df);
  const half = critical * error;
  const [low, high] = [estimate - half, estimate + half];
  const kind = grouped ? "clustered " : "";
  if (sums.withinUnit && (low < -1 || high > 1 || Math.abs(estimate) === 1)) {
    const score = scoreInterval((1 + estimate) / 2, error / 2, critical, grouped?.clusters ?? n);
    // The score takes the error that the share would have were there no difference.
    const distance =
      error > 2 * ROUNDING ? (Math.abs(estimate) / error) * Math.sqrt(1 - estimate ** 2) : Infinity;
    const p = Number.isFinite(distance) ? studentTwoSided(distance, df) : edgeP(grouped?.clusters ?? n, df);
    return {...shared, df, low: 2 * score.low - 1, high: 2 * score.high - 1, p, method: `${kind}score t`};
  }
  const p = error > 0 ? studentTwoSided(estimate / error, df) : estimate === 0 ? 1 : 0;
  return {...shared, df, low, high, p, method: `${kind}t`};
}

/** Of a difference of −1 or 1 in every row: the score of a share of 0 or 1 among so many units. */
function edgeP(units: number, df: number): number {
  return studentTwoSided(Math.sqrt(units), df);
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
  let withinUnit = true;
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
    withinUnit &&= a >= 0 && a <= 1 && b >= 0 && b <= 1;
  }
  return {differences, n, sum, squares: 0, sumFirst, sumSecond, wins, losses, binary, withinUnit, missing};
}
