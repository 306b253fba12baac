import {
  type Database,
  LocalFolder,
  parquetFile,
  type Place,
  readSplits,
  type SplitManifest,
  splitParts
} from "../../store/index.js";

export interface HeldOutRows {
  split: SplitManifest;
  /** Rows of the version that this split holds out; 1 or more. */
  rows: number;
}

/**
 * The splits of a store that hold out rows of a file, oldest first, whichever version each split is of; none when there are
 * no such rows in it.
 * @param store where the store is, or its folder
 */
export async function heldOutRows(
  db: Database,
  store: Place | string,
  dataset: string,
  rowsFile: string
): Promise<HeldOutRows[]> {
  const place = typeof store === "string" ? new LocalFolder(store) : store;
  const found: HeldOutRows[] = [];
  for (const split of await readSplits({place}, dataset)) {
    const parts = split.counts["held-out"] ? await splitParts({place}, split) : undefined;
    if (!parts) continue;
    const counted = await db.row<{n: number}>(
      `select count(*)::double as n from ${parquetFile(rowsFile)}
       semi join (select row_id from ${parts} where part = 'held-out') using (row_id)`
    );
    if (counted!.n > 0) found.push({split, rows: counted!.n});
  }
  return found;
}

/** "120 rows that split final holds out". */
export function heldOutText(heldOut: readonly HeldOutRows[]): string {
  return heldOut.map(({split, rows}) => `${rows} rows that split ${split.name} holds out`).join(" and ");
}
