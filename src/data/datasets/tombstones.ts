import {rename} from "node:fs/promises";
import {temporaryPath} from "../../base/system/index.js";
import {
  type Database,
  idText,
  parquetFile,
  readTombstones,
  sqlString,
  type Tombstone,
  type Tombstones,
  type Workspace,
  writeParquet
} from "../../base/store/index.js";
import {jsonOf} from "./purgeCondition.js";
import {rowForm} from "./rowForm.js";
import {describeColumns} from "./describeColumns.js";

/** What is left of the rows of a dataset that were erased, oldest first; none when nothing was. */
export async function tombstones(workspace: Workspace, dataset: string): Promise<Tombstone[]> {
  return (await readTombstones(workspace, dataset)).rows;
}

/** SQL of a row's hash, from the column `row_id` or another. */
export function tombstoneHash({salt}: Pick<Tombstones, "salt">, column = "row_id"): string {
  return `sha256(${sqlString(salt)} || ${column})`;
}

/** Puts the hashes into the table `erased`, for the queries that leave rows out. False when there are none. */
export async function loadTombstones(db: Database, tombstones: Tombstones): Promise<boolean> {
  const hashes = tombstones.rows.flatMap(({hash, content = []}) => [hash, ...content]);
  await loadHashes(db, "erased", hashes);
  return hashes.length > 0;
}

export async function loadHashes(db: Database, table: string, hashes: readonly string[]): Promise<void> {
  await db.run(`create or replace temp table ${table} (hash varchar)`);
  for (let at = 0; at < hashes.length; at += 1000)
    await db.run(
      `insert into ${table} values ${hashes
        .slice(at, at + 1000)
        .map((hash) => `(${sqlString(hash)})`)
        .join(", ")}`
    );
}

/**
 * SQL that is true where a column is the id of a row that was erased. Undefined where none was. Its table stays with the
 * database.
 */
export async function idErased(
  db: Database,
  tombstones: Tombstones,
  column: string
): Promise<string | undefined> {
  if (tombstones.rows.length === 0) return undefined;
  await loadHashes(
    db,
    "erased_ids",
    tombstones.rows.map(({hash}) => hash)
  );
  return `coalesce(${tombstoneHash(tombstones, `${column}::varchar`)} in (select hash from erased_ids), false)`;
}

/** Rows that are held against tombstones: a relation with `row_id` and `row_hash`, and the text column where there is one. */
export interface Suspected {
  rows: string;
  text?: string;
}

/**
 * SQL that is true for those rows that were erased: by their id, by their content, whatever the types of its columns and
 * what other columns there are by now, or by their text. Undefined where none can be. Its tables stay with the database.
 */
export async function erasedAmong(
  db: Database,
  tombstones: Tombstones,
  {rows, text}: Suspected
): Promise<string | undefined> {
  if (!(await loadTombstones(db, tombstones))) return undefined;
  await loadHashes(
    db,
    "erased_texts",
    tombstones.rows.flatMap(({texts = []}) => texts)
  );
  const columns = await describeColumns(db, `select * exclude (row_id, row_hash) from ${rows}`);
  await loadHashes(db, "erased_contents", await formerContents(db, tombstones, rows, columns));
  const column = columns.find(({name}) => name === text);
  const among = (hash: string, table: string) => `coalesce(${hash} in (select hash from ${table}), false)`;
  return [
    ...["row_id", "row_hash"].map((one) => among(tombstoneHash(tombstones, one), "erased")),
    among("row_hash", "erased_contents"),
    ...(column ? [among(tombstoneHash(tombstones, `('text:' || ${idText(column)})`), "erased_texts")] : [])
  ].join(" or ");
}

/** The hashes of contents that are an erased row's but for the types, and for columns that it did not have. */
async function formerContents(
  db: Database,
  {salt, columns: lists = [], sources = [], rows: erased}: Tombstones,
  rows: string,
  columns: readonly {name: string}[]
): Promise<string[]> {
  const forms = new Set([...sources, ...erased.flatMap((one) => one.forms ?? [])]);
  const names = columns.map(({name}) => name).filter((name) => lists.some((list) => list.includes(name)));
  if (forms.size === 0 || names.length === 0) return [];
  const found = new Set<string>();
  for await (const batch of db.batches<{row_hash: string; held: string}>(
    `select row_hash, ${jsonOf(names)} as held from ${rows}`
  ))
    for (const {row_hash: content, held} of batch) {
      const row = JSON.parse(held) as Record<string, unknown>;
      const isFormer = lists.some((list) => forms.has(rowForm(salt, list, row) ?? ""));
      if (isFormer) found.add(content);
    }
  return [...found];
}

/**
 * Takes erased rows out of what a pull has read, so that a source that still has them does not bring them back.
 * @returns how many these were
 */
export async function leaveOutErased(
  db: Database,
  workspace: Workspace,
  dataset: string,
  {file, text}: {file: string; text?: string}
): Promise<number> {
  const rows = parquetFile(file);
  const erased = await erasedAmong(db, await readTombstones(workspace, dataset), {rows, text});
  if (erased === undefined) return 0;
  const found = await db.row<{n: number}>(`select count(*)::double as n from ${rows} where ${erased}`);
  if (found!.n === 0) return 0;
  const kept = temporaryPath(file);
  await writeParquet(db, kept, `select * from ${rows} where not (${erased})`);
  await rename(kept, file);
  return found!.n;
}
