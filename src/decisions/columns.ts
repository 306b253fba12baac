import type {ScoreTable} from "./types.js";

/** A candidate's scores by row; none when the table does not have it. */
export function valuesOf(table: ScoreTable, candidate: string): readonly (number | undefined)[] {
  return table.values[table.candidates.indexOf(candidate)] ?? [];
}

/** Clusters as the statistics take them; undefined when every row stands alone. */
export function clustersOf(table: ScoreTable): string[] | undefined {
  if (!table.clusters) return undefined;
  const clusters = table.clusters.map((cluster, row) =>
    cluster === null ? `row:${row}` : `cluster:${cluster}`
  );
  return new Set(clusters).size < clusters.length ? clusters : undefined;
}
