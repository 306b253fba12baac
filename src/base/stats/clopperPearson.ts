import {inverseIncompleteBeta} from "./distributions/incompleteBeta.js";
import type {Interval} from "./types.js";

/**
 * Exact interval for a proportion, between 0 and 1: it covers at least `level` of the time for every n and every
 * true proportion, so it is wider than Wilson's. Undefined for n = 0.
 * Bounds are Beta quantiles: B(α/2; k, n−k+1) and B(1−α/2; k+1, n−k). Source: Clopper and Pearson (1934).
 */
export function clopperPearson(successes: number, n: number, level = 0.95): Interval | undefined {
  if (!(n > 0) || successes < 0 || successes > n) return undefined;
  const tail = (1 - level) / 2;
  return {
    low: successes === 0 ? 0 : inverseIncompleteBeta(tail, successes, n - successes + 1),
    high: successes === n ? 1 : inverseIncompleteBeta(1 - tail, successes + 1, n - successes)
  };
}
