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
