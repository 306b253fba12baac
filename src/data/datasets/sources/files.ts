import {join, resolve} from "node:path";
import {
  anyText,
  byName,
  either,
  exactly,
  passing,
  listOf,
  oneOf,
  text
} from "../../../base/validation/checked.js";
import {UserError} from "../../../base/validation/index.js";
import {type Database, sqlName, sqlString} from "../../../base/store/index.js";
import {commonTypes} from "../commonTypes.js";
import {describeColumns} from "../describeColumns.js";
import {assertReadable, isUrl, withoutSecrets} from "./address.js";
import {download, type Downloaded} from "./download.js";
import {localFiles} from "./localFiles.js";
import {assertWhole} from "./packed.js";
import {readParquet} from "./parquet.js";
import {assertStated} from "./statedColumns.js";
import {readCsv, jsonRelation, type TextFormat, type TextRead} from "./textFiles.js";
import type {SourceContext, SourceReader, SourceRelation} from "./types.js";
import {makeFolder} from "../../../base/system/files.js";

export type FileFormat = "parquet" | "csv" | "json" | "jsonl";

/** Paths, globs and http(s) URLs; CSV, JSON and JSONL may be packed by gzip or zstd. */
export interface FilesSource {
  kind: "files";
  files: string | string[];
  /** Told by the ending of the first file otherwise. */
  format?: FileFormat;
  /** Of CSV; told by each file's ending or first line otherwise. */
  delimiter?: string;
  /**
   * Types of columns by their names, for CSV, JSON and JSONL. Types of columns that are not named are found; with all of
   * them named, the read that finds them is saved.
   */
  columns?: Record<string, string>;
  /**
   * Name of a column to add that holds the file each row comes from, as it is named here or as a pattern found it: a path
   * below the project's folder, or the address without its query.
   */
  filename?: string;
  /** Headers sent to URLs. Take secrets from the environment; they are kept nowhere. */
  headers?: Record<string, string>;
}

export const filePaths = either(
  "a path or a list of paths",
  text(),
  listOf(text("a path"), "a list of paths", 1)
);

/** What reading files takes, wherever they come from. */
export const reading = {
  format: oneOf(["parquet", "csv", "json", "jsonl"]).optional(),
  delimiter: passing((value) => typeof value === "string" && value.length === 1, "one character").optional(),
  columns: byName(text("a type's name"), "types by column", 1).optional()
};

export const filesSchema = exactly<FilesSource>('files such as {kind: "files", files: "rows.csv"}', {
  kind: text(),
  files: filePaths,
  ...reading,
  filename: text("a column's name").optional(),
  headers: byName(anyText(), "headers by name").optional()
});

const ENDINGS: [RegExp, FileFormat][] = [
  [/\.(parquet|pq)$/i, "parquet"],
  [/\.(csv|tsv)(\.gz|\.zst)?$/i, "csv"],
  [/\.json(\.gz|\.zst)?$/i, "json"],
  [/\.(jsonl|ndjson)(\.gz|\.zst)?$/i, "jsonl"]
];

export const files: SourceReader<FilesSource> = async (source, context) => {
  const named = [source.files].flat();
  const {paths, names, downloaded} = await gather(named, source.headers ?? {}, context);
  if (source.filename !== undefined) return withFileNames(source, paths, names, downloaded, context);
  const read = await readFiles(paths, source, context);
  return {
    ...read,
    describe: {
      ...read.describe,
      files: named.map(withoutSecrets),
      downloaded: downloaded.length > 0 ? downloaded : undefined
    }
  };
};

/** Each file is read by itself, so that every row knows its own, whatever was made of the file on the way. */
async function withFileNames(
  source: FilesSource,
  paths: readonly string[],
  names: readonly string[],
  downloaded: readonly object[],
  context: SourceContext
): Promise<SourceRelation> {
  const column = source.filename!;
  const reads = await readAlike(paths, source, context);
  const found = reads.flatMap((read) => read.names ?? []);
  if (reads.every((read) => read.names)) assertStated(context.dataset, source.columns, [...new Set(found)]);
  for (const [i, {relation}] of reads.entries()) {
    const columns = await describeColumns(context.db, `select * from ${relation}`);
    if (columns.some(({name}) => name.toLowerCase() === column.toLowerCase()))
      throw new UserError(
        `dataset ${context.dataset}: \`filename: ${JSON.stringify(column)}\` names a column that ${names[i]} has already. Choose another name.`
      );
  }
  const skipped = reads.flatMap((read) => read.skipped ?? []);
  return {
    relation: `(${reads
      .map(({relation}, i) => `select *, ${sqlString(names[i]!)} as ${sqlName(column)} from ${relation}`)
      .join(" union all by name ")})`,
    describe: {
      ...reads[0]!.describe,
      files: [source.files].flat().map(withoutSecrets),
      filename: column,
      downloaded: downloaded.length > 0 ? downloaded : undefined
    },
    skipped: context.skipBad ? skipped : undefined,
    broken: async () => (await Promise.all(reads.map((read) => read.broken?.() ?? []))).flat()
  };
}

