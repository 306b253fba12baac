import type {ScoreTable} from "../decisions/types.js";

export interface RaceGroups {
  /** Row numbers of each group that is complete and was not taken before. The last group may go on in the next round. */
  take(table: ScoreTable, last: boolean): number[][];
}

/**
 * Hands out the groups of a growing table once each. A row without a cluster is a group of its own. Rows of a group that
 * was taken before, which only an eval's own `cluster` can bring, are left out: its mean has been counted.
 */
export function groupsOf(): RaceGroups {
  const taken = new Set<string>();
  let from = 0;
  return {
    take({rowIds, clusters}, last) {
      const groups = new Map<string, number[]>();
      for (let row = from; row < rowIds.length; row++) {
        const cluster = clusters?.[row] ?? null;
        const key = cluster === null ? `row:${row}` : `cluster:${cluster}`;
        if (taken.has(key)) continue;
        const known = groups.get(key);
        if (known) known.push(row);
        else groups.set(key, [row]);
      }
      const end = clusters?.[rowIds.length - 1];
      const open = last || end === null || end === undefined ? undefined : groups.get(`cluster:${end}`);
      from = open?.[0] ?? rowIds.length;
      if (open) groups.delete(`cluster:${end}`);
      for (const key of groups.keys()) taken.add(key);
      return [...groups.values()];
    }
  };
}
