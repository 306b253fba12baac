import {alikeDistance} from "./alikeInterval.js";
import {normalTail} from "./distributions/normal.js";
import {studentTail} from "./distributions/studentT.js";
import type {PairedDifference} from "./pairedDifference.js";
import {effectiveRows, ROUNDING} from "./scoreInterval.js";
import {tangoScore} from "./pairedProportions.js";

export interface MarginTest<Verdict extends string> {
  verdict: Verdict;
  /** One-sided p value of the claim. */
  p: number;
  margin: number;
}

/**
 * Whether the first candidate is at most `margin` worse than the second (margin > 0, in the units of the scores):
 * "non-inferior" when H₀: difference ≤ −margin is rejected at `alpha` (one-sided, default 0.05), "inferior" when
 * difference ≥ −margin is, "undecided" otherwise. Uses the difference's own method: the score test for 0/1 rows (Tango
 * 1998), that of a share's effective rows where the difference lies near −1 or 1 (Korn and Graubard 1998), else t. The same as asking on which side of −margin its 1 − 2α interval lies.
 */
export function nonInferiority(
  difference: PairedDifference,
  margin: number,
  {alpha = 0.05}: {alpha?: number} = {}
): MarginTest<"non-inferior" | "inferior" | "undecided"> {
  requireMargin(margin);
  const above = tailAbove(difference, -margin);
  const verdict = above <= alpha ? "non-inferior" : 1 - above <= alpha ? "inferior" : "undecided";
  return {verdict, p: above, margin};
}

/**
 * Two one-sided tests: "equivalent" when the difference is shown to lie within ±margin at `alpha` (default 0.05),
 * "different" when it is shown to lie outside, "undecided" otherwise; p is the larger of the two tests' p values.
 * Source: Schuirmann (1987), J. Pharmacokinetics and Biopharmaceutics 15.
 */
export function equivalence(
  difference: PairedDifference,
  margin: number,
  {alpha = 0.05}: {alpha?: number} = {}
): MarginTest<"equivalent" | "different" | "undecided"> {
  requireMargin(margin);
  const above = tailAbove(difference, -margin);
  const below = 1 - tailAbove(difference, margin);
  const p = Math.max(above, below);
  // Outside is two claims, so each gets half of alpha.
  const outside = Math.min(1 - above, 1 - below) <= alpha / 2;
  return {verdict: p <= alpha ? "equivalent" : outside ? "different" : "undecided", p, margin};
}

function requireMargin(margin: number): void {
  if (!(margin > 0)) throw new Error(`margin must be above 0: ${margin}`);
}

/** p value of the claim "the true difference is above the bound". */
function tailAbove(difference: PairedDifference, bound: number): number {
  const {estimate, standardError = 0, wins, losses, n, df = Infinity, method} = difference;
  const units = difference.effectiveClusters ?? n;
  const range = difference.range ?? 1;
  // Score tests are of differences within bounds: at these there is nothing to test.
  if (method !== "t" && method !== "clustered t" && Math.abs(bound) >= range - ROUNDING)
    return bound < 0 ? 0 : 1;
  if (method === "tango") {
    const rows = wins + losses === 0 ? units : n;
    return normalTail(tangoScore(wins, losses, rows, bound));
  }
  if (difference.range) return studentTail(alikeDistance(estimate, units, bound, [-range, range]), df);
  if (method === "score t" || method === "clustered score t") {
    const [share, at] = [(1 + estimate) / 2, (1 + bound) / 2];
    const rows = effectiveRows(share, standardError / 2, units);
    return studentTail((share - at) / Math.sqrt((at * (1 - at)) / rows), df);
  }
  return studentTail((estimate - bound) / standardError, df);
}
