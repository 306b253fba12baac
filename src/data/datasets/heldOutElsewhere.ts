import {
  type Database,
  heldOutRecords,
  heldOutRelation,
  sameRows,
  type Workspace
} from "../../base/store/index.js";

/**
 * Whether rows have the content, or the text, of rows that a split of another dataset holds out: one name's barrier does not
 * reach another's. A sentence that says how many and where; undefined when there are none.
 * @param rows relation of the rows that are about to be stored
 */
export async function heldOutElsewhere(
  db: Database,
  workspace: Workspace,
  {name, text}: {name: string; text?: string},
  rows: string
): Promise<string | undefined> {
  const queries = new Map<string, string[]>();
  for (const record of await heldOutRecords(workspace)) {
    if (record.dataset === name) continue;
    const same = sameRows(rows, await heldOutRelation(workspace, record), text);
    queries.set(record.dataset, [...(queries.get(record.dataset) ?? []), same]);
  }
  const found: string[] = [];
  for (const [dataset, own] of queries) {
    const {n} = (await db.row<{n: number}>(`select count(*)::int as n from (${own.join(" union ")})`))!;
    if (n > 0) found.push(`${n} in ${dataset}`);
  }
  return found.length === 0
    ? undefined
    : `rows of it are held out under another name (${found.join(", ")}), and are open here. What learns from them has seen them: leave them out, or take the rows from there`;
}
