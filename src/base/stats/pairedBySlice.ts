import {concludeGroups} from "./groupedError.js";
import {addShare, noShares} from "./groupShares.js";
import {concludeDifference, type PairedDifference} from "./pairedDifference.js";
import type {Clusters, Scores} from "./types.js";

/** Rows cut into slices, with what comparing many pairs of candidates on them needs only once. */
export interface SlicedRows {
  /** The slice of each row, −1 for none. */
  slice: Int32Array;
  slices: number;
  /** Rows of one slice and one group; absent when rows are independent. */
  units?: {of: Int32Array; slice: Int32Array};
}

/** `slice` holds a number from 0 to slices − 1 for each row, −1 for a row that is in none. */
export function slicedRows(slice: Int32Array, slices: number, clusters?: Clusters): SlicedRows {
  if (!clusters) return {slice, slices};
  if (clusters.length !== slice.length)
    throw new Error(`clusters: ${clusters.length} entries for ${slice.length} rows`);
  const numbers = Array.from({length: slices}, () => new Map<string | number, number>());
  const of = new Int32Array(slice.length).fill(-1);
  const sliceOf: number[] = [];
  for (let i = 0; i < slice.length; i++) {
    const s = slice[i]!;
    if (s < 0) continue;
    const name = clusters[i];
    const known = name == null ? undefined : numbers[s]!.get(name);
    of[i] = known ?? sliceOf.push(s) - 1;
    if (name != null && known === undefined) numbers[s]!.set(name, of[i]!);
  }
  return {slice, slices, units: {of, slice: Int32Array.from(sliceOf)}};
}

/**
 * `pairedDifference` in every slice, in two passes over the rows: the same figures, undefined where it is. Scores as
 * Float64Array with NaN for a missing one are fastest.
 */
export function pairedBySlice(
  first: Scores,
  second: Scores,
  rows: SlicedRows,
  level = 0.95
): (PairedDifference | undefined)[] {
  const {slice, slices, units} = rows;
  const length = slice.length;
  if (first.length !== length || second.length !== length)
    throw new Error(`paired scores: ${first.length} and ${second.length} rows in slices of ${length}`);
  const tally = () => new Float64Array(slices);
  const [n, sum, squares, sumFirst, sumSecond, wins, losses] = Array.from({length: 7}, tally) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array
  ];
  const [onlyFirst, onlySecond, neither] = [tally(), tally(), tally()];
  const graded = new Uint8Array(slices);
  const lowest = tally();
  const highest = tally();
  const differences = new Float64Array(length).fill(NaN);
  for (let i = 0; i < length; i++) {
    const s = slice[i]!;
    if (s < 0) continue;
    const a = first[i] ?? NaN;
    const b = second[i] ?? NaN;
    const d = a - b;
    // Of two finite scores the difference is finite, and of no others: ∞ − x is ∞, and ∞ − ∞ is not a number.
    if (d - d !== 0) {
      if (Number.isFinite(a)) onlyFirst[s]!++;
      else if (Number.isFinite(b)) onlySecond[s]!++;
      else neither[s]!++;
      continue;
    }
    differences[i] = d;
    n[s]!++;
    sum[s]! += d;
    sumFirst[s]! += a;
    sumSecond[s]! += b;
    if (d > 0) wins[s]!++;
    else if (d < 0) losses[s]!++;
    if ((a !== 0 && a !== 1) || (b !== 0 && b !== 1)) {
      graded[s] = 1;
      lowest[s] = Math.min(lowest[s]!, a, b);
      highest[s] = Math.max(highest[s]!, a, b);
    }
  }
  const center = sum.map((total, s) => total / n[s]!);
  for (let i = 0; i < length; i++) {
    const d = differences[i]!;
    if (d === d) squares[slice[i]!]! += (d - center[slice[i]!]!) ** 2;
  }
  const clustered = units && clusteredErrors(differences, center, n, units);
  return Array.from({length: slices}, (_, s) => {
    const own = clustered?.[s];
    if (clustered && !own) return undefined;
    return concludeDifference(
      {
        n: n[s]!,
        sum: sum[s]!,
        squares: squares[s]!,
        sumFirst: sumFirst[s]!,
        sumSecond: sumSecond[s]!,
        wins: wins[s]!,
        losses: losses[s]!,
        binary: graded[s] === 0,
        lowest: lowest[s]!,
        highest: highest[s]!,
        missing: {first: onlySecond[s]!, second: onlyFirst[s]!, both: neither[s]!},
        clustered: own
      },
      level
    );
  });
}

/** `groupedError` of the differences in every slice; undefined below two groups. */
function clusteredErrors(
  differences: Float64Array,
  center: Float64Array,
  n: Float64Array,
  units: NonNullable<SlicedRows["units"]>
) {
  const sums = new Float64Array(units.slice.length);
  const rows = new Float64Array(units.slice.length);
  for (let i = 0; i < differences.length; i++) {
    const d = differences[i]!;
    if (d !== d) continue;
    const unit = units.of[i]!;
    sums[unit]! += d - center[units.slice[unit]!]!;
    rows[unit]!++;
  }
  const shares = Array.from(n, noShares);
  const squares = new Float64Array(n.length);
  for (let unit = 0; unit < sums.length; unit++) {
    if (rows[unit] === 0) continue;
    const s = units.slice[unit]!;
    addShare(shares[s]!, rows[unit]! / n[s]!);
    squares[s]! += (sums[unit]! / (n[s]! - rows[unit]!)) ** 2;
  }
  return shares.map((own, s) => concludeGroups(own, squares[s]!));
}
