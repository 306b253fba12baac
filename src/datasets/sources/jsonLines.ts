import {type Database, roomFor, sqlName, sqlPath, sqlString} from "../../store/index.js";
import {inexactColumns} from "./csv.js";
import {describeColumns} from "../rowQuery.js";

/**
 * The relation of JSONL files whose columns' types are found in all rows, as DuckDB finds them. Every use of a relation that
 * is left to find its types reads the files once more, so they are found once and named. Where the named types might be
 * read differently (dates inside other values, or not written as ISO 8601 has them), or the files cannot be read, it is
 * the relation that finds them itself.
 * @param longest bytes of the longest object
 */
export async function jsonLines(
  db: Database,
  files: readonly string[],
  longest: number,
  largeNumbers = false,
  format: "newline_delimited" | "array" = "newline_delimited"
): Promise<string> {
  const read = (types: string) =>
    `read_json([${files.map(sqlPath).join(", ")}], format = '${format}', records = true, ${types}, ${roomFor(longest)})`;
  const found = read("sample_size = -1, union_by_name = true");
  const described = await describeColumns(db, `select * from ${found}`).catch(() => undefined);
  const columns = largeNumbers && described ? await exactColumns(db, described, read) : described;
  const exact = columns?.some(({type}, i) => type !== described![i]!.type);
  if (!columns || (!exact && columns.some(({type}) => TEMPORAL.test(type) && !(type in READ_BY))))
    return found;
  const timed = columns.filter(({type}) => type in READ_BY);
  for (const {name} of timed)
    if (!exact && !(await isIso(db, read(named([{name, type: "VARCHAR"}])), name))) return found;
  const texts = read(
    named(columns.map(({name, type}) => ({name, type: type in READ_BY ? "VARCHAR" : type})))
  );
  if (timed.length === 0) return texts;
  const casts = timed.map(({name, type}) => `${READ_BY[type]!(sqlName(name))} as ${sqlName(name)}`);
  return `(select * replace (${casts.join(", ")}) from ${texts})`;
}

/** Columns with numbers that no double holds exactly: text, or JSON where they stand within other values. */
async function exactColumns(
  db: Database,
  columns: readonly {name: string; type: string}[],
  read: (types: string) => string
): Promise<{name: string; type: string}[]> {
  const wide = columns.filter(({type}) => /DOUBLE|HUGEINT/.test(type));
  const isPlain = ({type}: {type: string}) => /^(DOUBLE|U?HUGEINT)$/.test(type);
  const plain = wide.filter(isPlain).map(({name}) => name);
  const kept = new Map<string, string>();
  const texts = (names: readonly string[]) => read(named(names.map((name) => ({name, type: "VARCHAR"}))));
  for (const name of await inexactColumns(db, plain, texts(plain))) kept.set(name, "VARCHAR");
  // Parquet has no integer of 128 bits.
  for (const {name, type} of columns) if (/^U?HUGEINT$/.test(type)) kept.set(name, "VARCHAR");
  for (const {name} of wide.filter((column) => !isPlain(column))) {
    const found = await db.row<{large: boolean | null}>(
      `select bool_or(regexp_matches(${sqlName(name)}::varchar, '[0-9]{16,}')) as large from ${read(named([{name, type: "JSON"}]))}`
    );
    if (found?.large) kept.set(name, "JSON");
  }
  return columns.map(({name, type}) => ({name, type: kept.get(name) ?? type}));
}

const TEMPORAL = /\b(DATE|TIME|TIMESTAMP)\b/;

/** Reading named TIMESTAMP columns, DuckDB drops an offset that it minds when it finds the type itself. */
const READ_BY: Record<string, (column: string) => string> = {
  DATE: (column) => `${column}::date`,
  TIMESTAMP: (column) => `timezone('UTC', ${column}::timestamptz)`
};

/** DuckDB takes one format for all of a column, so that a few values tell it. */
async function isIso(db: Database, texts: string, name: string): Promise<boolean> {
  const column = sqlName(name);
  const told = await db.row<{iso: boolean | null}>(
    `select bool_and(regexp_matches(${column}, '^\\d{4}-\\d{1,2}-\\d{1,2}')) as iso from (select ${column} from ${texts} where ${column} is not null limit 100)`
  );
  return told?.iso === true;
}

function named(columns: readonly {name: string; type: string}[]): string {
  return `columns = {${columns.map(({name, type}) => `${sqlString(name)}: ${sqlString(type)}`).join(", ")}}`;
}
