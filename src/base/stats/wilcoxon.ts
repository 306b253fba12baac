import {normalTail} from "./distributions/normal.js";
import {isPresent} from "./present.js";
import type {Scores} from "./types.js";

export interface SignedRank {
  /** Sum of the ranks of the rows on which the first scored higher (ties share the mean of their ranks). */
  statistic: number;
  /** Two-sided. */
  p: number;
  /** Rows that differ; rows with equal scores are dropped (Wilcoxon's own rule). */
  n: number;
  method: "exact" | "normal";
}

const exactUpTo = 50;

/**
 * Wilcoxon signed-rank test of two candidates on the same rows. Up to 50 differing rows the p value is exact: the
 * distribution of the statistic over all 2ⁿ signs of the observed ranks, ties included. Above, the normal
 * approximation with the variance Σ rank²/4, which contains the correction for ties, and no continuity correction.
 * Undefined when no row differs. Source: Wilcoxon (1945); Pratt and Gibbons (1981), chapter 3.
 */
export function wilcoxonSignedRank(first: Scores, second: Scores): SignedRank | undefined {
  const differences: number[] = [];
  for (let i = 0; i < first.length; i++) {
    const a = first[i];
    const b = second[i];
    if (isPresent(a) && isPresent(b) && a !== b) differences.push(a - b);
  }
  const n = differences.length;
  if (n === 0) return undefined;
  differences.sort((a, b) => Math.abs(a) - Math.abs(b));
  const doubled = doubledRanks(differences);
  let positive = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    squares += doubled[i]! ** 2;
    if (differences[i]! > 0) positive += doubled[i]!;
  }
  const total = n * (n + 1);
  if (n <= exactUpTo) {
    const p = Math.min(1, 2 * shareUpTo(doubled, Math.min(positive, total - positive)));
    return {statistic: positive / 2, p, n, method: "exact"};
  }
  const z = (positive - total / 2) / Math.sqrt(squares / 4);
  return {statistic: positive / 2, p: Math.min(1, 2 * normalTail(Math.abs(z))), n, method: "normal"};
}

/** Twice the ranks of the absolute values, which makes shared ranks whole. Differences equal but for rounding tie. */
function doubledRanks(sorted: readonly number[]): number[] {
  const ranks: number[] = [];
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    const size = Math.abs(sorted[start]!);
    while (end < sorted.length && Math.abs(sorted[end]!) - size <= 1e-12 * size) end++;
    for (let i = start; i < end; i++) ranks.push(start + end + 1);
    start = end;
  }
  return ranks;
}

/** Share of the sign patterns whose positive ranks add up to at most `limit`. */
function shareUpTo(ranks: readonly number[], limit: number): number {
  const ways = new Float64Array(limit + 1);
  ways[0] = 1;
  for (const rank of ranks) {
    for (let sum = limit; sum >= 0; sum--)
      ways[sum] = (ways[sum]! + (sum >= rank ? ways[sum - rank]! : 0)) / 2;
  }
  return ways.reduce((sum, share) => sum + share, 0);
}
