import {sqlPath} from "./duckdb.js";

/**
 * SQL of a reader of DuckDB over one file or several, with its options as `name = value`. A folder called `name=value` above a file
 * is a folder: DuckDB would put a column of that name in place of the file's own.
 */
export function fileScan(
  reader: "read_csv" | "read_json" | "read_json_objects" | "read_parquet",
  files: string | readonly string[],
  ...options: string[]
): string {
  const paths = typeof files === "string" ? sqlPath(files) : `[${files.map(sqlPath).join(", ")}]`;
  return `${reader}(${[paths, "hive_partitioning = false", ...options].join(", ")})`;
}
