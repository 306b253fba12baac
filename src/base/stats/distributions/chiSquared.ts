import {upperIncompleteGamma} from "./incompleteGamma.js";

/** P(X > x) of the chi-squared distribution with df degrees of freedom. */
export const chiSquaredTail = (x: number, df: number): number => upperIncompleteGamma(df / 2, x / 2);

/** The x with P(X ≤ x) = p, by bisection; undefined outside 0 ≤ p < 1. */
export function chiSquaredQuantile(p: number, df: number): number | undefined {
  if (!(p >= 0 && p < 1)) return undefined;
  if (p === 0) return 0;
  let low = 0;
  let high = df + 10;
  while (chiSquaredTail(high, df) > 1 - p) high *= 2;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (chiSquaredTail(middle, df) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
