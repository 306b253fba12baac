import {existsSync} from "node:fs";
import {join} from "node:path";
import {type Database, listFolders, readJson, type SplitManifest, sqlString} from "../../store/index.js";

export interface SealedRows {
  split: SplitManifest;
  /** Rows of the version that this split has sealed; 1 or more. */
  rows: number;
}

/**
 * The splits of a store that have sealed rows of a file, oldest first, whichever version each split is of; none when there are
 * no sealed rows in it.
 * @param store the store's folder
 */
export async function sealedRows(
  db: Database,
  store: string,
  dataset: string,
  rowsFile: string
): Promise<SealedRows[]> {
  const found: SealedRows[] = [];
  const folder = join(store, "splits", dataset);
  for (const id of await listFolders(folder)) {
    const split = await readJson<SplitManifest>(join(folder, id, "manifest.json"));
    const parts = join(folder, id, "parts.parquet");
    if (!split?.counts.sealed || !existsSync(parts)) continue;
    const counted = await db.row<{n: number}>(
      `select count(*)::double as n from read_parquet(${sqlString(rowsFile)})
       semi join (select row_id from read_parquet(${sqlString(parts)}) where part = 'sealed') using (row_id)`
    );
    if (counted!.n > 0) found.push({split, rows: counted!.n});
  }
  return found.sort((a, b) => a.split.madeAt.localeCompare(b.split.madeAt));
}

/** "120 rows that split final has sealed". */
export function sealedText(sealed: readonly SealedRows[]): string {
  return sealed.map(({split, rows}) => `${rows} rows that split ${split.name} has sealed`).join(" and ");
}
