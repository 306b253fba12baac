import {join} from "node:path";
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBResult,
  type DuckDBValue
} from "@duckdb/node-api";
import {converted} from "./convertedValue.js";
import {ownMember} from "../validation/memberOf.js";
import {temporaryPath} from "../system/files.js";
import {memberName, protoRenamer} from "./protoMembers.js";
import {valueReader} from "./valueReader.js";

export type SqlValue =
  string | number | boolean | bigint | null | Date | undefined | SqlValue[] | {[key: string]: SqlValue};
export type SqlRow = Record<string, SqlValue>;
export type SqlParameters = Record<string, string | number | boolean | bigint | null>;

/**
 * How values of the type JSON are read, also within structures and lists. With "values", as rows are handed to people's functions,
 * structures also lack the members that are null.
 */
export type JsonCells = "texts" | "values";

/** One in-memory DuckDB. Its statements go through one connection, so temporary tables are seen by all, and run one after another. */
export interface Database {
  /**
   * All rows at once: for small results. Counts arrive as numbers, timestamps as ISO strings (infinity as that word), dates and
   * times of day as text, JSON as its text unless its values are asked for. A whole number or decimal that no double holds exactly
   * is its text.
   */
  rows<T extends object = SqlRow>(sql: string, parameters?: SqlParameters, json?: JsonCells): Promise<T[]>;
  /** The first row, or undefined. */
  row<T extends object = SqlRow>(sql: string, parameters?: SqlParameters): Promise<T | undefined>;
  /** Rows as they come, in batches of about 2,048: memory stays flat. */
  batches<T extends object = SqlRow>(
    sql: string,
    parameters?: SqlParameters,
    json?: JsonCells
  ): AsyncIterable<T[]>;
  /**
   * A result by its columns, a chunk of about 2,048 rows at a time: for a million numbers, of which no row needs an object. Values
   * come as DuckDB gives them, so that counts are to be cast to int in the query.
   */
  columns(sql: string, parameters?: SqlParameters): AsyncIterable<unknown[][]>;
  run(sql: string, parameters?: SqlParameters): Promise<void>;
  /** How many statements a text holds, none of which is run. Throws what DuckDB says of a text that cannot be parsed. */
  countStatements(text: string): Promise<number>;
  /**
   * The same DuckDB through a connection of its own, whose statements run beside those of this one and see none of its
   * temporary tables. Closing it closes the connection alone.
   */
  connect(): Promise<Database>;
  /** Gives memory that statements have freed back to the system at once; left alone, it is kept for another second. */
  trim(): Promise<void>;
  /**
   * From now on statements read and write files below these folders only, nothing is attached or installed, and no setting
   * can be changed. There is no way back.
   */
  confine(folders: readonly string[]): Promise<void>;
  close(): void;
}

export interface DatabaseOptions {
  /** Where DuckDB spills what does not fit in memory. */
  tmpDir?: string;
  /** For example "512MB". */
  memoryLimit?: string;
  threads?: number;
}

function settingsOf({tmpDir, memoryLimit, threads}: DatabaseOptions): Record<string, string> {
  // Named for the process, so that what a kill leaves there is swept.
  const spill = tmpDir && temporaryPath(join(tmpDir, "spill"));
  const settings = {temp_directory: spill, memory_limit: memoryLimit, threads: threads && String(threads)};
  return Object.fromEntries(
    Object.entries(settings).filter((setting): setting is [string, string] => Boolean(setting[1]))
  );
}

const SLICE = 256;

/** Opens an in-memory DuckDB that never asks the network: a missing extension fails at once. */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    ...settingsOf(options)
  });
  const connection = await instance.connect();
  // Globally: a connection that is opened later has the machine's zone otherwise.
  await connection.run("set global TimeZone = 'UTC'");
  return databaseOn(connection, {instance, limit: options.memoryLimit, confined: false}, () =>
    instance.closeSync()
  );
}

/** What connections of one DuckDB share. */
interface SharedInstance {
  instance: DuckDBInstance;
  /** Asked for once: DuckDB prints it rounded down, and setting what it prints would lower it each time. */
  limit: string | undefined;
  confined: boolean;
}

