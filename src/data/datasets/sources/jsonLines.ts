import {UserError} from "../../../base/validation/index.js";
import {type Database, fileScan, roomFor, sqlName, sqlString} from "../../../base/store/index.js";
import {describeColumns} from "../describeColumns.js";
import {exactColumns, typed, withTexts} from "./exactTypes.js";
import {columnsWith} from "../commonTypes.js";
import {assertKeys, type JsonFiles, keysOf} from "./jsonKeys.js";
import {linesOf} from "./lines.js";
import {mixedColumns, mixedText} from "./mixedTypes.js";
import {asStated, statedColumns} from "./statedTypes.js";
import type {SourceContext} from "./types.js";
import {assertHeld, linesAt, type ShownFiles} from "./unheldValues.js";

/** Whole numbers that a double does not hold exactly, and numbers beyond all doubles. */
const inexact = (text: string) => {
  const double = `try_cast(${text} as double)`;
  return `(regexp_full_match(${text}, '\\s*[+-]?[0-9]{16,}\\s*') and (try_cast(${text} as hugeint) is null or try_cast(${double} as hugeint) is distinct from try_cast(${text} as hugeint))) or isinf(${double})`;
};

type JsonLinesContext = Pick<SourceContext, "db" | "dataset" | "onProgress">;

interface JsonColumn {
  name: string;
  type: string;
}

/**
 * The relation of JSON files whose columns' types are found in all rows. Every use of a relation that is left to find its
 * types reads the files once more, so they are found once and named. What JSON has as a text stays one, also where
 * DuckDB finds a date, a time or a UUID; but a column whose texts are all dates or moments as rows show them (`2026-01-02`,
 * `2026-01-02T03:04:05.000Z`) has that type. Numbers, booleans and texts side by side are texts.
 * @param largeNumbers there are numbers that a double may not hold exactly
 * @param readAs types as which the columns are read that `json.columns` states
 */
export async function jsonLines(
  context: JsonLinesContext,
  json: JsonFiles,
  largeNumbers = false,
  readAs: Record<string, string> = {}
): Promise<string> {
  const {db} = context;
  const found = scan(
    json,
    `sample_size = -1, union_by_name = true${json.format === "array" ? "" : ", records = true"}`
  );
  const described = await describeColumns(db, `select * from ${found}`).catch(() => undefined);
  // A list that holds no objects is one column of JSON.
  if (!described || (described.length === 1 && described[0]!.name === "json")) return found;
  await assertKeys(
    context,
    json,
    described.map(({name}) => name)
  );
  const read = (columns: readonly JsonColumn[]) => scanAs(json, columns);
  const isFree = (name: string) => !Object.hasOwn(readAs, name);
  const free = described.filter(({name}) => isFree(name));
  const exact = largeNumbers ? await withoutInexact(db, free, read) : free;
  const columns = await withoutMixed(context, exact, read);
  const times = await exactTimes(db, columns, read);
  const texts = new Map(columns.map(({name, type}) => [name, withTexts(type)]));
  return typed(
    read(described.map(({name}) => ({name, type: isFree(name) ? texts.get(name)! : readAs[name]!}))),
    times
  );
}

function scan({files, longest, format = "newline_delimited"}: JsonFiles, types: string): string {
  return fileScan("read_json", files, `format = '${format}'`, types, roomFor(longest));
}

function scanAs(json: JsonFiles, columns: readonly JsonColumn[]): string {
  return scan(json, `records = true, ${named(columns)}`);
}

/**
 * The same with the types that `json.columns` states, and the keys that were looked for; types are found where it leaves keys out.
 * `assertHeld` refuses values that are not held exactly, which fail a read.
 * @param shown what people call the files, and whether each of their lines is a row, but for blank ones
 */
