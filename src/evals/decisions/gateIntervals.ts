import {
  confidenceSequence,
  meanInterval,
  pairedConfidenceSequence,
  pairedDifference
} from "../../base/stats/index.js";
import {aligned, clustersOf, type CandidateColumn, type RowValues, decidingValues} from "./columns.js";
import {DEFAULT_ALPHA} from "./decideOptions.js";
import type {ScoreTable, Verdict} from "./types.js";

/** An interval as a gate uses it; `n` counts rows. */
export interface GateInterval {
  estimate: number;
  low: number;
  high: number;
  n: number;
  /** Groups of rows, where it is the mean of their means: each counts once, however many rows it has. */
  groups?: number;
  /** Every row came out alike: the interval then narrows with the number of rows, not with its root. */
  isConstant?: boolean;
  /** What the figure can lie within, where every row came out alike; default 0 to 1. */
  bounds?: readonly [low: number, high: number];
}

/**
 * How the candidate was chosen where its rule names none: as the best of `among`. Each of so many intervals holds at level
 * 1 − 0.05 / among, so that all of them hold together, and with them that of whichever is best.
 */
export interface Picked {
  among: number;
  /** Its mean as the verdict corrects it. */
  winner?: Verdict["winner"];
}

/** The intervals that score rules go by, at 95 % unless told; undefined on too few rows. */
export interface GateIntervals {
  mean(table: ScoreTable, candidate: string, picked: Picked): GateInterval | undefined;
  /** Candidate minus `other`, row by row. */
  difference(
    table: ScoreTable,
    candidate: string,
    other: CandidateColumn,
    picked: Pick<Picked, "among"> & {alpha?: number}
  ): GateInterval | undefined;
}

const levelOf = ({among, alpha = DEFAULT_ALPHA}: Pick<Picked, "among"> & {alpha?: number}) =>
  1 - alpha / among;

/**
 * For scores that were looked at once: clustered as the table is. The best candidate's mean is the verdict's corrected one, if that rests
 * on all rows which the candidate has.
 */
export const oneLook: GateIntervals = {
  mean(table, candidate, picked) {
    const values = decidingValues(table, candidate);
    const {bounds} = table;
    const found = meanInterval(values, {level: levelOf(picked), clusters: clustersOf(table), bounds});
    const winner = picked.winner?.rows === found?.n ? picked.winner : undefined;
    return alike(found && {...found, ...winner, bounds}, values);
  },
  difference(table, candidate, other, picked) {
    const [values, others] = pairOf(table, candidate, other);
    const differences = values.map((value, row) =>
      value === undefined || others[row] === undefined ? undefined : value - others[row]
    );
    const found = pairedDifference(values, others, {
      level: levelOf(picked),
      clusters: clustersOf(table)
    });
    const {range = 1} = found ?? {};
    return alike(found && {...found, bounds: [-range, range]}, differences);
  }
};

function pairOf(table: ScoreTable, candidate: string, other: CandidateColumn): [RowValues, RowValues] {
  const [values, others] = aligned([{table, candidate}, other]);
  return [values!, others!];
}

/** The interval with a word on whether all that it was made of is alike. */
function alike(
  interval: GateInterval | undefined,
  values: readonly (number | undefined)[]
): GateInterval | undefined {
  const seen = new Set(values.filter((value) => value !== undefined));
  return interval && {...interval, isConstant: seen.size === 1};
}

/**
 * For scores whose number was chosen by looking at them, as in a race: anytime-valid, a group of rows being one
 * observation, its mean. Scores must be from 0 to 1, and their mean what decides: no corpus figure is raced.
 */
export const everyLook: GateIntervals = {
  mean(table, candidate, picked) {
    const values = decidingValues(table, candidate);
    const sequence = confidenceSequence({level: levelOf(picked)});
    const seen = overGroups(table, values, (rows) => sequence.add(meanOverRows(rows, values)));
    const interval = sequence.interval();
    return interval && {...interval, estimate: sequence.estimate()!, ...seen};
  },
  difference(table, candidate, other, picked) {
    const [values, others] = pairOf(table, candidate, other);
    const sequence = pairedConfidenceSequence({level: levelOf(picked)});
    const both = values.map((value, row) => (others[row] === undefined ? undefined : value));
    const seen = overGroups(table, both, (rows) =>
      sequence.add(meanOverRows(rows, values), meanOverRows(rows, others))
    );
    const interval = sequence.interval();
    return interval && {...interval, estimate: sequence.estimate()!, ...seen};
  }
};

/** Hands out the rows of each group that have a value; gives back how many there were in all, and of groups if some have several. */
function overGroups(
  table: ScoreTable,
  values: readonly (number | undefined)[],
  add: (rows: readonly number[]) => void
): Pick<GateInterval, "n" | "groups"> {
  const clusters = clustersOf(table);
  const groups = new Map<string | number, number[]>();
  values.forEach((value, row) => {
    if (value === undefined) return;
    const key = clusters?.[row] ?? row;
    const known = groups.get(key);
    if (known) known.push(row);
    else groups.set(key, [row]);
  });
  let n = 0;
  for (const rows of groups.values()) {
    add(rows);
    n += rows.length;
  }
  return {n, groups: groups.size < n ? groups.size : undefined};
}

function meanOverRows(rows: readonly number[], values: readonly (number | undefined)[]): number {
  return rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;
}
