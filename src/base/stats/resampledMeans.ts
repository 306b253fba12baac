import {isPresent} from "./present.js";
import {resampleMeans} from "./resample.js";
import type {Seed} from "./seed.js";
import type {Clusters, Scores} from "./types.js";

/**
 * The mean of every column in each of `resamples` bootstrap resamples of the rows, or of whole groups of rows:
 * result[column][resample]. All columns share the draws, so that differences between them are paired. A missing value counts
 * for nothing in its column; a resample without any value of a column is NaN there. The same seed and rows in the same
 * order give the same numbers.
 */
export function resampledMeans(
  columns: readonly Scores[],
  {seed, resamples, clusters}: {seed: Seed; resamples: number; clusters?: Clusters}
): Float64Array[] {
  const length = columns[0]?.length ?? 0;
  const numbers = new Map<string | number, number>();
  let size = 0;
  const unit = Int32Array.from({length}, (_, i) => {
    const name = clusters?.[i];
    if (name == null) return size++;
    const known = numbers.get(name) ?? size++;
    numbers.set(name, known);
    return known;
  });
  if (size === 0) return columns.map(() => new Float64Array(resamples).fill(NaN));
  const units = columns.map((column) => {
    const sums = new Float64Array(size);
    const rows = new Float64Array(size);
    for (let i = 0; i < length; i++) {
      const value = column[i];
      if (!isPresent(value)) continue;
      sums[unit[i]!]! += value;
      rows[unit[i]!]!++;
    }
    return {sums, rows};
  });
  const even = units.every(({rows}) => rows[0]! > 0 && rows.every((count) => count === rows[0]));
  const work = resampleMeans({size, columns: units, even}, resamples, seed);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
