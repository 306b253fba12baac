import {parquetFile} from "../parquet.js";
import {putParquet} from "../putParquet.js";
import type {Erasing} from "./kind.js";

/** What `erasedName` gives, as a regular expression. */
export const ERASED = "erased-[0-9a-f]{16}";

/** SQL of the name, of a row or of its group, that leads nowhere. */
export const erasedName = (hash: string) => `'erased-' || ${hash}[1:16]`;

/** Whether a row of a run was erased: its id leads nowhere. */
export function isErasedRow(rowId: string): boolean {
  return new RegExp(`^${ERASED}$`).test(rowId);
}

/**
 * Writes a Parquet file again without its erased rows, or with columns of theirs replaced; how many there were. No file, or
 * one without a `row_id`, has none.
 * @param action "without", or what comes after `select *` for an erased row; `@id` in it is an id that leads nowhere
 */
export async function eraseRows(
  {db, workspace, hash, hashOf}: Erasing,
  key: string,
  action: string
): Promise<number> {
  if (!(await workspace.place.has(key))) return 0;
  const source = parquetFile(await workspace.place.readable(key));
  const columns = await db.rows<{column_name: string}>(`describe select * from ${source}`);
  const has = (column: string) => columns.some(({column_name}) => column_name === column);
  if (!has("row_id")) return 0;
  // Who has no id is known by content; in a run every table must lose the same rows, and only one has the content.
  const byContent = action === "without" && has("row_hash") ? [hashOf("row_hash")] : [];
  const gone = [hash, ...byContent]
    .map((one) => `coalesce(${one} in (select hash from erased), false)`)
    .join(" or ");
  const found = await db.row<{n: number}>(`select count(*)::int as n from ${source} where ${gone}`);
  if (!found?.n) return 0;
  const kept = `select * from ${source} where not (${gone})`;
  // Prefixed, so that it is nobody's row id and two tables of a run still join.
  const blank = `select * ${action.replaceAll("@id", erasedName(hash))} from ${source} where ${gone}`;
  await putParquet(
    db,
    workspace.place,
    key,
    action === "without" ? kept : `${kept} union all by name ${blank}`
  );
  return found.n;
}
