import {binomialCdf} from "./distributions/binomial.js";
import {studentQuantile} from "./distributions/studentT.js";
import {groupedError} from "./groupedError.js";
import {mean} from "./moments.js";
import {isPresent, present} from "./present.js";
import {quantile} from "./quantile.js";
import {ROUNDING} from "./scoreInterval.js";
import type {Clusters, Interval, Scores} from "./types.js";

export interface QuantileIntervalOptions {
  level?: number;
  /** Rows that share a group are not independent: the interval widens accordingly. */
  clusters?: Clusters;
}

/**
 * Interval of the quantile q (0 to 1), whatever the distribution, in the units of the scores: from the l-th to the u-th smallest of the n
 * scores, l and u such that Binomial(n, q) is below l, and at u or above, in at most half of 1 − level each.
 *
 * Clustered: with the effective number of rows in place of n, at most n: p(1 − p)/SE² · (t(n − 1)/t(df))², p being the share of scores up to the
 * quantile and SE its error by the jackknife over groups (`groupedError`), and ranks that are the same shares of all n.
 *
 * Undefined where n, or the number of groups of equal size that would say as much, is too small for either end: at 95 % below 72 for the
 * 95th percentile, below 6 for the median.
 *
 * Sources: Thompson (1936), Annals of Mathematical Statistics 7; Woodruff (1952), JASA 47, for shares turned into quantiles; Korn and
 * Graubard (1998), Survey Methodology 24, for the effective number.
 */
export function quantileInterval(
  scores: Scores,
  q: number,
  {level = 0.95, clusters}: QuantileIntervalOptions = {}
): Interval | undefined {
  const sorted = present(scores).slice().sort();
  const n = sorted.length;
  const {units, groups} = clusters ? unitsOf(scores, q, {level, clusters}) : {units: n, groups: n};
  const ranks = ranksOf(units, q, level);
  // With few groups the error is small by luck too often for what it tells of.
  if (!ranks || !ranksOf(groups, q, level)) return undefined;
  return {
    low: sorted[Math.floor(((ranks.low - 1) * n) / units)]!,
    high: sorted[Math.ceil((ranks.high * n) / units) - 1]!
  };
}

/** Whole rows, and groups of equal size, that would tell as much of the share of scores up to the quantile. */
function unitsOf(
  scores: Scores,
  q: number,
  {level, clusters}: {level: number; clusters: Clusters}
): {units: number; groups: number} {
  const at = quantile(scores, q);
  const below = Array.from(scores, (score) => (isPresent(score) ? Number(score <= at!) : undefined));
  const grouped = groupedError(below, clusters);
  if (!grouped) return {units: 0, groups: 0};
  const n = present(below).length;
  const {standardError, effectiveClusters, df} = grouped;
  const groups = Math.floor(effectiveClusters + 1e-9);
  if (grouped.clusters === n) return {units: n, groups: n};
  const p = mean(below)!;
  const spread = p * (1 - p);
  const critical = (of: number) => studentQuantile((1 + level) / 2, of);
  const rows =
    spread > 0
      ? (spread / Math.max(standardError, ROUNDING) ** 2) * (critical(n - 1) / critical(df)) ** 2
      : groups;
  return {units: Math.floor(Math.min(n, rows) + 1e-9), groups};
}

function ranksOf(n: number, q: number, level: number): Interval | undefined {
  const tail = (1 - level) / 2;
  const low = binomialQuantile(tail, n, q);
  const high = binomialQuantile(1 - tail, n, q) + 1;
  return low < 1 || high > n ? undefined : {low, high};
}

/** The smallest k with P(X ≤ k) ≥ p for X ~ Binomial(n, q). */
function binomialQuantile(p: number, n: number, q: number): number {
  let [below, k] = [-1, n];
  while (k - below > 1) {
    const middle = (below + k) >> 1;
    if (binomialCdf(middle, n, q) >= p) k = middle;
    else below = middle;
  }
  return k;
}
