import {hasRows, openParts, readVersion, type Store, versionRows} from "../../base/store/index.js";
import type {LoopState} from "./state.js";

/** Rows to learn that a version before did not have, or had with other values, and rows that are gone; all are new where it is gone. */
export async function changedRows(
  store: Store,
  {version, split, parts}: Pick<LoopState, "version" | "split" | "parts">,
  before: string
): Promise<{newRows: number; goneRows: number}> {
  const {workspace} = store;
  const older = await readVersion(workspace, {dataset: version.dataset, id: before});
  const isHere = older !== undefined && (await hasRows(workspace, older));
  const ids = (relation: string) => `(select row_id, row_hash from ${relation})`;
  const now = ids(await versionRows(workspace, version));
  const then = isHere ? ids(await versionRows(workspace, older)) : `(select * from ${now} limit 0)`;
  const learned = `select row_id from (${await openParts(workspace, split)}) where part in (${parts.map((part) => `'${part}'`).join(", ")})`;
  const [found] = await store.rows<{newRows: number; goneRows: number}>(
    `select
       (select count(*)::double from ${now} semi join (${learned}) using (row_id) anti join ${then} using (row_id, row_hash)) as "newRows",
       (select count(*)::double from ${then} anti join ${now} using (row_id, row_hash)) as "goneRows"`
  );
  return found!;
}
