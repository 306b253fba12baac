import {inverseIncompleteBeta} from "./distributions/incompleteBeta.js";
import {normalQuantile} from "./distributions/normal.js";
import type {Interval} from "./types.js";

export interface WilsonOptions {
  /** Half a row is added on either side, so that coverage is at least the level more often; wider. Default false. */
  continuity?: boolean;
}

/**
 * Wilson's score interval for a proportion of `successes` in `n` rows, between 0 and 1; undefined for n = 0.
 * (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). `n` need not be whole (an effective sample size).
 * Source: Wilson (1927), JASA 22.
 */
export function wilson(
  successes: number,
  n: number,
  level = 0.95,
  {continuity = false}: WilsonOptions = {}
): Interval | undefined {
  const z = normalQuantile((1 + level) / 2);
  return continuity ? corrected(successes, n, z) : wilsonAt(successes, n, z);
}

/** Source: Newcombe (1998), Statistics in Medicine 17, 857–872, method 4; R's prop.test gives the same. */
function corrected(successes: number, n: number, z: number): Interval | undefined {
  if (!(n > 0) || successes < 0 || successes > n) return undefined;
  const p = successes / n;
  const width = 2 * (n + z * z);
  const bound = (sign: 1 | -1) => {
    const root = Math.sqrt(Math.max(0, z * z + sign * 2 - 1 / n + 4 * p * (n * (1 - p) - sign)));
    return (2 * n * p + z * z + sign * (1 + z * root)) / width;
  };
  return {
    low: successes === 0 ? 0 : Math.max(0, bound(-1)),
    high: successes === n ? 1 : Math.min(1, bound(1))
  };
}

/** Wilson's interval with the critical value z given, for clustered rows where it comes from a t distribution. */
export function wilsonAt(successes: number, n: number, z: number): Interval | undefined {
  if (!(n > 0) || successes < 0 || successes > n) return undefined;
  const p = successes / n;
  const z2 = (z * z) / n;
  const center = (p + z2 / 2) / (1 + z2);
  const half = (z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n))) / (1 + z2);
  return {
    low: successes === 0 ? 0 : Math.max(0, center - half),
    high: successes === n ? 1 : Math.min(1, center + half)
  };
}

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