export async function statedJsonLines(
  context: JsonLinesContext,
  json: JsonFiles & {columns: Record<string, string>},
  {largeNumbers, ...shown}: ShownFiles & {largeNumbers: boolean}
): Promise<{relation: string; names?: string[]; assertHeld: () => Promise<void>}> {
  const {db, dataset} = context;
  const {files, columns} = json;
  const checked = await statedColumns(context, columns, "json");
  const texts = checked.filter((column) => column.readAs === "VARCHAR");
  const types = (some: typeof checked) => ({
    ...columns,
    ...Object.fromEntries(some.map((column) => [column.name, column.readAs]))
  });
  const readAs = types(texts);
  // What cannot be read here is told by the read of the rows.
  const names = await keysOf(db, json).catch(() => undefined);
  const named = (read: Record<string, string>) => Object.entries(read).map(([name, type]) => ({name, type}));
  const isWhole = names?.every((name) => Object.hasOwn(columns, name)) ?? true;
  const relation = isWhole
    ? scanAs(json, named(readAs))
    : await jsonLines(context, json, largeNumbers, readAs);
  const present = (some: typeof checked) => (isWhole ? some : some.filter(({name}) => names!.includes(name)));
  const placed = files.map((file, i) => ({
    file: shown.named[i]!,
    relation: scanAs({...json, files: [file]}, named(types(checked))),
    linesOf: shown.hasLines ? (rows: readonly number[]) => linesAt(filledLines(db, file), rows) : undefined
  }));
  const held = () => assertHeld(db, dataset, present(checked), placed);
  if (checked.length > texts.length)
    await held().catch((error: unknown) => {
      if (error instanceof UserError) throw error;
    });
  return {relation: asStated(relation, present(texts)), names, assertHeld: held};
}

async function* filledLines(db: Database, file: string): AsyncGenerator<number> {
  let line = 0;
  for await (const content of linesOf(db, file)) {
    line++;
    if (content.trim() !== "") yield line;
  }
}

/** Columns with numbers that no double holds exactly: text, or JSON where they stand within other values. */
async function withoutInexact(
  db: Database,
  columns: readonly JsonColumn[],
  readAs: (columns: readonly JsonColumn[]) => string
): Promise<JsonColumn[]> {
  const wide = columns.filter(({type}) => /DOUBLE|HUGEINT/.test(type));
  const isPlain = ({type}: JsonColumn) => /^(DOUBLE|U?HUGEINT)$/.test(type);
  const plain = wide.filter(isPlain).map(({name}) => name);
  const kept = new Map<string, string>();
  const texts = (names: readonly string[]) => readAs(names.map((name) => ({name, type: "VARCHAR"})));
  for (const name of await inexactNumbers(db, plain, texts(plain))) kept.set(name, "VARCHAR");
  // Parquet has no integer of 128 bits.
  for (const {name, type} of columns) if (/^U?HUGEINT$/.test(type)) kept.set(name, "VARCHAR");
  for (const {name} of wide.filter((column) => !isPlain(column))) {
    const found = await db.row<{large: boolean | null}>(
      `select bool_or(regexp_matches(${sqlName(name)}::varchar, '[0-9]{16,}')) as large from ${readAs([{name, type: "JSON"}])}`
    );
    if (found?.large) kept.set(name, "JSON");
  }
  return columns.map(({name, type}) => ({name, type: kept.get(name) ?? type}));
}

/** Columns of numbers, booleans and texts side by side, which DuckDB reads as JSON, are text. */
async function withoutMixed(
  {db, onProgress}: JsonLinesContext,
  columns: readonly JsonColumn[],
  readAs: (columns: readonly JsonColumn[]) => string
): Promise<JsonColumn[]> {
  const json = columns.filter(({type}) => type === "JSON");
  const names = json.map(({name}) => name);
  const mixed = await mixedColumns(db, names, readAs(json));
  for (const one of mixed) onProgress?.(mixedText(one));
  const texts = new Set(mixed.filter(({isScalar}) => isScalar).map(({name}) => name));
  return columns.map(({name, type}) => ({name, type: texts.has(name) ? "VARCHAR" : type}));
}

/** Columns of dates and moments that can have their type. A few values tell most of those that cannot. */
async function exactTimes(
  db: Database,
  columns: readonly JsonColumn[],
  readAs: (columns: readonly JsonColumn[]) => string
): Promise<JsonColumn[]> {
  let times = columns.filter(({type}) => type === "DATE" || type === "TIMESTAMP");
  for (const first of [1000, undefined])
    times = await exactColumns(db, times, readAs(times.map(({name}) => ({name, type: "VARCHAR"}))), first);
  return times;
}

function named(columns: readonly JsonColumn[]): string {
  return `columns = {${columns.map(({name, type}) => `${sqlString(name)}: ${sqlString(type)}`).join(", ")}}`;
}

/** Columns of the relation whose numbers, read as doubles, would not be those of the file. */
function inexactNumbers(db: Database, names: readonly string[], asTexts: string): Promise<string[]> {
  return columnsWith(db, names, asTexts, inexact);
}
