import {
  type Database,
  openParts,
  type Row,
  type VersionManifest,
  versionRows,
  type Workspace
} from "../store/index.js";

/**
 * Rows of one part of a split, in the order of their ids, streamed. The held-out part yields nothing here, and neither
 * does a row that another split of the dataset holds out: only a final run reads those.
 */
export async function* partRows(
  db: Database,
  workspace: Workspace,
  version: VersionManifest,
  split: {dataset: string; id: string},
  part: string
): AsyncGenerator<Row> {
  if (part === "held-out") return;
  const query = `select r.* from ${await versionRows(workspace, version)} r
    join (${await openParts(workspace, split)}) p using (row_id) where p.part = $part order by r.row_id`;
  for await (const batch of db.batches<Record<string, unknown> & {row_id: string}>(query, {part}))
    for (const row of batch) yield toRow(row);
}

/** A stored row as prompts and scorers see it: `id` is the row's id, whatever column the dataset had of that name. */
export function toRow(stored: Record<string, unknown> & {row_id: string}): Row {
  const row: Row = {...stored, id: stored.row_id};
  delete row.row_id;
  delete row.row_hash;
  return row;
}
