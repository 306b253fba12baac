import {type Database, fileScan, sqlName, sqlString} from "../../../base/store/index.js";
import {describeColumns} from "../describeColumns.js";
import {columnNames, type CsvFile, csvOptions} from "./csv.js";
import {csvRecords} from "./csvRecords.js";
import {exactColumns, typed} from "./exactTypes.js";
import {bytesOf} from "./lines.js";
import {asStated, statedColumns} from "./statedTypes.js";
import type {SourceContext} from "./types.js";
import {assertHeld, linesAt, type ShownFiles} from "./unheldValues.js";

interface CsvColumn {
  name: string;
  type: string;
}

/**
 * The relation of CSV files. Columns are read as text, and given the types that DuckDB finds in all rows where no text
 * changes by that: reading texts, it need not look for the types again at every use. An empty text in quotes is a missing
 * value of all types but text.
 */
export async function csvRelation(db: Database, files: readonly CsvFile[]): Promise<string> {
  const read = byDelimiter(files);
  const exact = await exactTypes(db, read);
  return exact ? typed(missing(read(TEXTS), exact), exact) : read(FOUND);
}

/**
 * The same with the types of the columns that `stated` names, whatever their order; types are found where it leaves columns
 * out. `names` are those of the files' headers; `assertHeld` refuses values that are not held exactly, which fail a read.
 * @param shown what people call the files, and whether their lines are those of `files`
 */
export async function statedCsv(
  {db, dataset}: Pick<SourceContext, "db" | "dataset">,
  files: readonly CsvFile[],
  stated: Record<string, string>,
  shown: ShownFiles
): Promise<{relation: string; names: string[]; assertHeld: () => Promise<void>}> {
  const headed: (CsvFile & {header: string[]})[] = [];
  for (const file of files) headed.push({...file, header: await columnNames(db, file)});
  const names = [...new Set(headed.flatMap(({header}) => header))];
  const columns = (await statedColumns({db, dataset}, stated, "csv")).filter(({name}) =>
    names.includes(name)
  );
  // Read by place, so each read is of files that have the same header.
  const texts = (some: typeof headed) =>
    together(some, ({header}) => ({
      emptyTexts: true,
      types: `columns = {${header.map((name) => `${sqlString(name)}: 'VARCHAR'`).join(", ")}}`
    }));
  const own = (header: readonly string[]) => columns.filter(({name}) => header.includes(name));
  const relation = asStated(missing(texts(headed), columns), columns);
  const placed = headed.map((file, i) => ({
    file: shown.named[i]!,
    relation: missing(texts([file]), own(file.header)),
    linesOf: shown.hasLines ? (rows: readonly number[]) => linesAt(recordLines(file), rows) : undefined
  }));
  const held = () => assertHeld(db, dataset, columns, placed);
  const isStated = (name: string) => Object.hasOwn(stated, name);
  if (names.every(isStated)) return {relation, names, assertHeld: held};
  const exact = (await exactTypes(db, byDelimiter(files), (name) => !isStated(name))) ?? [];
  return {relation: typed(missing(relation, exact), exact), names, assertHeld: held};
}

/** The lines in which the rows of a file begin; in a .zst file the records are counted. */
async function* recordLines({file, delimiter, header}: CsvFile & {header: string[]}): AsyncGenerator<number> {
  if (/\.zst$/i.test(file)) for (let line = 2; ; line++) yield line;
  for await (const {line, content} of csvRecords(bytesOf(file), delimiter))
    if (line > 1 && (content.length > 0 || header.length === 1)) yield line;
}

/** The relation with the empty texts of columns as missing values. */
function missing(texts: string, columns: readonly {name: string}[]): string {
  if (columns.length === 0) return texts;
  const names = [...new Set(columns.map(({name}) => sqlName(name)))];
  const values = names.map((name) => `nullif(${name}, '') as ${name}`);
  return `(select * replace (${values.join(", ")}) from ${texts})`;
}

interface ReadOptions {
  types: string;
  emptyTexts: boolean;
}

const FOUND: ReadOptions = {types: "sample_size = -1, union_by_name = true", emptyTexts: false};
const TEXTS: ReadOptions = {types: "all_varchar = true, union_by_name = true", emptyTexts: true};

type CsvReader = (how: ReadOptions) => string;

const byDelimiter =
  (files: readonly CsvFile[]): CsvReader =>
  (how) =>
    together(files, () => how);

/** One read for all files that are read alike. */
function together<F extends CsvFile>(files: readonly F[], how: (file: F) => ReadOptions): string {
  const longest = Math.max(...files.map((file) => file.longest ?? 0));
  const reads = new Map<string, string[]>();
  for (const file of files) {
    const {types, emptyTexts: areEmpty} = how(file);
    const options = `${csvOptions({...file, longest}, areEmpty)}, ${types}`;
    reads.set(options, [...(reads.get(options) ?? []), file.file]);
  }
  const relations = [...reads].map(([options, paths]) => fileScan("read_csv", paths, options));
  return relations.length === 1
    ? relations[0]!
    : `(${relations.map((relation) => `select * from ${relation}`).join(" union all by name ")})`;
}

const COUNTED = ["BIGINT", "DOUBLE", "BOOLEAN"];
const TIMES = ["DATE", "TIMESTAMP WITH TIME ZONE"];

/**
 * Columns that can have a type without a text changing; undefined where the files cannot be read. DuckDB finds numbers and
 * booleans. It reads all dates of a file in one form, and takes "inf" before a number for a date, so that all texts of the
 * other columns are looked at. A few values tell most of those that stay text.
 */
async function exactTypes(
  db: Database,
  read: CsvReader,
  isWanted: (name: string) => boolean = () => true
): Promise<CsvColumn[] | undefined> {
  const exact = (columns: readonly CsvColumn[], first?: number) =>
    exactColumns(db, columns, missing(read(TEXTS), columns), first);
  try {
    const found = await describeColumns(db, `select * from ${read(FOUND)}`);
    const columns = found.filter(({name}) => isWanted(name));
    const counted = columns.filter(({type}) => COUNTED.includes(type));
    const others = columns.filter(({type}) => !COUNTED.includes(type));
    const possible = others.flatMap(({name, type: given}) =>
      [...TIMES, ...(given === "VARCHAR" ? ["DOUBLE"] : [])].map((type) => ({name, type}))
    );
    const all = await exact([...counted, ...(await exact(possible, 1000))]);
    // Infinity alone is a date and a moment.
    return all.filter(({name}, i) => all.findIndex((column) => column.name === name) === i);
  } catch {
    return undefined;
  }
}
