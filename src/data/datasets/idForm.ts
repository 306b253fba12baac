import {
  type Database,
  hasForms,
  hasRows,
  type IdForm,
  idText,
  readVersion,
  versionRows,
  type Workspace
} from "../../base/store/index.js";

/**
 * How a pull writes whole numbers among its ids: as the version before does, or rows that are the same would have other ids,
 * other parts of a split, and be held out and erased no more.
 */
export async function idFormOf(
  db: Database,
  workspace: Workspace,
  {name, id}: {name: string; id?: string},
  before: string | undefined
): Promise<IdForm> {
  if (id === undefined || before === undefined) return "whole";
  const former = {dataset: name, id: before};
  const manifest = await readVersion(workspace, former);
  const column = manifest?.columns.find((one) => one.name === id);
  if (!column || !hasForms(column) || (manifest?.idColumn ?? id) !== id) return "whole";
  if (!(await hasRows(workspace, former))) return "whole";
  const decimal = `select 1 from ${await versionRows(workspace, former)} where ends_with(row_id, '.0') and row_id = ${idText(column, "decimal")} limit 1`;
  return (await db.row(decimal)) ? "decimal" : "whole";
}
