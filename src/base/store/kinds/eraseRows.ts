import {parquetFile, putParquet} from "../parquet.js";
import type {Erasing} from "./kind.js";

/** What `erasedName` gives, as a regular expression. */
export const ERASED = "erased-[0-9a-f]{16}";

/** SQL of the name, of a row or of its group, that leads nowhere. */
export const erasedName = (hash: string) => `'erased-' || ${hash}[1:16]`;

/** Whether a row of a run was erased: its id leads nowhere. */
export function isErasedRow(rowId: string): boolean {
  return new RegExp(`^${ERASED}$`).test(rowId);
}

/** How many rows a Parquet file has; none when there is no such file. */
export async function countRows(
  {db, workspace}: Pick<Erasing, "db" | "workspace">,
  key: string,
  where = "true"
): Promise<number> {
  if (!(await workspace.place.has(key))) return 0;
  const source = parquetFile(await workspace.place.readable(key));
  return (await db.row<{n: number}>(`select count(*)::double as n from ${source} where ${where}`))!.n;
}

/**
 * Whether a row is among those that are erased.
 * @param version of which it is a row, where that is known
 */
export async function isGone(
  {db, hash, seen}: Pick<Erasing, "db" | "hash" | "seen">,
  row: string,
  version?: string
): Promise<boolean> {
  const one = await seen("(select $row::varchar as row_id)", version);
  const query = `select 1 from (${one}) where ${hash} in (select hash from erased)`;
  return (await db.row(query, {row})) !== undefined;
}

/**
 * Writes a Parquet file again without its erased rows, or with columns of theirs replaced; how many there were. No file, or
 * one without a `row_id`, has none.
 * @param action "without", or what comes after `select *` for an erased row; `@id` in it is an id that leads nowhere
 * @param version of which they are rows, where that is known
 */
export async function eraseRows(
  {db, workspace, hash, hashOf, seen}: Erasing,
  key: string,
  action: string,
  version?: string
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
  const found = await db.row<{n: number}>(
    `select count(*)::int as n from (${await seen(source, version)}) where ${gone}`
  );
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
