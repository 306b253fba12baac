import type {Interval} from "./types.js";
import {wilson} from "./wilson.js";

/**
 * Interval of a class's F1 = 2·correct / (expected + predicted), between 0 and 1; undefined when the class occurs on neither
 * side. Of the rows that are of the class on either side, a share J is right, and F1 = 2J / (1 + J) rises with J: so it is Wilson's
 * interval of J, carried over. Rows count as independent.
 */
export function f1Interval(
  correct: number,
  expected: number,
  predicted: number,
  level = 0.95
): Interval | undefined {
  const found = wilson(correct, expected + predicted - correct, level);
  return found && {low: carried(found.low), high: carried(found.high)};
}

function carried(share: number): number {
  return (2 * share) / (1 + share);
}
