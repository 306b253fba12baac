import type {ScoreBounds} from "./alikeInterval.js";
import {boundedInterval} from "./boundedInterval.js";
import {studentQuantile} from "./distributions/studentT.js";
import {groupedError} from "./groupedError.js";
import {mean, standardError} from "./moments.js";
import {present} from "./present.js";
import {ROUNDING} from "./scoreInterval.js";
import type {Clusters, Estimate, Scores} from "./types.js";
import {wilson, wilsonAt} from "./proportion.js";

export interface MeanIntervalOptions {
  level?: number;
  /** Rows that share a group are not independent: the interval widens accordingly. */
  clusters?: Clusters;
  /** The range a score can have, which the interval does not leave; 0 to 1 unless told when all scores are within. */
  bounds?: readonly [low: number, high: number];
}

/**
 * Mean of the scores with the interval that fits them, in the units of the scores.
 *
 * - Every score 0 or 1, and no wider bounds stated: Wilson's interval, at any n (the normal approximation is never used for a proportion).
 * - Other scores: mean ± t(n−1) · standard error.
 * - Clustered 0/1 scores: Wilson's interval with the effective sample size min(n, p(1−p)/SE²) of the jackknife over
 *   groups (`groupedError`) and a t quantile with its degrees of freedom, C − 1 for groups of equal size (Korn and Graubard 1998); with
 *   no variation at all, each group counts as one row, and groups of unequal size as so many equal ones as they are worth.
 * - Clustered other scores: mean ± t · standard error, both by the same jackknife.
 * - Other scores within bounds that t would leave: Wilson's interval of the mean's share of the range at its effective number of
 *   rows, with the same quantile of t. With one bound only t is cut there.
 * - All rows, or all groups' means, are the same: of n rows or C groups (their effective number where sizes differ) at most the share q = t²/(n + t²) says something else, by
 *   Wilson's interval for all of them, anywhere within the bounds: mean − q·(mean − low) to mean + q·(high − mean).
 *
 * Undefined when no score is there, with one score that is not 0 or 1, with rows all in one group, and where other scores without
 * two bounds are all the same, which says nothing of how far others may lie.
 */
export function meanInterval(scores: Scores, options: MeanIntervalOptions = {}): Estimate | undefined {
  const {level = 0.95, clusters} = options;
  const values = present(scores);
  const estimate = mean(values);
  if (estimate === undefined) return undefined;
  const n = values.length;
  const [low, high] = options.bounds ?? UNIT;
  const binary = low === 0 && high === 1 && values.every((value) => value === 0 || value === 1);
  const clustered = clusters && groupedError(scores, clusters);
  if (clusters && !clustered) return undefined;
  const grouped = clustered && clustered.clusters < n ? clustered : undefined;
  const error = grouped?.standardError ?? standardError(values);
  const common = {
    estimate,
    standardError: error,
    level,
    n,
    clusters: clustered?.clusters,
    effectiveClusters: grouped?.effectiveClusters
  };
  if (binary && !grouped) return {...common, ...wilson(estimate * n, n, level)!, method: "wilson"};
  if (error === undefined) return undefined;
  const units = grouped?.effectiveClusters ?? n;
  const df = grouped?.df ?? n - 1;
  const critical = studentQuantile((1 + level) / 2, df);
  if (binary) {
    const spread = estimate * (1 - estimate);
    // Groups that all have the same share of right rows count rows, as groups that hardly differ do: most of them would exceed n.
    const size = spread === 0 ? units : Math.min(n, spread / Math.max(error, ROUNDING) ** 2);
    return {...common, df, ...wilsonAt(estimate * size, size, critical)!, method: "clustered wilson"};
  }
  const kind = grouped ? "clustered " : "";
  const slack = ROUNDING * (high - low);
  const within = values.every((value) => value >= low - slack && value <= high + slack);
  if (within && Number.isFinite(high - low)) {
    const spread = {standardError: error, critical, units};
    const {isScore, ...interval} = boundedInterval(estimate, spread, [low, high]);
    return {...common, df, ...interval, method: `${kind}${isScore ? "score t" : "t"}`};
  }
  if (error <= ROUNDING * Math.max(1, Math.abs(estimate))) return undefined;
  const half = critical * error;
  const [least, most] = options.bounds ?? [-Infinity, Infinity];
  return {
    ...common,
    df,
    low: Math.max(least, estimate - half),
    high: Math.min(most, estimate + half),
    method: `${kind}t`
  };
}

const UNIT: ScoreBounds = [0, 1];
