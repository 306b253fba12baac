import {alikeDistance, type ScoreBounds} from "./alikeInterval.js";
import {boundedInterval} from "./boundedInterval.js";
import {studentQuantile} from "./distributions/studentT.js";
import {deviations, type JointMeans, jointMeans} from "./jointMeans.js";
import {sortedQuantile} from "./quantile.js";
import {isPresent} from "./present.js";
import {mean} from "./moments.js";
import {rng} from "./rng.js";
import {ROUNDING, scoreInterval} from "./scoreInterval.js";
import type {Seed} from "./seed.js";
import type {Clusters, Interval, Scores} from "./types.js";

interface WinnerOptions {
  seed: Seed;
  level?: number;
  clusters?: Clusters;
  /** Default 4,000. */
  draws?: number;
}

export interface WinnerEstimate extends Interval {
  /** Index of the candidate with the highest mean. */
  winner: number;
  /** Its mean as seen, which is too high on average, because it was chosen for being highest. */
  naive: number;
  /** The mean with the expected flattery taken off. */
  estimate: number;
  /** naive − estimate. */
  optimism: number;
  /** The factor on the standard error that makes all candidates' intervals hold at once. */
  critical: number;
  n: number;
  units: number;
  level: number;
}

/**
 * The best candidate's score, corrected for having been picked as the best of k, over the rows that all candidates
 * have. The interval is naive ± critical · SE, for a winner with scores of 0 and 1 Wilson's with the same critical value (the
 * winner's own SE is small when its luck was large); with other scores within `bounds`, 0 and 1 unless told, it stays there, as `meanInterval` does.
 * Critical is the quantile of max_j |t_j| under the multiplier bootstrap, or the t quantile where no candidate's scores vary: it
 * covers the true mean of whichever candidate won at least `level` of the time. The estimate takes off the optimism that the
 * bootstrap shows, the mean deviation of the candidate that wins in each draw; with near ties this corrects most, not all, of the
 * bias. Undefined without candidates, below two shared rows or groups, and for a winner whose scores are all the same beyond these,
 * which says nothing of how far others may lie.
 *
 * Source: Chernozhukov, Chetverikov and Kato (2013), Annals of Statistics 41; Efron (1983) for the optimism.
 */
export function winnerEstimate(
  columns: readonly Scores[],
  options: WinnerOptions & {bounds?: ScoreBounds}
): WinnerEstimate | undefined {
  const {seed, level = 0.95, clusters, draws = 4000} = options;
  const joint = jointMeans(columns, clusters);
  if (!joint) return undefined;
  const {means, covariance, n, units, df} = joint;
  const winner = indexOfLargest(means);
  const largest = new Float64Array(draws);
  let optimism = 0;
  let draw = 0;
  for (const {deviation, errorOf} of deviations(joint, seed, draws)) {
    const shifted = means.map((value, j) => value + deviation[j]!);
    optimism += deviation[indexOfLargest(shifted)]! / draws;
    let most = 0;
    for (let j = 0; j < means.length; j++)
      if (covariance[j]![j]! > 0) most = Math.max(most, Math.abs(deviation[j]!) / errorOf(j));
    largest[draw++] = most;
  }
  // Scores that all agree show no error, which is not none.
  const varies = means.some((_, j) => covariance[j]![j]! > 0);
  const critical = varies ? sortedQuantile(largest.sort(), level)! : studentQuantile((1 + level) / 2, df);
  const naive = means[winner]!;
  const interval = intervalOf(joint, winner, critical, options.bounds);
  if (!interval) return undefined;
  const estimate = Math.max(interval.low, naive - Math.max(0, optimism));
  return {
    winner,
    naive,
    estimate,
    optimism: naive - estimate,
    low: interval.low,
    high: interval.high,
    critical,
    n,
    units,
    level
  };
}

function intervalOf(
  joint: JointMeans,
  j: number,
  critical: number,
  bounds?: ScoreBounds
): Interval | undefined {
  const {effectiveUnits: units, lowest, highest} = joint;
  const mean = joint.means[j]!;
  const standardError = Math.sqrt(joint.covariance[j]![j]!);
  const [low, high] = bounds ?? [0, 1];
  if (joint.binary[j] && low === 0 && high === 1)
    return scoreInterval(mean, {standardError, critical, units, most: joint.n});
  const slack = ROUNDING * (high - low);
  const isWithin = lowest[j]! >= low - slack && highest[j]! <= high + slack;
  if (isWithin && Number.isFinite(high - low))
    return boundedInterval(mean, {standardError, critical, units}, [low, high]);
  if (standardError <= ROUNDING * Math.max(1, Math.abs(mean))) return undefined;
  const half = critical * standardError;
  const [least, most] = bounds ?? [-Infinity, Infinity];
  return {low: Math.max(least, mean - half), high: Math.min(most, mean + half)};
}

