import {type Database, fileScan, sqlName, sqlString} from "../../store/index.js";
import {columnsWith} from "../columnsWith.js";
import {describeColumns} from "../rowQuery.js";
import {columnNames, type CsvFile, csvOptions} from "./csv.js";
import {exactColumns, typed} from "./exactTypes.js";

interface Column {
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
 * out. `names` are those of the files' headers.
 */
export async function statedCsv(
  db: Database,
  files: readonly CsvFile[],
  stated: Record<string, string>
): Promise<{relation: string; names: string[]}> {
  const headed: (CsvFile & {header: string[]})[] = [];
  for (const file of files) headed.push({...file, header: await columnNames(db, file)});
  const names = [...new Set(headed.flatMap(({header}) => header))];
  const isStated = (name: string) => Object.hasOwn(stated, name);
  const values = names.filter((name) => isStated(name) && !/^(VARCHAR|TEXT|STRING)$/i.test(stated[name]!));
  const empty = files.some(({hasPair}) => hasPair) ? await emptyTexts(db, files, values) : [];
  const asText = await castable(db, files, stated, empty);
  // Read by place, so each read is of files that have the same header.
  const relation = together(headed, ({header}) => {
    const typeOf = (name: string) => (isStated(name) && !asText?.includes(name) ? stated[name]! : "VARCHAR");
    const types = header.map((name) => `${sqlString(name)}: ${sqlString(typeOf(name))}`);
    return {emptyTexts: asText !== undefined, types: `columns = {${types.join(", ")}}`};
  });
  const own = (asText ?? []).map((name) => ({name, type: stated[name]!}));
  const cast = own.length > 0 ? casted(missing(relation, own), own) : relation;
  if (names.every(isStated)) return {relation: cast, names};
  const exact = (await exactTypes(db, byDelimiter(files), (name) => !isStated(name))) ?? [];
  return {relation: typed(missing(cast, exact), exact), names};
}

/** The relation with the empty texts of columns as missing values. */
function missing(texts: string, columns: readonly Column[]): string {
  return replaced(texts, columns, (name) => `nullif(${name}, '')`);
}

const casted = (texts: string, columns: readonly Column[]) =>
  replaced(texts, columns, (name, type) => `${name}::${type}`);

function replaced(
  texts: string,
  columns: readonly Column[],
  sql: (name: string, type: string) => string
): string {
  if (columns.length === 0) return texts;
  const values = columns.map(({name, type}) => `${sql(sqlName(name), type)} as ${sqlName(name)}`);
  return `(select * replace (${values.join(", ")}) from ${texts})`;
}

/** Those of the columns that hold an empty text in quotes. */
async function emptyTexts(
  db: Database,
  files: readonly CsvFile[],
  names: readonly string[]
): Promise<string[]> {
  const found = columnsWith(db, names, byDelimiter(files)(TEXTS), (column) => `${column} = ''`);
  // What cannot be read is told by the read of the rows.
  return found.catch(() => []);
}

/** The columns, when their texts can be cast to their types; undefined when only the reader of CSV knows their form. */
async function castable(
  db: Database,
  files: readonly CsvFile[],
  stated: Record<string, string>,
  names: readonly string[]
): Promise<string[] | undefined> {
  if (names.length === 0) return [];
  const columns = names.map((name) => ({name, type: stated[name]!}));
  const casts = columns.map(({name, type}) => `count(${sqlName(name)}::${type})`);
  const texts = missing(byDelimiter(files)(TEXTS), columns);
  return db.row(`select ${casts.join(", ")} from ${texts}`).then(
    () => [...names],
    () => undefined
  );
}

interface ReadOptions {
  types: string;
  emptyTexts: boolean;
}

const FOUND: ReadOptions = {types: "sample_size = -1, union_by_name = true", emptyTexts: false};
const TEXTS: ReadOptions = {types: "all_varchar = true, union_by_name = true", emptyTexts: true};

type Read = (how: ReadOptions) => string;

const byDelimiter =
  (files: readonly CsvFile[]): Read =>
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

/** Columns that can have the type found in them without a text changing; undefined where the files cannot be read. */
async function exactTypes(
  db: Database,
  read: Read,
  isWanted: (name: string) => boolean = () => true
): Promise<Column[] | undefined> {
  const found = await describeColumns(db, `select * from ${read(FOUND)}`).catch(() => undefined);
  const columns = found?.filter(({name}) => isWanted(name));
  const values = columns?.filter(({type}) => type !== "VARCHAR") ?? [];
  const exact =
    columns && (await exactColumns(db, columns, missing(read(TEXTS), values)).catch(() => undefined));
  return exact && columns.filter(({name}) => exact.has(name));
}
