import {UserError} from "../../base/validation/index.js";
import {
  type Database,
  hasRows,
  heldOutRecords,
  heldOutRelation,
  readVersion,
  sameRows,
  versionRows,
  type Workspace
} from "../../base/store/index.js";
import type {DatasetDefinition} from "./define.js";
import {heldOutRedacted, heldOutRenamed} from "./heldOutRenamed.js";

/**
 * Refuses rows whose ids come from elsewhere than those of the held-out rows, when some of these, present in the version
 * before, can be told by their content and text no longer: they would be open from then on.
 * Ids of the same column that are written otherwise than they were, or that other rules for personal data give, are refused too.
 * @param before the version before, and whether its rows were redacted by other rules than these
 * @param relations of the rows that are about to be stored; those that filters dropped after them
 */
export async function assertHeldOutKnown(
  db: Database,
  workspace: Workspace,
  {name, id, text}: DatasetDefinition,
  {before, otherRules}: {before: string; otherRules: boolean},
  relations: readonly string[]
): Promise<void> {
  const rows = relations[0]!;
  for (const record of await heldOutRecords(workspace, name)) {
    const former = {dataset: name, id: before};
    if (!(await hasRows(workspace, former))) continue;
    if (record.idColumn === (id ?? null)) {
      const renamed =
        id === undefined ? 0 : await heldOutRenamed(db, workspace, record, {name, text, before}, relations);
      const redacted =
        renamed > 0 || id === undefined || !otherRules
          ? 0
          : await heldOutRedacted(db, workspace, record, before, relations);
      if (redacted > 0)
        throw new UserError(
          `dataset ${name}: personal data is dealt with by other rules than in the version before, or under another key, so that the column ${id} gives other ids than it did when split ${record.name} held ${record.rows} rows out: ${redacted} of the held-out rows may be there under new ids, and would be open. No version was made. Pull by the rules and the key of then, or take the rows under another dataset name and hold rows out of that.`
        );
      if (renamed === 0) continue;
      throw new UserError(
        `dataset ${name}: the column ${id} gives other ids than it did when split ${record.name} held ${record.rows} rows out: ${renamed} of the held-out rows are there under new ids, and would be open. No version was made. Give the rows the ids that they had, by \`sql\` if their type has changed.`
      );
    }
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
