import {present} from "./present.js";
import type {Scores} from "./types.js";

/**
 * Quantile q (0 to 1) by linear interpolation between order statistics (Hyndman and Fan's type 7, the default
 * of R and NumPy), in the units of the scores; undefined when no score is there.
 */
export function quantile(scores: Scores, q: number): number | undefined {
  return sortedQuantile(present(scores).slice().sort(), q);
}

/** The same for numbers already in ascending order. */
export function sortedQuantile(sorted: Float64Array, q: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const at = Math.min(Math.max(q, 0), 1) * (sorted.length - 1);
  const low = Math.floor(at);
  const below = sorted[low]!;
  const above = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return below + (at - low) * (above - below);
}
