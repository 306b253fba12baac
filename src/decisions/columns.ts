import type {ScoreTable} from "./types.js";

/** A candidate's scores by row; none when the table does not have it. */
export function valuesOf(table: ScoreTable, candidate: string): readonly (number | undefined)[] {
  return table.values[table.candidates.indexOf(candidate)] ?? [];
}

const known = new WeakMap<(string | null)[], Int32Array | undefined>();

/**
 * A cluster number for every row, as the statistics take them; undefined when every row stands alone. Worked out once
 * for a table, which nobody changes.
 */
export function clustersOf({clusters}: ScoreTable): Int32Array | undefined {
  if (!clusters) return undefined;
  if (!known.has(clusters)) known.set(clusters, numbersOf(clusters));
  return known.get(clusters);
}

function numbersOf(clusters: readonly (string | null)[]): Int32Array | undefined {
  const numbers = new Map<string, number>();
  let count = 0;
  const found = Int32Array.from(clusters, (cluster) => {
    if (cluster === null) return count++;
    const number = numbers.get(cluster);
    if (number !== undefined) return number;
    numbers.set(cluster, count);
    return count++;
  });
  return count < clusters.length ? found : undefined;
}
