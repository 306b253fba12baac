import {UserError} from "../../../base/validation/index.js";
import {type Database, fileScan, roomFor} from "../../../base/store/index.js";
import type {SourceContext} from "./types.js";

/** JSON files, and how they are read. */
export interface JsonFiles {
  files: readonly string[];
  /** Bytes of the longest object. */
  longest: number;
  format?: "newline_delimited" | "array";
}

/**
 * Refuses objects whose keys differ in letter case alone. A table has one column for both: DuckDB calls the second one
 * `text_1`, a key that no object has.
 * @param columns names that DuckDB gave: without such a name the files are not read
 */
export async function assertKeys(
  {db, dataset}: Pick<SourceContext, "db" | "dataset">,
  json: JsonFiles,
  columns: readonly string[]
): Promise<void> {
  const folded = new Set(columns.map((name) => name.toLowerCase()));
  const isRenamed = (name: string) =>
    /_\d+$/.test(name) && folded.has(name.replace(/_\d+$/, "").toLowerCase());
  if (!columns.some(isRenamed)) return;
  const keys = await keysOf(db, json);
  const seen = new Map<string, string>();
  for (const key of keys) {
    const former = seen.get(key.toLowerCase());
    if (former !== undefined)
      throw new UserError(
        `dataset ${dataset}: its rows have the keys ${quoted(former)} and ${quoted(key)}, which differ in letter case alone, and a table has one column for both. Rename one of them. No version was made.`
      );
    seen.set(key.toLowerCase(), key);
  }
}

/** All keys that the objects have, in alphabetical order. */
export async function keysOf(
  db: Database,
  {files, longest, format = "newline_delimited"}: JsonFiles
): Promise<string[]> {
  const keys = await db.rows<{key: string}>(
    `select distinct unnest(json_keys(json)) as key from ${fileScan("read_json_objects", files, `format = '${format}'`, roomFor(longest))} order by key`
  );
  return keys.map(({key}) => key);
}

function quoted(key: string): string {
  return JSON.stringify(key.slice(0, 60));
}
