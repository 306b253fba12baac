import {type Database, parquetFiles} from "../../store/index.js";
import {commonTypes} from "../commonTypes.js";
import {describeColumns} from "../rowQuery.js";

/**
 * Relation of Parquet files; columns that some lack are null there. Where a column has another type in one file than in
 * another, its values are kept: DuckDB would read 9007199254740993 as 9007199254740992 beside a file of fractions.
 */
export async function readParquet(db: Database, paths: readonly string[]): Promise<string> {
  const alike = new Map<string, string[]>();
  const types = new Map<string, string>();
  let differ = false;
  for (const path of paths) {
    const columns = await describeColumns(db, `select * from ${parquetFiles([path])}`);
    for (const {name, type} of columns) {
      const key = name.toLowerCase();
      differ ||= (types.get(key) ?? type) !== type;
      types.set(key, type);
    }
    const form = JSON.stringify(columns);
    alike.set(form, [...(alike.get(form) ?? []), path]);
  }
  if (!differ) return parquetFiles(paths);
  const queries = [...alike.values()].map((files) => `select * from ${parquetFiles(files)}`);
  const sides = await commonTypes(db, queries);
  return `(${sides.map((side) => `(${side})`).join(" union all by name ")})`;
}
