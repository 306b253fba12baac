import type {Comparison} from "./types.js";

/** What a difference comes to once the margin is asked before the p value. */
export type Standing = "tied" | "better" | "worse" | "undecided";

type Difference = Pick<Comparison, "difference" | "low" | "high" | "adjustedP" | "within">;

/**
 * A difference whose interval lies inside ±margin is a tie, whatever its p value. Otherwise it is better or worse when it
 * differs from 0 at `alpha` (by the adjusted p value; without one, by the interval), and undecided when not, or without an
 * interval. `within` says of a verdict's own comparisons whether the equivalence test found a tie; a margin of 0 ties nothing.
 */
export function standingOf(
  {difference, low, high, adjustedP, within}: Difference,
  margin: number,
  alpha: number
): Standing {
  if (difference === undefined || low === undefined || high === undefined) return "undecided";
  if (within ?? (low > -margin && high < margin)) return "tied";
  const differs = adjustedP === undefined ? low > 0 || high < 0 : adjustedP < alpha;
  if (!differs || difference === 0) return "undecided";
  return difference > 0 ? "better" : "worse";
}

/** Why a pair is not told apart though its own interval leaves 0 out; undefined when there is nothing to explain. */
export function correctionNote({low, high, adjustedP}: Difference, alpha: number): string | undefined {
  if (low === undefined || high === undefined || adjustedP === undefined) return undefined;
  if (!(low > 0 || high < 0) || adjustedP < alpha) return undefined;
  return `its own interval leaves out 0, but after correction for all pairs p is ${above(adjustedP, alpha)}`;
}

/** In as many digits as it takes to be seen above `least`. */
function above(p: number, least: number): string {
  let digits = 2;
  while (digits < 9 && p > least && Number(p.toFixed(digits)) <= least) digits++;
  return p.toFixed(digits);
}
