import {
  type Database,
  LocalFolder,
  parquetFile,
  type Place,
  readSplits,
  type SplitManifest,
  splitParts
} from "../../store/index.js";

export interface SealedRows {
  split: SplitManifest;
  /** Rows of the version that this split has sealed; 1 or more. */
  rows: number;
}

/**
 * The splits of a store that have sealed rows of a file, oldest first, whichever version each split is of; none when there are
 * no sealed rows in it.
 * @param store where the store is, or its folder
 */
export async function sealedRows(
  db: Database,
  store: Place | string,
  dataset: string,
  rowsFile: string
): Promise<SealedRows[]> {
  const place = typeof store === "string" ? new LocalFolder(store) : store;
  const found: SealedRows[] = [];
  for (const split of await readSplits({place}, dataset)) {
    const parts = split.counts.sealed ? await splitParts({place}, split) : undefined;
    if (!parts) continue;
    const counted = await db.row<{n: number}>(
      `select count(*)::double as n from ${parquetFile(rowsFile)}
       semi join (select row_id from ${parts} where part = 'sealed') using (row_id)`
    );
    if (counted!.n > 0) found.push({split, rows: counted!.n});
  }
  return found;
}

/** "120 rows that split final has sealed". */
export function sealedText(sealed: readonly SealedRows[]): string {
  return sealed.map(({split, rows}) => `${rows} rows that split ${split.name} has sealed`).join(" and ");
}
