import {holm, pairedBySlice, pairedDifference, slicedRows} from "../../base/stats/index.js";
import {clustersOf, tableOfRows, sharedValues} from "./columns.js";
import type {RowSlicing} from "./sliceTable.js";
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
  slicings: readonly RowSlicing[] = [],
  {alpha = 0.05}: {alpha?: number} = {}
): PairwiseTable {
  const compare = (table.corpus ? pairsOfCorpus : pairsOfMeans)(table, 1 - alpha);
  const everywhere = new Int32Array(table.rowIds.length);
  const pairs = adjusted(compare(everywhere, 1).map(([pair]) => pair!));
  const slices = slicings.flatMap(({name, values}) => {
    const {slice, names, counts} = numberedSlices(values);
    const found = compare(slice, names.length);
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

/** Compares all pairs in slices, of which every row has the number of its own: a list of slices for every pair. */
type ComparePairs = (slice: Int32Array, count: number) => Comparison[][];

function pairsOfMeans(table: ScoreTable, level: number): ComparePairs {
  const columns = table.values.map((values) => Float64Array.from(values, (value) => value ?? NaN));
  return (slice, count) => {
    const rows = slicedRows(slice, count, clustersOf(table));
    return pairsIn(table).map(([i, j]) =>
      pairedBySlice(columns[i]!, columns[j]!, rows, level).map((found) =>
        comparisonOf(table.candidates[i]!, table.candidates[j]!, found)
      )
    );
  };
}

/** A corpus figure is one of the slice's rows that both have: nothing of the whole can be taken over. */
function pairsOfCorpus(table: ScoreTable, level: number): ComparePairs {
  return (slice, count) => {
    const places = Array.from({length: count}, (): number[] => []);
    slice.forEach((s, row) => places[s]?.push(row));
    const parts = places.map((rows) => tableOfRows(table, rows));
    return pairsIn(table).map(([i, j]) => {
      const [a, b] = [table.candidates[i]!, table.candidates[j]!];
      return parts.map((part) => {
        const [first, second] = sharedValues(part, [a, b]);
        return comparisonOf(a, b, pairedDifference(first!, second!, {level, clusters: clustersOf(part)}));
      });
    });
  };
}

function pairsIn({candidates: candidates}: ScoreTable): [number, number][] {
  return candidates.flatMap((_, i) =>
    candidates.slice(i + 1).map((_, k): [number, number] => [i, i + 1 + k])
  );
}

function comparisonOf(a: string, b: string, found: ReturnType<typeof pairedDifference>): Comparison {
  if (!found) return {a, b, rows: 0};
  const {n, estimate, low, high, p, method} = found;
  return {a, b, rows: n, difference: estimate, low, high, pValue: p, method};
}

function adjusted(pairs: readonly Comparison[]): Comparison[] {
  const p = holm(pairs.map(({pValue}) => pValue));
  return pairs.map((pair, i) => (p[i] === undefined ? pair : {...pair, adjustedP: p[i]}));
}

/** Slices by name, with the number of each row's. */
function numberedSlices(values: readonly (string | undefined)[]) {
  const names = [...new Set(values)].filter((value) => value !== undefined).sort();
  const numbers = new Map(names.map((name, s) => [name, s]));
  const slice = Int32Array.from(values, (value) => (value === undefined ? -1 : numbers.get(value)!));
  const counts = new Int32Array(names.length);
  for (const s of slice) if (s >= 0) counts[s]!++;
  return {slice, names, counts};
}
