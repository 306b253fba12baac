import {type Database, sqlPath, sqlString} from "../../store/index.js";
import {describeColumns} from "../rowQuery.js";
import {columnNames, type CsvFile, csvOptions} from "./csv.js";
import {exactColumns, typed} from "./exactTypes.js";

interface Column {
  name: string;
  type: string;
}

/**
 * The relation of CSV files. Columns are read as text, and given the types that DuckDB finds in all rows where no text
 * changes by that: reading texts, it need not look for the types again at every use.
 */
export async function csvRelation(db: Database, files: readonly CsvFile[]): Promise<string> {
  const read = byDelimiter(files);
  const exact = await exactTypes(db, read);
  return exact ? typed(read(TEXTS), exact) : read(FOUND);
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
  // Read by place, so each read is of files that have the same header.
  const relation = together(headed, ({delimiter, header}) => {
    const types = header.map((name) => `${sqlString(name)}: ${sqlString(stated[name] ?? "VARCHAR")}`);
    return {delimiter, types: `columns = {${types.join(", ")}}`};
  });
  if (names.every((name) => stated[name] !== undefined)) return {relation, names};
  const exact = await exactTypes(db, byDelimiter(files), (name) => stated[name] === undefined);
  return {relation: typed(relation, exact ?? []), names};
}

const FOUND = "sample_size = -1, union_by_name = true";
const TEXTS = "all_varchar = true, union_by_name = true";

type Read = (types: string) => string;

const byDelimiter =
  (files: readonly CsvFile[]): Read =>
  (types) =>
    together(files, ({delimiter}) => ({delimiter, types}));

/** One read for all files that are read alike. */
function together<F extends CsvFile>(
  files: readonly F[],
  how: (file: F) => {delimiter: string; types: string}
): string {
  const reads = new Map<string, string[]>();
  for (const file of files) {
    const {delimiter, types} = how(file);
    const options = `${csvOptions(delimiter)}, ${types}`;
    reads.set(options, [...(reads.get(options) ?? []), sqlPath(file.file)]);
  }
  const relations = [...reads].map(([options, paths]) => `read_csv([${paths.join(", ")}], ${options})`);
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
  const exact = columns && (await exactColumns(db, columns, read(TEXTS)).catch(() => undefined));
  return exact && columns.filter(({name}) => exact.has(name));
}
