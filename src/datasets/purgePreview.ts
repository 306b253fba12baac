import {
  openDatabase,
  type VersionFile,
  versionTable,
  withoutHeldOut,
  type Workspace
} from "../store/index.js";
import {matchingRows, versionsToPurge} from "./purgeCondition.js";

export interface PurgePreview {
  dataset: string;
  /** Ids of the rows that would be erased, over all versions, sorted. */
  rows: string[];
  /** Rows that a split holds out. They are not looked at: which of them meet a condition would tell what they hold. */
  heldOut: number;
}

/** What `purge` would erase. Changes nothing. Throws UserError as `purge` does. */
export async function previewPurge(
  workspace: Workspace,
  dataset: string,
  {where}: {where: string}
): Promise<PurgePreview> {
  const db = await openDatabase({tmpDir: workspace.tmpDir});
  try {
    const versions = await versionsToPurge(workspace, dataset);
    const matching = {dataset, versions, where, told: (column: string) => column, open: true};
    const rows = (await matchingRows(db, workspace, matching)).map(({row}) => row);
    const heldOut = new Set<string>();
    for (const id of versions)
      for (const file of ["rows.parquet", "rejected.parquet"] satisfies VersionFile[]) {
        const all = await versionTable(workspace, {dataset, id}, file);
        if (!all) continue;
        const open = await withoutHeldOut(workspace, {dataset, id}, all);
        const hidden = `select coalesce(row_id, row_hash) as row_id from ${all} except select coalesce(row_id, row_hash) from (${open})`;
        for await (const batch of db.batches<{row_id: string}>(hidden))
          for (const {row_id: row} of batch) heldOut.add(row);
      }
    return {dataset, rows, heldOut: heldOut.size};
  } finally {
    db.close();
  }
}
