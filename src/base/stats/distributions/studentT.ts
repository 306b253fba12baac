import {incompleteBeta, inverseIncompleteBeta} from "./incompleteBeta.js";
import {normalQuantile, normalTail} from "./normal.js";

/** P(T > t) with df degrees of freedom (df > 0, may be Infinity: then the normal distribution). */
export function studentTail(t: number, df: number): number {
  if (df === Infinity) return normalTail(t);
  if (t === 0) return 0.5;
  const half = 0.5 * incompleteBeta(df / (df + t * t), df / 2, 0.5);
  return t > 0 ? half : 1 - half;
}

/** Two-sided p value of a t statistic. */
export const studentTwoSided = (t: number, df: number): number =>
  Math.min(1, 2 * studentTail(Math.abs(t), df));

/** The t with P(T ≤ t) = p. */
export function studentQuantile(p: number, df: number): number {
  if (df === Infinity) return normalQuantile(p);
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentQuantile(1 - p, df);
  const tail = 2 * (1 - p);
  // Near the centre df/(df + t²) is close to 1, where its complement keeps the digits.
  if (tail > 0.5) {
    const y = inverseIncompleteBeta(1 - tail, 0.5, df / 2);
    return Math.sqrt((df * y) / (1 - y));
  }
  const x = inverseIncompleteBeta(tail, df / 2, 0.5);
  return Math.sqrt((df * (1 - x)) / x);
}
