import {incompleteBeta, inverseIncompleteBeta} from "./incompleteBeta.js";
import {logGamma} from "./logGamma.js";
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
  // Beyond either side: 1 − p would lose the digits of a small p.
  return p < 0.5 ? -beyond(2 * p, df) : beyond(2 * (1 - p), df);
}

/** The t with P(|T| > t) = tail. */
function beyond(tail: number, df: number): number {
  // Near the centre df/(df + t²) is close to 1, where its complement keeps the digits.
  if (tail > 0.5) {
    const y = inverseIncompleteBeta(1 - tail, 0.5, df / 2);
    return Math.sqrt((df * y) / (1 - y));
  }
  const x = inverseIncompleteBeta(tail, df / 2, 0.5);
  // So small an x may have no digits left: there I_x(a, ½) is x^a / (a B(a, ½)).
  if (x < 1e-290 && tail > 0) {
    const a = df / 2;
    const beta = logGamma(a) + logGamma(0.5) - logGamma(a + 0.5);
    return Math.exp((Math.log(df) - (Math.log(tail) + Math.log(a) + beta) / a) / 2);
  }
  return Math.sqrt((df * (1 - x)) / x);
}
