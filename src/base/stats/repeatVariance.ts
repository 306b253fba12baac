import {mean, variance} from "./moments.js";
import {present} from "./present.js";
import type {Scores} from "./types.js";

export interface RepeatVariance {
  /** Mean over rows of the rows' means. */
  mean: number;
  /** Variance between rows' true means, after taking off what repeats alone would show; at least 0. */
  between: number;
  /** Variance between repeats of the same row: the sampling noise of one answer. Undefined without repeats. */
  within: number | undefined;
  /** within / (within + between), 0 to 1: the share of a single answer's variance that is sampling noise. */
  noiseShare: number | undefined;
  /** Standard error of the mean, from the spread of rows' means, which contains both parts; undefined for one row. */
  standardError: number | undefined;
  /** The standard error that endless repeats of the same rows would still leave. */
  standardErrorOfRows: number | undefined;
  rows: number;
  /** Repeats in all. */
  n: number;
}

/**
 * Splits the variance of repeated answers (scores[row] lists the repeats of a row) into differences between rows and
 * noise within them, by the analysis of variance with unequal group sizes: E[s²_means] = between + within · mean(1/nᵢ).
 * Variances are in squared units of the scores. Undefined without a score.
 * Source: Searle, Casella and McCulloch (1992), "Variance components"; Miller (2024), "Adding error bars to evals".
 */
export function repeatVariance(scores: readonly Scores[]): RepeatVariance | undefined {
  const rows = scores.map(present).filter((row) => row.length > 0);
  const means = rows.map((row) => mean(row)!);
  const center = mean(means);
  if (center === undefined) return undefined;
  const n = rows.reduce((sum, row) => sum + row.length, 0);
  const freedom = n - rows.length;
  const squares = rows.reduce(
    (sum, row) => sum + (row.length > 1 ? variance(row)! * (row.length - 1) : 0),
    0
  );
  const within = freedom > 0 ? squares / freedom : undefined;
  const spread = variance(means);
  const noise = (within ?? 0) * mean(rows.map((row) => 1 / row.length))!;
  const between = Math.max(0, (spread ?? 0) - noise);
  const all = within === undefined || spread === undefined ? undefined : within + between;
  return {
    mean: center,
    between,
    within,
    noiseShare: all === undefined ? undefined : all > 0 ? within! / all : 0,
    standardError: spread === undefined ? undefined : Math.sqrt(spread / rows.length),
    standardErrorOfRows: spread === undefined ? undefined : Math.sqrt(between / rows.length),
    rows: rows.length,
    n
  };
}

/**
 * pass@k: chance that at least one of k answers is right, from n answers of which `correct` were, between 0 and 1:
 * 1 − C(n − c, k)/C(n, k), unbiased. Undefined when fewer than k answers were given. Average it over rows.
 * Source: Chen et al. (2021), "Evaluating large language models trained on code".
 */
export function passAtK(n: number, correct: number, k: number): number | undefined {
  const none = allOf(n, n - correct, k);
  return none === undefined ? undefined : 1 - none;
}

/**
 * pass^k: chance that all of k answers are right, C(c, k)/C(n, k), unbiased: how far one can rely on the model.
 * Undefined when fewer than k answers were given. Source: Yao et al. (2024), "τ-bench".
 */
export function passHatK(n: number, correct: number, k: number): number | undefined {
  return allOf(n, correct, k);
}

/** C(some, k)/C(n, k) as a product, which cannot overflow. */
function allOf(n: number, some: number, k: number): number | undefined {
  if (!(k >= 1) || n < k || some < 0 || some > n) return undefined;
  let share = 1;
  for (let i = 0; i < k; i++) share *= Math.max(0, some - i) / (n - i);
  return share;
}
