import {
  type Database,
  hasRows,
  heldOutRecords,
  heldOutRelation,
  readVersion,
  sameRows,
  UserError,
  versionRows,
  type Workspace
} from "../store/index.js";
import type {DatasetDefinition} from "./define.js";

/**
 * Refuses rows whose ids come from elsewhere than those of the held-out rows, when some of these, present in the version
 * before, can be told by their content and text no longer: they would be open from then on.
 * @param rows relation of the rows that are about to be stored
 */
export async function assertHeldOutKnown(
  db: Database,
  workspace: Workspace,
  {name, id, text}: DatasetDefinition,
  before: string,
  rows: string
): Promise<void> {
  for (const record of await heldOutRecords(workspace, name)) {
    if (record.idColumn === (id ?? null)) continue;
    const former = {dataset: name, id: before};
    if (!(await hasRows(workspace, former))) continue;
    const held = await heldOutRelation(workspace, record);
    const count = async (query: string) =>
      (await db.row<{n: number}>(`select count(*)::int as n from (${query})`))!.n;
    const there = await versionRows(workspace, former);
    const {text: formerText} = (await readVersion(workspace, former)) ?? {};
    const known = await count(
      `select row_id from ${there} where row_id in (select row_id from ${held}) union ${sameRows(there, held, formerText)}`
    );
    const told = await count(`select distinct row_id from (${sameRows(rows, held, text)})`);
    if (told >= known) continue;
    const was = record.idColumn === null ? "from their content" : `from the column ${record.idColumn}`;
    throw new UserError(
      `dataset ${name}: rows had their ids ${was} when split ${record.name} held ${record.rows} of them out, and now from ${id === undefined ? "their content" : `the column ${id}`}: ${known - told} of the held-out rows could not be told from others any more, and would be open. No version was made. Give the definition \`id\` as it was.`
    );
  }
}
