import {normalQuantile, pairedDifference, rowsNeeded} from "../../base/stats/index.js";
import {clustersOf, sharedValues, type RowValues} from "./columns.js";
import type {Comparison, ScoreTable} from "./types.js";

interface Aim {
  margin: number;
  alpha: number;
  /** How many pairs the verdict compares. */
  pairs: number;
}

/**
 * Rows still missing, at power 0.8 or more if the pair is as it was seen, to tell it apart (when it differs by the margin or more) or
 * to call it a tie (when it differs by less). Undefined when neither can be foreseen from what was seen.
 *
 * A tie needs the 1 − 2α interval within the margin. Without a difference that fails at either end, so that a power of 0.8 takes
 * n·(SE·(z_{1−α} + z_{0.9}) / margin)² rows in all; with |d| in the way, margin − |d|, where the power is above that.
 */
export function moreRows(
  table: ScoreTable,
  pair: Comparison,
  {margin, alpha, pairs}: Aim
): number | undefined {
  if (pair.difference === undefined || pair.high === undefined || pair.low === undefined) return undefined;
  const distance = Math.abs(pair.difference);
  const half = (pair.high - pair.low) / 2;
  if (half === 0) return undefined;
  const oneSided = normalQuantile(1 - alpha);
  const [a, b] = both(table, pair);
  const found = pairedDifference(a, b, {clusters: clustersOf(table)});
  if (found?.range !== undefined || isIdentical(table, pair)) {
    // Where all rows are alike the interval's ends are the share z² / (n + z²) of the way to the range's ends away.
    const range = found?.range ?? 1;
    const squared =
      distance < margin
        ? oneSided ** 2 * ((range + distance) / (margin - distance) - 1)
        : (normalQuantile(1 - alpha / pairs / 2) ** 2 * range) / distance;
    const units = found?.effectiveClusters ?? pair.rows;
    const needed = Math.ceil((pair.rows / units) * squared) + 1;
    return Number.isFinite(needed) ? Math.max(1, needed - pair.rows) : undefined;
  }
  if (distance < margin) {
    const error = found?.standardError;
    if (error === undefined) return undefined;
    const times = ((error * (oneSided + normalQuantile(0.9))) / (margin - distance)) ** 2;
    return Math.max(1, Math.ceil(pair.rows * times) - pair.rows);
  }
  const differences = a.flatMap((value, row) =>
    value === undefined || b[row] === undefined ? [] : [value - b[row]]
  );
  const sd = Math.sqrt(
    differences.reduce((sum, d) => sum + (d - pair.difference!) ** 2, 0) / (differences.length - 1)
  );
  // The interval is at level 1 − α.
  const plain = normalQuantile(1 - alpha / 2) * (sd / Math.sqrt(differences.length));
  const needed = rowsNeeded({
    difference: distance,
    sd,
    alpha: alpha / pairs,
    designEffect: Math.max(1, (half / plain) ** 2)
  });
  return needed === undefined ? undefined : Math.max(1, needed - pair.rows);
}

/** Whether two candidates have the same score on every row that both have. */
export function isIdentical(table: ScoreTable, pair: Comparison): boolean {
  const [a, b] = both(table, pair);
  return (
    pair.rows > 0 && a.every((value, row) => value === undefined || b[row] === undefined || value === b[row])
  );
}

function both(table: ScoreTable, {a, b}: Comparison): [RowValues, RowValues] {
  const [first, second] = sharedValues(table, [a, b]);
  return [first!, second!];
}
