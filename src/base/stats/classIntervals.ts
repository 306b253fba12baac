import type {ClassLabel} from "./confusion.js";
import {meanInterval} from "./meanInterval.js";
import {wilson} from "./proportion.js";
import type {Clusters, Interval} from "./types.js";

export interface ClassIntervals {
  precision?: Interval;
  recall?: Interval;
  f1?: Interval;
}

export interface ClassIntervalsOptions {
  level?: number;
  /** Rows that share a group are not independent: the intervals widen accordingly. */
  clusters?: Clusters;
}

/**
 * Intervals of every class's precision, recall and F1, between 0 and 1, by the label that rows expect; one that cannot be told (no such
 * row, or all of them in one group) is absent. Precision and recall are shares, so theirs is Wilson's, with the effective sample size where
 * rows are clustered (`meanInterval`). Of the rows that are of a class on either side a share J is right, and F1 = 2J / (1 + J) rises with
 * J: its interval is that of J, carried over. A row without either label is left out.
 */
export function classIntervals(
  expected: ArrayLike<ClassLabel>,
  predicted: ArrayLike<ClassLabel>,
  {level = 0.95, clusters}: ClassIntervalsOptions = {}
): Map<string, ClassIntervals> {
  const rows = new Map<string, {expects: number[]; answers: number[]}>();
  const rowsOf = (label: string) => {
    let found = rows.get(label);
    if (!found) rows.set(label, (found = {expects: [], answers: []}));
    return found;
  };
  const right = (i: number) => String(expected[i]) === String(predicted[i]);
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] == null || predicted[i] == null) continue;
    rowsOf(String(expected[i])).expects.push(i);
    rowsOf(String(predicted[i])).answers.push(i);
  }
  const interval = (chosen: readonly number[]): Interval | undefined => {
    const found = meanInterval(
      chosen.map((i) => Number(right(i))),
      {level, clusters: clusters && chosen.map((i) => clusters[i])}
    );
    return found && {low: found.low, high: found.high};
  };
  const carried = (share: number) => (2 * share) / (1 + share);
  return new Map(
    [...rows].map(([label, {expects, answers}]) => {
      const either = interval([...expects, ...answers.filter((i) => !right(i))]);
      return [
        label,
        {
          precision: interval(answers),
          recall: interval(expects),
          f1: either && {low: carried(either.low), high: carried(either.high)}
        }
      ];
    })
  );
}

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