/**
 * The files one by one. A column that has another type in one than in another has the type that it has where all are read
 * together: DuckDB would join the types found, and round numbers that none of its own holds.
 */
async function readAlike(
  paths: readonly string[],
  source: FilesSource,
  context: SourceContext
): Promise<FilesRead[]> {
  const read = async (some: readonly string[], name: string, columns = source.columns) => {
    const scratch = join(context.scratch, name);
    await makeFolder(scratch);
    return readEach(some, {...source, columns}, {...context, scratch});
  };
  const reads: FilesRead[] = [];
  for (const [i, path] of paths.entries()) reads.push(await read([path], `file-${i}`));
  const differing = await differingColumns(context.db, reads);
  if (differing.size === 0) return reads;
  if (reads[0]!.describe["format"] === "parquet") {
    const queries = reads.map(({relation}) => `select * from ${relation}`);
    const alike = await commonTypes(context.db, queries);
    return reads.map((one, i) => ({...one, relation: `(${alike[i]!})`}));
  }
  const all = await describeColumns(context.db, `select * from ${(await read(paths, "files")).relation}`);
  const types = all.flatMap(({name, type}) => (differing.has(name) ? [[name, type] as const] : []));
  const columns = {...Object.fromEntries(types), ...source.columns};
  const again: FilesRead[] = [];
  for (const [i, path] of paths.entries()) again.push(await read([path], `typed-${i}`, columns));
  return again;
}

/** Names of columns that have not the same type in all that have them. */
async function differingColumns(db: Database, reads: readonly FilesRead[]): Promise<Set<string>> {
  const types = new Map<string, string>();
  const differing = new Set<string>();
  for (const {relation} of reads)
    for (const {name, type} of await describeColumns(db, `select * from ${relation}`))
      if (type !== (types.get(name) ?? type)) differing.add(name);
      else types.set(name, type);
  return differing;
}

interface FilesRead extends SourceRelation, Pick<TextRead, "names"> {}

/** Relation of files that are on this machine. Throws UserError for `columns` that none of them has. */
export async function readFiles(
  paths: readonly string[],
  source: TextFormat,
  context: SourceContext
): Promise<SourceRelation> {
  const {names, ...read} = await readEach(paths, source, context);
  assertStated(context.dataset, source.columns, names);
  return read;
}

async function readEach(
  paths: readonly string[],
  source: TextFormat,
  context: SourceContext
): Promise<FilesRead> {
  const format = source.format ?? formatOf(context.dataset, paths[0]!);
  if (format !== "parquet") await assertWhole(context.db, context.dataset, paths);
  const describe = {kind: "files", format};
  if (format === "parquet") return {relation: await readParquet(context, paths), describe};
  const read = format === "csv" ? readCsv : jsonRelation;
  return {...(await read(paths, {...source, format}, context)), describe};
}

/** Names made paths on this machine: globs listed in order, URLs fetched. Every missing one is named at once. */
export async function gather(
  named: readonly string[],
  headers: Record<string, string>,
  context: SourceContext
): Promise<{paths: string[]; names: string[]; downloaded: Omit<Downloaded, "path">[]}> {
  const paths: string[] = [];
  const names: string[] = [];
  const downloaded: Omit<Downloaded, "path">[] = [];
  const missing: string[] = [];
  for (const name of named) assertReadable(context.dataset, name);
  for (const name of named) {
    if (isUrl(name)) {
      const {path, ...record} = await download(name, {...context, headers});
      paths.push(path);
      names.push(withoutSecrets(name));
      downloaded.push(record);
      continue;
    }
    const found = await localFiles(context.db, context.project, name);
    if (found.length === 0) missing.push(resolve(context.project, name));
    paths.push(...found.map(({path}) => path));
    names.push(...found.map((file) => file.name));
  }
  if (missing.length > 0 || paths.length === 0)
    throw new UserError(
      `dataset ${context.dataset}: no such file: ${missing.join(", ") || "none is named"}. Paths are taken from the project's folder.`
    );
  return {paths, names, downloaded};
}

function formatOf(dataset: string, file: string): FileFormat {
  const found = ENDINGS.find(([ending]) => ending.test(file));
  if (found) return found[1];
  throw new UserError(
    `dataset ${dataset}: cannot tell the format of ${file} from its ending. Name it with \`format: "parquet" | "csv" | "json" | "jsonl"\`.`
  );
}
