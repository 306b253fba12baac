import {holm, pairedBySlice, slicedRows, type SlicedRows} from "../stats/index.js";
import {clustersOf} from "./columns.js";
import type {Slicing} from "./sliceTable.js";
import type {Comparison, ScoreTable} from "./types.js";

export interface PairwiseTable {
  alpha: number;
  /** Every pair over all rows; p values are Holm-adjusted over the pairs. */
  pairs: Comparison[];
  /** Every pair in every slice; p values are Holm-adjusted over all pairs and slices of the table. */
  slices: PairwiseSlice[];
  /** Comparisons in slices that were made, and that their p values are adjusted for. */
  comparisons: number;
}

export interface PairwiseSlice {
  slice: string;
  value: string;
  /** Rows of the slice, scored or not. */
  rows: number;
  pairs: Comparison[];
}

/**
 * Every pair of candidates by its paired difference (a − b, a before b in the table's order), over all rows and in every
 * slice, with intervals at level 1 − alpha each, clustered as the table is. A pair without enough shared rows has no
 * figures; no slicings give no slices. A million scores take about a second.
 */
export function pairwise(
  table: ScoreTable,
  slicings: readonly Slicing[] = [],
  {alpha = 0.05}: {alpha?: number} = {}
): PairwiseTable {
  const columns = table.values.map((values) => Float64Array.from(values, (value) => value ?? NaN));
  const clusters = clustersOf(table);
  const compare = (rows: SlicedRows) => comparePairs(table.candidates, columns, rows, 1 - alpha);
  const everywhere = slicedRows(new Int32Array(table.rowIds.length), 1, clusters);
  const pairs = adjusted(compare(everywhere).map(([pair]) => pair!));
  const slices = slicings.flatMap(({name, values}) => {
    const {slice, names, counts} = numbered(values);
    const found = compare(slicedRows(slice, names.length, clusters));
    return names.map((value, s) => ({
      slice: name,
      value,
      rows: counts[s]!,
      pairs: found.map((bySlice) => bySlice[s]!)
    }));
  });
  const inSlices = adjusted(slices.flatMap((slice) => slice.pairs));
  const size = pairs.length;
  return {
    alpha,
    pairs,
    slices: slices.map((slice, s) => ({...slice, pairs: inSlices.slice(s * size, (s + 1) * size)})),
    comparisons: inSlices.filter(({pValue}) => pValue !== undefined).length
  };
}

/** A list of slices for every pair of candidates. */
function comparePairs(
  candidates: readonly string[],
  columns: readonly Float64Array[],
  rows: SlicedRows,
  level: number
): Comparison[][] {
  return candidates.flatMap((a, i) =>
    candidates.slice(i + 1).map((b, j) =>
      pairedBySlice(columns[i]!, columns[i + 1 + j]!, rows, level).map((found): Comparison => {
        if (!found) return {a, b, rows: 0};
        const {n, estimate, low, high, p, method} = found;
        return {a, b, rows: n, difference: estimate, low, high, pValue: p, method};
      })
    )
  );
}

function adjusted(pairs: readonly Comparison[]): Comparison[] {
  const p = holm(pairs.map(({pValue}) => pValue));
  return pairs.map((pair, i) => (p[i] === undefined ? pair : {...pair, adjustedP: p[i]}));
}

/** Slices by name, with the number of each row's. */
function numbered(values: readonly (string | undefined)[]) {
  const names = [...new Set(values)].filter((value) => value !== undefined).sort();
  const numbers = new Map(names.map((name, s) => [name, s]));
  const slice = Int32Array.from(values, (value) => (value === undefined ? -1 : numbers.get(value)!));
  const counts = new Int32Array(names.length);
  for (const s of slice) if (s >= 0) counts[s]!++;
  return {slice, names, counts};
}