function databaseOn(connection: DuckDBConnection, shared: SharedInstance, onClosed?: () => void): Database {
  const {instance} = shared;
  // A streaming result is invalidated by the next statement on its connection, so each stream gets its own.
  async function* batches<T extends object>(
    sql: string,
    parameters?: SqlParameters,
    json: JsonCells = "texts"
  ): AsyncIterable<T[]> {
    const own = await instance.connect();
    try {
      const result = await own.stream(sql, parameters as Record<string, DuckDBValue> | undefined);
      const read = rowReader(result, json);
      for await (const chunk of result)
        for (let from = 0; from < chunk.rowCount; from += SLICE)
          yield read(chunk, from, Math.min(chunk.rowCount, from + SLICE)) as T[];
    } finally {
      own.disconnectSync();
    }
  }
  async function rows<T extends object>(
    sql: string,
    parameters?: SqlParameters,
    json: JsonCells = "texts"
  ): Promise<T[]> {
    const result = await connection.run(sql, parameters as Record<string, DuckDBValue> | undefined);
    const read = rowReader(result, json);
    return (await result.fetchAllChunks()).flatMap((chunk) => read(chunk, 0, chunk.rowCount)) as T[];
  }
  async function row<T extends object>(sql: string, parameters?: SqlParameters): Promise<T | undefined> {
    return (await rows<T>(sql, parameters))[0];
  }
  async function* columns(sql: string, parameters?: SqlParameters): AsyncIterable<unknown[][]> {
    const result = await connection.run(sql, parameters as Record<string, DuckDBValue> | undefined);
    for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk())
      yield chunk.getColumns();
  }
  return {
    rows,
    batches,
    row,
    columns,
    countStatements: async (text) => (await connection.extractStatements(text)).count,
    run: async (sql, parameters) => {
      await connection.run(sql, parameters as Record<string, DuckDBValue> | undefined);
    },
    connect: async () => databaseOn(await instance.connect(), shared),
    // DuckDB empties its allocator when its limit is set, be it to what it was, and at no other request.
    trim: async () => {
      if (shared.confined) return;
      shared.limit ??= (await row<{limit: string}>(
        "select current_setting('memory_limit') as \"limit\""
      ))!.limit;
      await connection.run(`set memory_limit = ${sqlString(shared.limit)}`);
    },
    confine: async (folders) => {
      // A file is written by its path, and looked for by its pattern before it is read.
      const paths = folders.map((folder) => `${folder.replace(/\/+$/, "")}/`);
      const list = paths.flatMap((path) => [sqlString(path), sqlPath(path)]).join(", ");
      await connection.run(`set allowed_directories = [${list}]`);
      await connection.run("set enable_external_access = false");
      await connection.run("set lock_configuration = true");
      shared.confined = true;
    },
    close: () => {
      connection.closeSync();
      onClosed?.();
    }
  };
}

/** What makes plain rows of a part of a result's chunk. A column may be called `__proto__`, which is no member that can be assigned. */
function rowReader(
  result: DuckDBResult,
  json: JsonCells
): (chunk: DuckDBDataChunk, from: number, to: number) => SqlRow[] {
  const names = result.deduplicatedColumnNames();
  const types = result.columnTypes();
  const readers = json === "texts" ? [] : types.map(valueReader);
  const rename = protoRenamer(types);
  return (chunk, from, to) => {
    if (from === 0) rename?.(chunk);
    const vectors = names.map((_, i) => chunk.getColumnVector(i));
    const rows: SqlRow[] = [];
    for (let r = from; r < to; r++) {
      // A prototype keeps millions of rows fast; `ownMember` takes every name.
      // eslint-disable-next-line assay/names-from-data
      const plain: SqlRow = {};
      for (let i = 0; i < names.length; i++) {
        const vector = vectors[i]!;
        const value = plainValue(converted(vector.getItem(r) as DuckDBValue, vector.type, converted));
        const reader = readers[i];
        const read = reader ? (reader(value) as SqlValue) : value;
        const name = names[i]!;
        ownMember(plain, name, read);
      }
      rows.push(plain);
    }
    return rows;
  };
}

function plainValue(value: unknown): SqlValue {
  if (typeof value === "bigint")
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [String(k), plainValue(v)]));
  if (value !== null && typeof value === "object") {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [memberName(k), plainValue(v)]));
  }
  return value as SqlValue;
}

/** A SQL string literal. */
export function sqlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A literal of a path that is read as it is: DuckDB takes `*`, `?` and `[` in a path for a pattern. */
export function sqlPath(path: string): string {
  return sqlString(path.replace(/[*?[]/g, (mark) => `[${mark}]`));
}

/** A quoted SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
