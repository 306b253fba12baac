import {
  type Database,
  heldOutRecords,
  heldOutRows,
  LocalFolder,
  parquetFile,
  type Place,
  readSplits,
  splitParts
} from "../../store/index.js";

export interface SealedRows {
  split: {id: string; name: string};
  /** Rows of the version that this split has sealed; 1 or more. */
  rows: number;
}

/**
 * The splits of a store that have sealed rows of a version's file, whichever version each split is of, those that were
 * removed since among them; none when there are no sealed rows in it.
 * @param store where the store is, or its folder
 */
export async function sealedRows(
  db: Database,
  store: Place | string,
  version: {dataset: string; id: string},
  rowsFile: string
): Promise<SealedRows[]> {
  const place = typeof store === "string" ? new LocalFolder(store) : store;
  const rows = parquetFile(rowsFile);
  const found: SealedRows[] = [];
  const count = async (split: SealedRows["split"], condition: string) => {
    const counted = await db.row<{n: number}>(`select count(*)::double as n from ${rows} where ${condition}`);
    if (counted!.n > 0) found.push({split, rows: counted!.n});
  };
  const recorded = new Set<string>();
  for (const record of await heldOutRecords({place}, version.dataset)) {
    recorded.add(record.id);
    const held = await heldOutRows({place}, record);
    const same = record.version === version.id ? "" : ` or row_hash in (select row_hash from ${held})`;
    await count(record, `row_id in (select row_id from ${held})${same}`);
  }
  // Splits of before there were records.
  for (const split of await readSplits({place}, version.dataset)) {
    const parts =
      split.counts.sealed && !recorded.has(split.id) ? await splitParts({place}, split) : undefined;
    if (parts) await count(split, `row_id in (select row_id from ${parts} where part = 'sealed')`);
  }
  return found;
}

/** "120 rows that split final has sealed". */
export function sealedText(sealed: readonly SealedRows[]): string {
  return sealed.map(({split, rows}) => `${rows} rows that split ${split.name} has sealed`).join(" and ");
}
