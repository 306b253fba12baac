import {rename} from "node:fs/promises";
import {
  type Database,
  parquetFile,
  readTombstones,
  sqlString,
  temporaryPath,
  type Tombstone,
  type Tombstones,
  type Workspace,
  writeParquet
} from "../store/index.js";

/** What is left of the rows of a dataset that were erased, oldest first; none when nothing was. */
export async function tombstones(workspace: Workspace, dataset: string): Promise<Tombstone[]> {
  return (await readTombstones(workspace, dataset)).rows;
}

/** SQL of a row's hash, from the column `row_id` or another. */
export function tombstoneHash({salt}: Pick<Tombstones, "salt">, column = "row_id"): string {
  return `sha256(${sqlString(salt)} || ${column})`;
}

/** SQL that is true for a row that was erased, by its id or by its content: one without an id is told from no other. */
export function isErased(tombstones: Pick<Tombstones, "salt">): string {
  return ["row_id", "row_hash"]
    .map((column) => `coalesce(${tombstoneHash(tombstones, column)} in (select hash from erased), false)`)
    .join(" or ");
}

/** Puts the hashes into the table `erased`, for the queries that leave rows out. False when there are none. */
export async function loadTombstones(db: Database, tombstones: Tombstones): Promise<boolean> {
  await db.run("create or replace temp table erased (hash varchar)");
  const hashes = tombstones.rows.flatMap(({hash, content = []}) => [hash, ...content]);
  for (let at = 0; at < hashes.length; at += 1000)
    await db.run(
      `insert into erased values ${hashes
        .slice(at, at + 1000)
        .map((hash) => `(${sqlString(hash)})`)
        .join(", ")}`
    );
  return hashes.length > 0;
}

/** Takes erased rows out of what a pull has read, so that a source that still has them does not bring them back. */
export async function leaveOutErased(
  db: Database,
  workspace: Workspace,
  dataset: string,
  rowsFile: string
): Promise<void> {
  const tombstones = await readTombstones(workspace, dataset);
  if (!(await loadTombstones(db, tombstones))) return;
  const rows = parquetFile(rowsFile);
  const kept = temporaryPath(rowsFile);
  await writeParquet(db, kept, `select * from ${rows} where not (${isErased(tombstones)})`);
  await rename(kept, rowsFile);
}
