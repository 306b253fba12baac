import {present} from "./present.js";
import type {Scores} from "./types.js";

/** Arithmetic mean of the scores that are there, in their units; undefined when none is. */
export function mean(scores: Scores): number | undefined {
  const values = present(scores);
  if (values.length === 0) return undefined;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * Sample variance Σ(x − x̄)² / (n − 1), in squared units of the scores.
 * Undefined below two scores: one score says nothing about spread.
 */
export function variance(scores: Scores): number | undefined {
  const values = present(scores);
  const center = mean(values);
  if (center === undefined || values.length < 2) return undefined;
  let squares = 0;
  for (const value of values) squares += (value - center) ** 2;
  return squares / (values.length - 1);
}

/** Standard error of the mean, √(s²/n), for rows drawn independently; undefined below two scores. */
export function standardError(scores: Scores): number | undefined {
  const values = present(scores);
  const spread = variance(values);
  return spread === undefined ? undefined : Math.sqrt(spread / values.length);
}
