import {stat} from "node:fs/promises";
import {resolve} from "node:path";
import {sqlString, UserError, writeNdjson} from "../store/index.js";
import type {DatasetDefinition} from "./define.js";

export interface SourceRelation {
  /** SQL that reads the source. */
  relation: string;
  /** What goes into the version's record. */
  describe: Record<string, unknown>;
  /** Files of the source with one JSON object a line, to look for the line that broke a read. */
  jsonLines: string[];
}

/** Makes a source readable by SQL. Rows from code are written to `ndjson` first, so that memory stays flat. */
export async function sourceRelation(
  definition: DatasetDefinition,
  project: string,
  ndjson: string
): Promise<SourceRelation> {
  const {source} = definition;
  if (source.kind === "rows") {
    const rows = await writeNdjson(ndjson, source.rows());
    if (rows === 0)
      throw new UserError(
        `data set ${definition.name}: its source yielded no rows, so there is no version to make.`
      );
    return {
      relation: `read_json(${sqlString(ndjson)}, format = 'newline_delimited', sample_size = -1, maximum_object_size = 268435456)`,
      describe: {kind: "rows", ...source.describe},
      jsonLines: []
    };
  }
  const files = [source.files].flat().map((file) => resolve(project, file));
  await assertReadable(definition.name, files);
  const format = source.format ?? formatOf(definition.name, files[0] ?? "");
  return {
    relation: `${READERS[format]}([${files.map(sqlString).join(", ")}]${OPTIONS[format]})`,
    describe: {kind: "files", format, files: [source.files].flat()},
    jsonLines: format === "jsonl" ? files.filter((file) => !/[*?[]/.test(file)) : []
  };
}

type Format = "parquet" | "csv" | "json" | "jsonl";
const READERS: Record<Format, string> = {
  parquet: "read_parquet",
  csv: "read_csv",
  json: "read_json",
  jsonl: "read_json"
};
const OPTIONS: Record<Format, string> = {
  parquet: ", union_by_name = true",
  csv: ", union_by_name = true, strict_mode = true",
  json: ", format = 'array', union_by_name = true, maximum_object_size = 268435456",
  jsonl:
    ", format = 'newline_delimited', sample_size = -1, union_by_name = true, maximum_object_size = 268435456"
};
const ENDINGS: [RegExp, Format][] = [
  [/\.(parquet|pq)$/i, "parquet"],
  [/\.(csv|tsv)(\.gz|\.zst)?$/i, "csv"],
  [/\.json(\.gz|\.zst)?$/i, "json"],
  [/\.(jsonl|ndjson)(\.gz|\.zst)?$/i, "jsonl"]
];

function formatOf(dataset: string, file: string): Format {
  const found = ENDINGS.find(([ending]) => ending.test(file));
  if (found) return found[1];
  throw new UserError(
    `data set ${dataset}: cannot tell the format of ${file} from its ending. Name it with \`format: "parquet" | "csv" | "json" | "jsonl"\`.`
  );
}

/** DuckDB's own message for a missing file is clear for one file, silent about which of several globs is empty. */
async function assertReadable(dataset: string, files: string[]): Promise<void> {
  const missing: string[] = [];
  for (const file of files) {
    if (/[*?[]/.test(file)) continue;
    if (!(await stat(file).catch(() => undefined))?.isFile()) missing.push(file);
  }
  if (missing.length > 0)
    throw new UserError(
      `data set ${dataset}: no such file: ${missing.join(", ")}. Paths are taken from the project's folder.`
    );
}
