import {binomialTest} from "./distributions/binomial.js";
import {chiSquaredTail} from "./distributions/chiSquared.js";

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