/**
 * Which candidates may be the best: those for which "no other is better" is not rejected at 1 − level. The truly best
 * one is in this set at least `level` of the time, however many candidates there are. For each candidate the largest
 * t statistic of another's lead over it is compared with its multiplier bootstrap distribution. A lead that is the same on every
 * row, or in every group, shows no error: its score is that of `pairedDifference`, √units for a lead of 1, and t under the null.
 * `p[j]` is that test's p value. Rows that some candidate lacks are left out. Undefined below two shared rows or groups.
 *
 * Sources: Hsu (1984) and Hansen, Lunde and Nason (2011), Econometrica 79 (model confidence set).
 */
export function possibleBest(
  columns: readonly Scores[],
  {seed, level = 0.95, clusters, draws = 4000}: WinnerOptions
): {best: number[]; p: number[]; n: number} | undefined {
  const joint = jointMeans(columns, clusters);
  if (!joint) return undefined;
  const {means, effectiveUnits: units, df} = joint;
  const error = pairErrors(joint);
  const isAlike = (i: number, j: number) => error[i]![j] === 0 && means[i]! - means[j]! > ROUNDING;
  const lead = (
    values: ArrayLike<number>,
    j: number,
    errorOf: (i: number, j: number) => number,
    alike: (i: number) => number
  ): number => {
    let most = -Infinity;
    for (let i = 0; i < means.length; i++) {
      if (i === j) continue;
      const distance = values[i]! - values[j]!;
      // Candidates with equal scores on every row differ by nothing.
      const exact = isAlike(i, j) ? alike(i) : 0;
      most = Math.max(most, error[i]![j]! > 0 ? distance / errorOf(i, j) : exact);
    }
    return most;
  };
  const seen = means.map((_, j) =>
    lead(
      means,
      j,
      (i) => error[i]![j]!,
      (i) => {
        const range = rangeOf(joint, i, j);
        return alikeDistance(means[i]! - means[j]!, units, 0, [-range, range]);
      }
    )
  );
  const beyond = means.map(() => 0);
  const anyAlike = means.some((_, i) => means.some((_, j) => isAlike(i, j)));
  const next = rng(seed, "edge");
  for (const {deviation, errorOf} of deviations(joint, seed, draws)) {
    const drawn = anyAlike ? studentQuantile(next(), df) : 0;
    for (let j = 0; j < means.length; j++)
      if (lead(deviation, j, errorOf, () => drawn) >= seen[j]!) beyond[j]!++;
  }
  const top = indexOfLargest(means);
  const p = beyond.map((count, j) => (j === top ? 1 : (1 + count) / (1 + draws)));
  return {best: p.flatMap((value, j) => (value > 1 - level ? [j] : [])), p, n: joint.n};
}

export interface SplitHalf {
  /** Mean score, on the other half, of the candidate that won on one half. */
  estimate: number;
  /** How often each candidate was the one chosen. */
  chosen: number[];
  n: number;
}

/**
 * Selection by halves: rows (or groups) are split at random `splits` times (default 200), the best on one half is
 * scored on the other, and the scores are averaged. Unbiased for the score of a choice made on half of the rows, and a
 * plain check of `winnerEstimate`. Undefined below four shared rows or groups.
 */
export function splitHalf(
  columns: readonly Scores[],
  {seed, clusters, splits = 200}: {seed: Seed; clusters?: Clusters; splits?: number}
): SplitHalf | undefined {
  const length = columns[0]?.length ?? 0;
  const groups = new Map<unknown, number[]>();
  let n = 0;
  for (let i = 0; i < length; i++) {
    if (!columns.every((column) => isPresent(column[i]))) continue;
    n++;
    const key = clusters?.[i] ?? `row\0${i}`;
    const rows = groups.get(key);
    if (rows) rows.push(i);
    else groups.set(key, [i]);
  }
  const units = [...groups.values()];
  if (units.length < 4) return undefined;
  const chosen = columns.map(() => 0);
  const next = rng(seed, "halves");
  let estimate = 0;
  for (let split = 0; split < splits; split++) {
    next.shuffle(units);
    const half = units.length >> 1;
    const on = (part: number[][]) => {
      const rows = part.flat();
      return columns.map((column) => mean(rows.map((i) => column[i]))!);
    };
    const pick = indexOfLargest(on(units.slice(0, half)));
    chosen[pick]! += 1 / splits;
    estimate += on(units.slice(half))[pick]! / splits;
  }
  return {estimate, chosen, n};
}

/** Standard errors of the differences; 0 where one is rounding and no spread. */
function pairErrors(joint: JointMeans): number[][] {
  const c = joint.covariance;
  return c.map((row, i) =>
    row.map((_, j) => {
      const variance = c[i]![i]! + c[j]![j]! - 2 * c[i]![j]!;
      const least = Math.max(1e-12 * (c[i]![i]! + c[j]![j]!), (ROUNDING * rangeOf(joint, i, j)) ** 2);
      return variance > least ? Math.sqrt(variance) : 0;
    })
  );
}

function rangeOf({lowest, highest}: JointMeans, i: number, j: number): number {
  return Math.max(1, highest[i]!, highest[j]!) - Math.min(0, lowest[i]!, lowest[j]!);
}

function indexOfLargest(values: ArrayLike<number>): number {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[at]!) at = i;
  return at;
}
