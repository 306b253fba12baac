import {
  hasRows,
  readTombstones,
  readVersion,
  sqlName,
  type Database,
  type Workspace
} from "../../base/store/index.js";
import {formerRows} from "./append.js";
import type {DatasetDefinition} from "./define.js";
import {describeColumns} from "./describeColumns.js";
import {ownColumns} from "./rowQuery.js";
import {FORMER_ID, type SourceRelation} from "./sources/index.js";
import {idErased} from "./tombstones.js";

/**
 * What a source gives, with its ids as the version before has them where each still tells one row from the others: rows that
 * are the same would have other ids, other parts of a split, and be held out no more. A row that was erased under its id in
 * the other form keeps that id, so that it is known.
 */
export async function withKnownIds(
  db: Database,
  workspace: Workspace,
  definition: DatasetDefinition,
  {relation, bothIds}: SourceRelation,
  before: string | undefined
): Promise<string> {
  if (bothIds === undefined) return relation;
  const as = (id: string) => `(select * exclude (${FORMER_ID}) replace (${id} as id) from ${bothIds})`;
  const isFormer =
    before !== undefined &&
    (await hasFormerIds(db, workspace, definition, {before, former: as(FORMER_ID), now: relation}));
  const [id, other] = isFormer ? [FORMER_ID, "id"] : ["id", FORMER_ID];
  const erased = await idErased(db, await readTombstones(workspace, definition.name), other);
  return erased === undefined ? as(id) : as(`case when ${erased} then ${other} else ${id} end`);
}

/** Whether the version before has ids in the former form and none in today's, and the former are unique among what is read. */
async function hasFormerIds(
  db: Database,
  workspace: Workspace,
  definition: DatasetDefinition,
  {before, former, now}: {before: string; former: string; now: string}
): Promise<boolean> {
  const version = {dataset: definition.name, id: before};
  if (!(await hasRows(workspace, version))) return false;
  const manifest = await readVersion(workspace, version);
  const name = definition.id ?? "id";
  const columns = await describeColumns(db, ownColumns(definition, now));
  const isThere = (list: readonly {name: string}[]) => list.some((one) => one.name === name);
  if (!isThere(columns) || (definition.id === undefined && !isThere(manifest?.columns ?? []))) return false;
  for (const [table, rows] of [
    ["ids_before", former],
    ["ids_now", now]
  ] as const)
    await db.run(
      `create or replace temp table ${table} as select ${sqlName(name)}::varchar as id from (${ownColumns(definition, rows)})`
    );
  const isAny = async (query: string) => (await db.row(`${query} limit 1`)) !== undefined;
  // Rows without an id of their own may be equal.
  const repeated = "select id from ids_before where id is not null group by id having count(*) > 1";
  if (definition.id !== undefined && (await isAny(repeated))) return false;
  const known = `select 1 from ${await formerRows(workspace, version)} where ${definition.id === undefined ? sqlName(name) + "::varchar" : "row_id"} in`;
  return (
    (await isAny(`${known} (select id from ids_before except select id from ids_now)`)) &&
    !(await isAny(`${known} (select id from ids_now except select id from ids_before)`))
  );
}
