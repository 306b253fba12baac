import {binomialTest} from "./distributions/binomial.js";
import {chiSquaredTail} from "./distributions/chiSquared.js";
import {normalQuantile} from "./distributions/normal.js";
import type {Interval} from "./types.js";

/**
 * Exact two-sided McNemar test for two candidates on the same rows: `onlyFirst` and `onlySecond` count the rows
 * that one got right and the other wrong. p = P(a split at least this uneven) under Binomial(discordant, ½),
 * between 0 and 1. Undefined when no row is discordant: nothing was observed that could tell them apart.
 * Source: McNemar (1947), Psychometrika 12.
 */
export function mcnemarExact(onlyFirst: number, onlySecond: number): number | undefined {
  return binomialTest(Math.min(onlyFirst, onlySecond), onlyFirst + onlySecond, 0.5);
}

/**
 * McNemar's chi-squared statistic and p value (1 degree of freedom), with Edwards' continuity correction or
 * without; undefined when no row is discordant.
 */
export function mcnemarChiSquared(
  onlyFirst: number,
  onlySecond: number,
  {correction = true}: {correction?: boolean} = {}
): {statistic: number; p: number} | undefined {
  const discordant = onlyFirst + onlySecond;
  if (discordant === 0) return undefined;
  const distance = Math.max(0, Math.abs(onlyFirst - onlySecond) - (correction ? 1 : 0));
  const statistic = (distance * distance) / discordant;
  return {statistic, p: chiSquaredTail(statistic, 1)};
}

/**
 * Score interval for the difference of two proportions on the same rows: `gained` rows right only under the first
 * candidate, `lost` only under the second, of `n` rows in all. Between −1 and 1; undefined for n = 0.
 * The bounds are the differences δ at which |gained − lost − nδ| / √(n(2q + δ(1−δ))) equals the normal quantile,
 * q being the constrained maximum-likelihood estimate. At δ = 0 this is McNemar's test without correction.
 * Source: Tango (1998), Statistics in Medicine 17, 891–908.
 */
export function tango(gained: number, lost: number, n: number, level = 0.95): Interval | undefined {
  if (!(gained >= 0 && lost >= 0 && gained + lost <= n))
    throw new RangeError(`tango: ${gained} gained and ${lost} lost of ${n}`);
  if (n === 0) return undefined;
  const z = normalQuantile((1 + level) / 2);
  const estimate = (gained - lost) / n;
  return {
    low: edge(estimate, -1, (delta) => tangoScore(gained, lost, n, delta) - z),
    high: edge(estimate, 1, (delta) => tangoScore(gained, lost, n, delta) + z)
  };
}

/** Where `excess` changes sign between the estimate (inside) and the limit (outside). */
function edge(inside: number, limit: number, excess: (delta: number) => number): number {
  let outside = limit;
  const sign = limit < 0 ? 1 : -1;
  for (let i = 0; i < 60; i++) {
    const middle = (inside + outside) / 2;
    if (sign * excess(middle) > 0) outside = middle;
    else inside = middle;
  }
  return (inside + outside) / 2;
}

/** The score statistic of "the difference is delta": standard normal, about, when it is. */
export function tangoScore(gained: number, lost: number, n: number, delta: number): number {
  const a = 2 * n;
  const b = -gained - lost + (2 * n - gained + lost) * delta;
  const c = -lost * delta * (1 - delta);
  const q = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
  const spread = n * (2 * q + delta * (1 - delta));
  const distance = gained - lost - n * delta;
  return spread > 0 ? distance / Math.sqrt(spread) : Math.sign(distance) * Infinity;
}
