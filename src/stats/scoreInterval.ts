import type {Interval} from "./types.js";
import {wilsonAt} from "./wilson.js";

/**
 * Wilson's interval for a proportion whose standard error was estimated by another method: n is p(1 − p)/SE², the number of
 * independent rows that would give this error, and `critical` replaces the normal quantile. `units` independent rows
 * or groups stand for n when the error is 0. Source: Korn and Graubard (1998), Survey Methodology 24.
 */
export function scoreInterval(p: number, standardError: number, critical: number, units: number): Interval {
  const n = standardError > 0 ? (p * (1 - p)) / standardError ** 2 : units;
  return wilsonAt(p * n, n, critical)!;
}
