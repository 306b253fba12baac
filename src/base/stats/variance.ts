import {mean} from "./mean.js";
import {present} from "./present.js";
import type {Scores} from "./types.js";

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
