import {randomBytes} from "node:crypto";
import {type Database, sqlName} from "../duckdb.js";
import {number, text} from "../../validation/checked.js";
import {isIdOf} from "../idText.js";
import {checkName} from "../../validation/names.js";
import {parquetFile, putParquet} from "../parquet.js";
import {datasetKey} from "./dataset.js";
import {eraseRows} from "./eraseRows.js";
import type {RecordLocation, HeldOut, Kind, Workspace} from "./kind.js";
import {versionTable} from "./version.js";
import {manifestsOf, putJson, readRecord} from "./records.js";

/**
 * Which rows a split holds out. It stands apart from the split and its version, and no command collects it: when both are
 * gone the rows are still held out of every other version.
 */
export interface HeldOutRecord {
  kind: "held-out";
  schemaVersion: 1;
  dataset: string;
  /** The split's id. */
  id: string;
  /** The split's name. */
  name: string;
  /** Of the split. */
  version: string;
  /** The column that the rows' ids come from; null where they are hashes of the content. */
  idColumn: string | null;
  rows: number;
  /** ISO time at which the first of them were held out here. Records of before lack it. */
  since?: string;
  /** Of the dataset: under which final runs show their rows' ids. In no table of the store. */
  salt: string;
}

interface HeldOutName {
  dataset: string;
  id: string;
}

export const heldOutKind: Kind<HeldOutRecord> = {
  name: "held-out rows",
  at: "held-out/{dataset}/{id}",
  manifest: "manifest.json",
  form: {
    kind: "held-out",
    schemaVersion: 1,
    members: {dataset: text(), id: text(), version: text(), rows: number({least: 0}), salt: text()},
    renew: "assay split"
  },
  shown: false,
  erase: async ({key, names}, erasing) => {
    if (names.dataset !== erasing.dataset) return {};
    await eraseRows(erasing, `${key}/rows.parquet`, "without");
    return {};
  },
  heldOut: idsIn
};

/**
 * By their ids, where both versions take them from one column; otherwise also by their content and their text, since ids
 * that come from elsewhere are others for the same row.
 */
async function idsIn({key, manifestKey}: RecordLocation, workspace: Workspace): Promise<HeldOut | undefined> {
  const record = await readRecord(workspace, heldOutKind, manifestKey);
  if (!record) return undefined;
  const file = await workspace.place.readable(`${key}/rows.parquet`);
  return async (version, manifest) => {
    // A version of before does not say where its ids come from: its definition was the record's, as far as is known.
    const sameIds =
      record.version === version.id ||
      manifest?.idColumn === undefined ||
      (record.idColumn !== null && manifest.idColumn === record.idColumn);
    if (sameIds) return {files: [file]};
    const queries: string[] = [];
    for (const name of ["rows.parquet", "rejected.parquet"] as const) {
      const table = await versionTable(workspace, version, name);
      if (table) queries.push(sameRows(table, parquetFile(file), manifest.text));
    }
    return {files: [file], queries};
  };
}

/** A query for the ids of rows with the content, or the text, of one of the record's. */
export function sameRows(rows: string, held: string, text: string | undefined): string {
  const same = [`row_hash in (select row_hash from ${held})`];
  if (text) same.push(`${textHash(text)} in (select text_hash from ${held} where text_hash is not null)`);
  return `select row_id from ${rows} where ${same.join(" or ")}`;
}

function heldOutKey({dataset, id}: HeldOutName, file?: "manifest.json" | "rows.parquet"): string {
  const folder = `held-out/${checkName("dataset", dataset)}/${checkName("split", id)}`;
  return file === undefined ? folder : `${folder}/${file}`;
}

/** The records of one dataset, or of all. */
export function heldOutRecords(
  workspace: Pick<Workspace, "place">,
  dataset?: string
): Promise<HeldOutRecord[]> {
  return manifestsOf(workspace, heldOutKind, {dataset: dataset!});
}

/** Undefined where the split holds nothing out, or was made before there were records. */
export function heldOutRecord(
  workspace: Pick<Workspace, "place">,
  split: HeldOutName
): Promise<HeldOutRecord | undefined> {
  return readRecord(workspace, heldOutKind, heldOutKey(split, "manifest.json"));
}

