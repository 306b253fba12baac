import {
  type Database,
  heldOutRecords,
  heldOutRelation,
  LocalFolder,
  type StorageBackend,
  readSplits,
  splitParts
} from "../../../base/store/index.js";

export interface HeldOutRows {
  split: {id: string; name: string};
  /** Rows of the version that this split holds out; 1 or more. */
  rows: number;
  /** SQL that is true for them. */
  condition: string;
}

/**
 * The splits of a store that hold out rows of a version's files, whichever version each split is of, those that were
 * removed since among them; none when there are no such rows in them.
 * @param store where the store is, or its folder
 * @param rows relations of the rows, those that filters dropped among them
 */
export async function heldOutRows(
  db: Database,
  store: StorageBackend | string,
  version: {dataset: string; id: string},
  rows: readonly string[]
): Promise<HeldOutRows[]> {
  const place = typeof store === "string" ? new LocalFolder(store) : store;
  const found: HeldOutRows[] = [];
  const count = async (split: HeldOutRows["split"], condition: string) => {
    const counts: number[] = [];
    for (const relation of rows)
      counts.push(
        (await db.row<{n: number}>(`select count(*)::double as n from ${relation} where ${condition}`))!.n
      );
    const counted = counts.reduce((sum, n) => sum + n, 0);
    if (counted > 0) found.push({split, rows: counted, condition});
  };
  const recorded = new Set<string>();
  for (const record of await heldOutRecords({place}, version.dataset)) {
    recorded.add(record.id);
    const held = await heldOutRelation({place}, record);
    const same = record.version === version.id ? "" : ` or row_hash in (select row_hash from ${held})`;
    await count({id: record.id, name: record.name}, `row_id in (select row_id from ${held})${same}`);
  }
  // Splits of before there were records.
  for (const split of await readSplits({place}, version.dataset)) {
    const parts =
      split.counts["held-out"] && !recorded.has(split.id) ? await splitParts({place}, split) : undefined;
    if (parts) await count(split, `row_id in (select row_id from ${parts} where part = 'held-out')`);
  }
  return found;
}

/** "120 rows that split final holds out". */
export function heldOutText(heldOut: readonly HeldOutRows[]): string {
  return heldOut.map(({split, rows}) => `${rows} rows that split ${split.name} holds out`).join(" and ");
}
