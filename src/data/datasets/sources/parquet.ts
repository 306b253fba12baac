import {messageOf, UserError} from "../../../base/validation/index.js";
import {type Database, parquetFiles} from "../../../base/store/index.js";
import {commonTypes} from "../commonTypes.js";
import {describeColumns} from "../describeColumns.js";
import type {SourceContext} from "./types.js";

/**
 * Relation of Parquet files; columns that some lack are null there. Where a column has another type in one file than in
 * another, its values are kept: DuckDB would read 9007199254740993 as 9007199254740992 beside a file of fractions. Throws
 * UserError that names every file that is no Parquet.
 */
export async function readParquet(
  {db, dataset}: Pick<SourceContext, "db" | "dataset">,
  paths: readonly string[]
): Promise<string> {
  const alike = new Map<string, string[]>();
  const types = new Map<string, string>();
  let differ = false;
  for (const {path, columns} of await columnsOf(db, dataset, paths)) {
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

async function columnsOf(db: Database, dataset: string, paths: readonly string[]) {
  const found: {path: string; columns: {name: string; type: string}[]}[] = [];
  const problems: string[] = [];
  for (const path of paths)
    try {
      found.push({path, columns: await describeColumns(db, `select * from ${parquetFiles([path])}`)});
    } catch (error) {
      const reason = messageOf(error)
        .split("\n")[0]!
        .replace(/^[A-Z][A-Za-z ]* Error: /, "");
      problems.push(reason.includes(path) ? reason : `${path}: ${reason}`);
    }
  if (problems.length > 0)
    throw new UserError(
      `dataset ${dataset}: ${problems.join("; ")}. No version was made. Fetch or write ${problems.length === 1 ? "the file" : "the files"} again, or name the \`format\` it has.`
    );
  return found;
}
