import {clusteredStandardError} from "./clusteredStandardError.js";
import {studentQuantile} from "./distributions/studentT.js";
import {mean} from "./mean.js";
import {present} from "./present.js";
import {standardError} from "./standardError.js";
import type {Clusters, Estimate, Interval, Scores} from "./types.js";
import {wilson, wilsonAt} from "./wilson.js";

export interface MeanIntervalOptions {
  level?: number;
  /** Rows that share a group are not independent: the interval widens accordingly. */
  clusters?: Clusters;
  /** The range a score can have; the interval is cut there. */
  bounds?: readonly [low: number, high: number];
}

/**
 * Mean of the scores with the interval that fits them, in the units of the scores.
 *
 * - Every score 0 or 1: Wilson's interval, at any n (the normal approximation is never used for a proportion).
 * - Other scores: mean ± t(n−1) · standard error.
 * - Clustered 0/1 scores: Wilson's interval with the effective sample size min(n, p(1−p)/SE²) of the clustered
 *   standard error and a t quantile with C − 1 degrees of freedom (Korn and Graubard 1998); with no variation at
 *   all, each group counts as one row.
 * - Clustered other scores: mean ± t(C−1) · clustered standard error.
 *
 * Undefined when no score is there, with one score that is not 0 or 1, and with rows all in one group.
 */
export function meanInterval(scores: Scores, options: MeanIntervalOptions = {}): Estimate | undefined {
  const {level = 0.95, clusters, bounds} = options;
  const values = present(scores);
  const estimate = mean(values);
  if (estimate === undefined) return undefined;
  const n = values.length;
  const binary = values.every((value) => value === 0 || value === 1);
  const clustered = clusters && clusteredStandardError(scores, clusters);
  if (clusters && !clustered) return undefined;
  if (clustered && clustered.clusters < n) {
    const {standardError, df} = clustered;
    const t = studentQuantile((1 + level) / 2, df);
    const common = {estimate, standardError, level, n, clusters: clustered.clusters, df};
    if (!binary) return {...common, ...cut(estimate, t * standardError, bounds), method: "clustered t"};
    const size =
      standardError > 0 ? Math.min(n, (estimate * (1 - estimate)) / standardError ** 2) : clustered.clusters;
    return {...common, ...wilsonAt(estimate * size, size, t)!, method: "clustered wilson"};
  }
  const groups = clustered && {clusters: clustered.clusters};
  const error = standardError(values);
  if (binary) {
    return {
      estimate,
      standardError: error,
      level,
      n,
      ...groups,
      ...wilson(estimate * n, n, level)!,
      method: "wilson"
    };
  }
  if (error === undefined) return undefined;
  const df = n - 1;
  const half = studentQuantile((1 + level) / 2, df) * error;
  return {
    estimate,
    standardError: error,
    level,
    n,
    ...groups,
    df,
    ...cut(estimate, half, bounds),
    method: "t"
  };
}

function cut(estimate: number, half: number, bounds?: readonly [number, number]): Interval {
  const [low, high] = bounds ?? [-Infinity, Infinity];
  return {low: Math.max(low, estimate - half), high: Math.min(high, estimate + half)};
}
