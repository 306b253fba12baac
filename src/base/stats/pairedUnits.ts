import {isPresent} from "./present.js";
import type {Units} from "./resample.js";
import type {Clusters, Scores} from "./types.js";

/**
 * Differences column − reference by row, or by group of rows, as units to resample. A row missing on either side
 * of a column's difference counts for nothing there. The rows of a group are added, and units put, in order of their
 * values, so that the order of the rows changes no result.
 */
export function pairedUnits(columns: readonly Scores[], reference: Scores, clusters?: Clusters): Units {
  const length = reference.length;
  for (const column of columns)
    if (column.length !== length) throw new Error(`paired scores: ${column.length} rows against ${length}`);
  if (clusters && clusters.length !== length)
    throw new Error(`clusters: ${clusters.length} entries for ${length} scores`);
  const unit = numberUnits(columns, reference, clusters);
  const differences = columns.map((column) => {
    const sums = new Float64Array(unit.size);
    const rows = new Float64Array(unit.size);
    const difference = new Float64Array(length);
    const both: number[] = [];
    for (let i = 0; i < length; i++) {
      const a = column[i];
      const b = reference[i];
      if (!isPresent(a) || !isPresent(b)) continue;
      difference[i] = a - b;
      both.push(i);
    }
    if (clusters) both.sort((i, j) => difference[i]! - difference[j]!);
    for (const i of both) {
      sums[unit.of[i]!]! += difference[i]!;
      rows[unit.of[i]!]!++;
    }
    return {sums, rows};
  });
  const order = Array.from({length: unit.size}, (_, i) => i).sort((i, j) => {
    for (const {sums, rows} of differences) {
      const by = sums[i]! - sums[j]! || rows[i]! - rows[j]!;
      if (by !== 0) return by;
    }
    return 0;
  });
  return {
    size: unit.size,
    columns: differences.map(({sums, rows}) => ({
      sums: Float64Array.from(order, (i) => sums[i]!),
      rows: Float64Array.from(order, (i) => rows[i]!)
    })),
    even: differences.every(({rows}) => rows.every((count) => count === rows[0]))
  };
}

/** A unit number for every row that at least one difference is known for; −1 for the others. */
function numberUnits(columns: readonly Scores[], reference: Scores, clusters?: Clusters) {
  const of = new Int32Array(reference.length).fill(-1);
  const numbers = new Map<string | number, number>();
  let size = 0;
  for (let i = 0; i < reference.length; i++) {
    if (!isPresent(reference[i]) || !columns.some((column) => isPresent(column[i]))) continue;
    const name = clusters?.[i];
    const known = name == null ? undefined : numbers.get(name);
    of[i] = known ?? size++;
    if (name != null && known === undefined) numbers.set(name, of[i]!);
  }
  return {of, size};
}
