import {stat} from "node:fs/promises";
import {resolve} from "node:path";
import type {Database as SqliteDatabase} from "node-sqlite3-wasm";
import {exactly, text} from "../../../base/validation/checked.js";
import {UserError} from "../../../base/validation/index.js";
import {type Database, sqlName} from "../../../base/store/index.js";
import {describeColumns} from "../describeColumns.js";
import {assertOnce, queryFailed} from "./queries.js";
import {writtenRows} from "./rows.js";
import {withoutWal} from "./sqliteWal.js";
import type {SourceReader} from "./types.js";

/** Rows of a query to an SQLite file. Needs the package node-sqlite3-wasm in the project. */
export interface SqliteSource {
  kind: "sqlite";
  file: string;
  query: string;
}

export const sqliteSchema = exactly<SqliteSource>(
  'a query such as {kind: "sqlite", file: "rows.db", query: "select …"}',
  {kind: text(), file: text("a path"), query: text("SQL")}
);

export const sqlite: SourceReader<SqliteSource> = async ({file, query}, context) => {
  const path = resolve(context.project, file);
  if (!(await stat(path).catch(() => undefined))?.isFile())
    throw new UserError(
      `dataset ${context.dataset}: no such file: ${path}. Paths are taken from the project's folder.`
    );
  const {default: sqlite3} = await import("node-sqlite3-wasm").catch((cause: unknown) => {
    throw new UserError(
      `dataset ${context.dataset}: reading SQLite needs the package node-sqlite3-wasm. Run \`npm install node-sqlite3-wasm\`.`,
      {cause}
    );
  });
  const database = new sqlite3.Database(await withoutWal(path, file, context), {
    readOnly: true,
    fileMustExist: true
  });
  const prepared = () => {
    try {
      database.exec("begin");
      return database.prepare(query);
    } catch (cause) {
      throw queryFailed(context, file, cause);
    }
  };
  try {
    const statement = prepared();
    try {
      assertOnce(context.dataset, namesOf(database, query));
      const written = await writtenRows(plainRows(statement.iterate()), context);
      const relation = await mixedAsText(context.db, written);
      return {relation, describe: {kind: "sqlite", file, query}};
    } finally {
      statement.finalize();
    }
  } finally {
    database.close();
  }
};

/**
 * The names of a query's columns. A row has them as keys, of two equal ones the last; a view has both, the second as `id:1`.
 */
function namesOf(database: SqliteDatabase, query: string): string[] {
  try {
    database.exec(`create temp view assay_columns as ${query}`);
    const columns = database.all("select name from pragma_table_info('assay_columns')") as {name: string}[];
    const names = columns.map(({name}) => name);
    return names.map((name) => {
      const renamed = /^(.*):\d+$/s.exec(name)?.[1];
      return renamed !== undefined && names.includes(renamed) ? renamed : name;
    });
  } catch {
    // Some queries, such as a pragma, make no view.
    return [];
  }
}

/** A column of SQLite may hold numbers and text together, which DuckDB reads as JSON. */
async function mixedAsText(db: Database, relation: string): Promise<string> {
  const columns = await describeColumns(db, `select * from ${relation}`);
  const mixed = columns.filter(({type}) => type === "JSON").map(({name}) => sqlName(name));
  if (mixed.length === 0) return relation;
  return `(select * replace (${mixed.map((name) => `${name}->>'$' as ${name}`).join(", ")}) from ${relation})`;
}

/** Whole numbers beyond 2^53 stay exact as text, blobs become base64. */
function* plainRows(found: Iterable<object>): Generator<object> {
  for (const row of found)
    yield Object.fromEntries(
      Object.entries(row).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === "bigint"
          ? Number.isSafeInteger(Number(value))
            ? Number(value)
            : String(value)
          : value instanceof Uint8Array
            ? Buffer.from(value).toString("base64")
            : value
      ])
    );
}
