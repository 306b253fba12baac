import {
  holm,
  meanInterval,
  normalQuantile,
  pairedDifference,
  type PairedOptions,
  shrink,
  type Shrunk
} from "../../base/stats/index.js";
import {clustersOf, tableOfRows, sharedValues, decidingValues} from "./columns.js";
import type {ScoreTable} from "./types.js";
import {byNumbers} from "./valueName.js";

/** One way to cut the rows: the value of each row, in the table's order; undefined where a row has none. */
export interface RowSlicing {
  name: string;
  values: readonly (string | undefined)[];
}

export interface SliceOptions {
  /** What the others are compared with in each slice; the table's baseline, else its first candidate. */
  reference?: string;
  /** Error rate over all comparisons of the table; default 0.05. */
  alpha?: number;
}

export interface SliceTable {
  reference?: string;
  /** Comparisons that were made, and that the p values are adjusted for. */
  comparisons: number;
  rows: SliceRow[];
}

export interface SliceRow {
  slice: string;
  value: string;
  /** Rows of the slice, scored or not. */
  rows: number;
  /** In the order of the table's candidates. */
  cells: SliceCell[];
}

export interface SliceCell {
  candidate: string;
  scored: number;
  mean?: number;
  low?: number;
  high?: number;
  /** The mean drawn towards the candidate's mean over the values of this slicing; absent below three values. */
  shrunk?: Shrunk;
  /** Against the reference, on the rows both have in this slice; absent for the reference itself. */
  difference?: SliceDifference;
}

export interface SliceDifference {
  estimate: number;
  low: number;
  high: number;
  rows: number;
  pValue: number;
  /** Holm-adjusted over every slice and candidate of the table. */
  adjustedP: number;
  shrunk?: Shrunk;
}

/**
 * Every candidate in every slice, with its interval, its figure shrunk towards the common one, and its paired difference
 * to the reference, corrected over all of the table. Intervals are at level 1 − alpha each, clustered as the table is. A
 * slice without scores has cells without figures; no slicings give no rows.
 */
export function sliceTable(
  table: ScoreTable,
  slicings: readonly RowSlicing[],
  {reference = table.baseline ?? table.candidates[0], alpha = 0.05}: SliceOptions = {}
): SliceTable {
  const level = 1 - alpha;
  const clusters = clustersOf(table);
  const rows = slicings.flatMap((slicing) => {
    const places = placesOf(slicing);
    const found = [...places.keys()].sort(byNumbers).map((value): SliceRow => {
      const at = places.get(value)!;
      const own = clusters && at.map((row) => clusters[row]!);
      const part = tableOfRows(table, at);
      const cells = table.candidates.map((candidate): SliceCell => {
        const values = decidingValues(part, candidate);
        const scored = values.filter((score) => score !== undefined);
        if (scored.length === 0) return {candidate, scored: 0};
        const interval = meanInterval(values, {level, clusters: own, bounds: table.bounds});
        const difference =
          reference === undefined || candidate === reference
            ? undefined
            : differenceIn(part, [candidate, reference], {level, clusters: own});
        return {
          candidate,
          scored: scored.length,
          mean: scored.reduce((sum, score) => sum + score, 0) / scored.length,
          low: interval?.low,
          high: interval?.high,
          difference: difference
            ? {
                estimate: difference.estimate,
                low: difference.low,
                high: difference.high,
                rows: difference.n,
                pValue: difference.p,
                adjustedP: difference.p
              }
            : undefined
        };
      });
      return {slice: slicing.name, value, rows: at.length, cells};
    });
    return found;
  });
  return concludeSlices(rows, {reference, alpha});
}

/** Slices whose cells have means and differences, with shrunk figures and p values corrected over all of them. */
export function concludeSlices(
  rows: SliceRow[],
  {reference, alpha = 0.05}: {reference?: string; alpha?: number}
): SliceTable {
  for (const name of new Set(rows.map(({slice}) => slice)))
    shrinkCells(
      rows.filter(({slice}) => slice === name),
      1 - alpha
    );
  const differences = rows.flatMap(({cells}) =>
    cells.flatMap(({difference}) => (difference ? [difference] : []))
  );
  const adjusted = holm(differences.map(({pValue}) => pValue));
  differences.forEach((difference, i) => (difference.adjustedP = adjusted[i]!));
  return {reference, comparisons: differences.length, rows};
}

function differenceIn(part: ScoreTable, candidates: readonly [string, string], options: PairedOptions) {
  const [first, second] = sharedValues(part, candidates);
  return pairedDifference(first!, second!, options);
}

function placesOf({values}: RowSlicing): Map<string, number[]> {
  const places = new Map<string, number[]>();
  values.forEach((value, row) => {
    if (value === undefined) return;
    const known = places.get(value);
    if (known) known.push(row);
    else places.set(value, [row]);
  });
  return places;
}

/** Within one slicing: its values are alternatives, other slicings cut the same rows again. */
function shrinkCells(rows: readonly SliceRow[], level: number): void {
  const candidates = rows[0]?.cells.length ?? 0;
  for (let c = 0; c < candidates; c++) {
    const cells = rows.map(({cells}) => cells[c]!);
    const means = shrink(
      cells.map(({mean, low, high}) => sliceFigure(mean, low, high, level)),
      {level}
    );
    const differences = shrink(
      cells.map(({difference: d}) => d && sliceFigure(d.estimate, d.low, d.high, level)),
      {level}
    );
    cells.forEach((cell, i) => {
      if (means?.slices[i]) cell.shrunk = means.slices[i];
      if (cell.difference && differences?.slices[i]) cell.difference.shrunk = differences.slices[i];
    });
  }
}

/** The standard error is taken from the interval's longer arm: that of ten rows all right is not 0. */
function sliceFigure(
  estimate: number | undefined,
  low: number | undefined,
  high: number | undefined,
  level: number
) {
  if (estimate === undefined) return undefined;
  if (low === undefined || high === undefined) return {estimate};
  return {
    estimate,
    standardError: Math.max(high - estimate, estimate - low) / normalQuantile((1 + level) / 2)
  };
}