/** The record's rows as a relation of row_id, row_hash and text_hash (null where the dataset names no text). */
export async function heldOutRelation(
  {place}: Pick<Workspace, "place">,
  split: HeldOutName
): Promise<string> {
  return parquetFile(await place.readable(heldOutKey(split, "rows.parquet")));
}

/** SQL of a text's hash, as `text_hash` has it. */
export const textHash = (column: string) => `sha256(${sqlName(column)}::varchar)`;

/**
 * Keeps which rows a split holds out; nothing when it holds none.
 * @param rows relation of the version's rows
 * @param parts relation of row_id and part
 */
export async function writeHeldOut(
  db: Database,
  workspace: Workspace,
  split: HeldOutName & {name: string; version: string},
  {rows, parts, text}: {rows: string; parts: string; text?: string}
): Promise<void> {
  const held = `${rows} semi join (select row_id from ${parts} where part = 'held-out') using (row_id)`;
  const query = heldOutQuery(held, text);
  if (!(await db.row(`${query} limit 1`))) return;
  await holdOut(db, workspace, {...split, idColumn: await idColumnOf(db, rows)}, query);
}

/** A query for the columns of a record's rows. */
export function heldOutQuery(rows: string, text: string | undefined): string {
  return `select row_id, row_hash, ${text ? textHash(text) : "null::varchar"} as text_hash from ${rows}`;
}

/**
 * Holds rows out for a split, beside those that are: none is ever let go. The rows are written first: a manifest is never
 * without.
 * @param query for row_id, row_hash and text_hash
 */
export async function holdOut(
  db: Database,
  workspace: Workspace,
  {
    dataset,
    id,
    name,
    version,
    idColumn
  }: Omit<HeldOutRecord, "kind" | "schemaVersion" | "rows" | "since" | "salt">,
  query: string
): Promise<void> {
  const before = await heldOutRecords(workspace, dataset);
  const same = before.find((record) => record.id === id);
  const all = same
    ? `select * from ${await heldOutRelation(workspace, {dataset, id})} union ${query}`
    : query;
  await workspace.place.sweep(heldOutKey({dataset, id}));
  await putParquet(db, workspace.place, heldOutKey({dataset, id}, "rows.parquet"), all);
  const now = await heldOutRelation(workspace, {dataset, id});
  const record: HeldOutRecord = {
    kind: "held-out",
    schemaVersion: 1,
    dataset,
    id,
    name,
    version: same?.version ?? version,
    idColumn: same ? same.idColumn : idColumn,
    rows: (await db.row<{n: number}>(`select count(*)::double as n from ${now}`))!.n,
    since: same ? same.since : new Date().toISOString(),
    salt: before[0]?.salt ?? randomBytes(16).toString("hex")
  };
  await putJson(workspace, heldOutKey({dataset, id}, "manifest.json"), record);
  const splits = (await heldOutRecords(workspace, dataset)).map((one) => one.id).sort();
  await putJson(workspace, datasetKey(dataset, "held-out.json"), {splits});
}

/** The column whose values are the rows' ids; null when none is. */
export async function idColumnOf(db: Database, rows: string): Promise<string | null> {
  const columns = await db.rows<{column_name: string; column_type: string}>(`describe select * from ${rows}`);
  const own = columns.map(({column_name: name, column_type: type}) => ({name, type})).slice(2);
  if (own.length === 0) return null;
  const same = own.map((column, i) => `coalesce(bool_and(${isIdOf(column)}), false) as c${i}`);
  const found = await db.row<Record<string, boolean>>(`select ${same.join(", ")} from ${rows}`);
  return own.find((_, i) => found?.[`c${i}`])?.name ?? null;
}

/** Under which a dataset's final runs show the ids of their rows. */
export async function blindingSalt(workspace: Pick<Workspace, "place">, dataset: string): Promise<string> {
  // A split of before has no record: its final runs are blinded by a name that can be guessed.
  return (await heldOutRecords(workspace, dataset))[0]?.salt ?? dataset;
}
