import type {Interval} from "./types.js";
import {wilsonAt} from "./wilson.js";

/** A standard error of shares that is rounding and no spread. */
export const ROUNDING = 1e-12;

/**
 * Wilson's interval for a proportion whose standard error was estimated by another method: n is p(1 − p)/SE², the number of
 * independent rows that would give this error, and `critical` replaces the normal quantile. `units` independent rows
 * or groups stand for n when the error is 0, or so small that it is rounding. Source: Korn and Graubard (1998), Survey Methodology 24.
 */
export function scoreInterval(p: number, standardError: number, critical: number, units: number): Interval {
  const spread = p * (1 - p);
  const n = standardError > ROUNDING && spread > 0 ? spread / standardError ** 2 : units;
  return wilsonAt(Math.min(p * n, n), n, critical)!;
}
