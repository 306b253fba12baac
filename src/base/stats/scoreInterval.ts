import type {Interval} from "./types.js";
import {wilsonAt} from "./proportion.js";

/** How far a mean may lie: its standard error, the factor on it, and the independent rows or groups it rests on. */
export interface ScoreSpread {
  standardError: number;
  critical: number;
  units: number;
}

/** A standard error of shares that is rounding and no spread. */
export const ROUNDING = 1e-12;

/**
 * Independent rows that would give a proportion's standard error, p(1 − p)/SE²; `units` independent rows or groups where
 * the error is 0, or so small that it is rounding. Source: Korn and Graubard (1998), Survey Methodology 24.
 */
export function effectiveRows(p: number, standardError: number, units: number): number {
  const spread = p * (1 - p);
  return standardError > ROUNDING && spread > 0 ? spread / standardError ** 2 : units;
}

/**
 * Wilson's interval for a proportion whose standard error was estimated by another method: n is its `effectiveRows`, at most
 * the rows there are where `most` tells (an error of groups is small by luck too), and `critical` replaces the normal quantile.
 * Source: Korn and Graubard (1998), Survey Methodology 24.
 */
export function scoreInterval(
  p: number,
  {standardError, critical, units, most = Infinity}: ScoreSpread & {most?: number}
): Interval {
  const n = Math.min(most, effectiveRows(p, standardError, units));
  return wilsonAt(Math.min(p * n, n), n, critical)!;
}
