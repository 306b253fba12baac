import {normalQuantile, pairedDifference, rowsNeeded} from "../../base/stats/index.js";
import {clustersOf, sharedValues, type RowValues} from "./columns.js";
import type {Comparison, ScoreTable} from "./types.js";

interface Aim {
  margin: number;
  alpha: number;
  /** How many pairs the verdict compares. */
  pairs: number;
}

/** Rows still missing, at power 0.8 or more if the pair is as it was seen; undefined where that cannot be foreseen. */
export interface RowsMissing {
  /** Until the pair is told apart. */
  difference?: number;
  /** Until it is a tie: only where it differs by less than the margin. */
  tie?: number;
}

/**
 * A tie needs the 1 − 2α interval within the margin. Without a difference that fails at either end, so that a power of 0.8 takes
 * n·(SE·(z_{1−α} + z_{0.9}) / margin)² rows in all; with |d| in the way, margin − |d|, where the power is above that.
 */
export function moreRows(table: ScoreTable, pair: Comparison, {margin, alpha, pairs}: Aim): RowsMissing {
  if (pair.difference === undefined || pair.high === undefined || pair.low === undefined) return {};
  const distance = Math.abs(pair.difference);
  const half = (pair.high - pair.low) / 2;
  if (half === 0) return {};
  const missing = (needed: number | undefined) =>
    needed !== undefined && Number.isFinite(needed) ? Math.max(1, Math.ceil(needed) - pair.rows) : undefined;
  const oneSided = normalQuantile(1 - alpha);
  const [a, b] = both(table, pair);
  const found = pairedDifference(a, b, {clusters: clustersOf(table)});
  if (found?.range !== undefined || isIdentical(table, pair)) {
    // Where all rows are alike the interval's ends are the share z² / (n + z²) of the way to the range's ends away.
    const range = found?.range ?? 1;
    const units = found?.effectiveClusters ?? pair.rows;
    const rowsOf = (squared: number) => missing(Math.ceil((pair.rows / units) * squared) + 1);
    return {
      difference: rowsOf((normalQuantile(1 - alpha / pairs / 2) ** 2 * range) / distance),
      tie:
        distance < margin ? rowsOf(oneSided ** 2 * ((range + distance) / (margin - distance) - 1)) : undefined
    };
  }
  const error = found?.standardError;
  const times =
    distance < margin && error !== undefined
      ? ((error * (oneSided + normalQuantile(0.9))) / (margin - distance)) ** 2
      : undefined;
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
  return {difference: missing(needed), tie: times === undefined ? undefined : missing(pair.rows * times)};
}

/** Rows that decide every one of several pairs, and where the last is told apart first, rows after which it is a tie. */
export function rowsOfPlan(pairs: readonly RowsMissing[]): {rowsNeeded?: number; rowsForTie?: number} {
  const first = ({difference = Infinity, tie = Infinity}: RowsMissing) => Math.min(difference, tie);
  const last = pairs.reduce((a, b) => (first(b) > first(a) ? b : a));
  const needed = first(last);
  if (needed === Infinity) return {};
  // A tie goes before a difference: one that is shown first leaves nothing for the other to show.
  return {rowsNeeded: needed, rowsForTie: last.tie !== undefined && last.tie > needed ? last.tie : undefined};
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
