import {
  type Erasing,
  readRuns,
  recordsOf,
  runTable,
  type VersionFile,
  versionKind,
  versionTable
} from "../../base/store/index.js";
import type {OfVersion} from "../../base/store/kinds/kind.js";

/** A version of another dataset, or a run on one, that holds rows equal to erased ones: a purge of that name takes them. */
export interface EqualRows {
  kind: "version" | "run";
  id: string;
  dataset: string;
  rows: number;
}

/** A query over a relation with the `row_id`s of any dataset's version, of those rows that may be looked at. */
export type SeenOfAny = (version: OfVersion, relation: string) => Promise<string>;

/**
 * What other datasets hold of the rows that have tombstones in the table `erased`, by all that a row holds, its id included: the same
 * rows under another name, as after a dataset was renamed.
 */
export async function equalRowsElsewhere(
  {db, workspace, dataset, hashOf}: Pick<Erasing, "db" | "workspace" | "dataset" | "hashOf">,
  seen: SeenOfAny
): Promise<EqualRows[]> {
  const count = async (version: OfVersion, relation: string | undefined): Promise<number> => {
    if (relation === undefined) return 0;
    const query = `select count(distinct row_hash)::double as n from (${await seen(version, relation)}) where ${hashOf("row_hash")} in (select hash from erased)`;
    return (await db.row<{n: number}>(query))!.n;
  };
  const found: EqualRows[] = [];
  for await (const {names} of recordsOf(workspace, versionKind)) {
    const version = {dataset: names.dataset!, id: names.id!};
    if (version.dataset === dataset) continue;
    let rows = 0;
    for (const file of ["rows.parquet", "rejected.parquet"] satisfies VersionFile[])
      rows += await count(version, await versionTable(workspace, version, file));
    if (rows > 0) found.push({kind: "version", ...version, rows});
  }
  for (const {id, dataset: of, imported} of await readRuns(workspace, {archived: true})) {
    if (of.name === dataset || imported) continue;
    const version = {dataset: of.name, id: of.version};
    const rows = await count(version, await runTable(workspace, [id], "items"));
    if (rows > 0) found.push({kind: "run", id, dataset: of.name, rows});
  }
  return found;
}
