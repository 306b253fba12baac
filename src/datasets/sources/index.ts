import {files, type FilesSource} from "./files.js";
import {huggingFace, type HuggingFaceSource} from "./huggingFace.js";
import {log, type LogSource} from "./log.js";
import {postgres, type PostgresSource} from "./postgres.js";
import {rows, type RowsSource} from "./rows.js";
import {sqlite, type SqliteSource} from "./sqlite.js";
import {UserError} from "../../store/index.js";
import {type SourceContext, type SourceReader, type SourceRelation} from "./types.js";

/** Where rows come from. */
export type Source = FilesSource | HuggingFaceSource | LogSource | PostgresSource | RowsSource | SqliteSource;

const readers: {[K in Source["kind"]]: SourceReader<Extract<Source, {kind: K}>>} = {
  files,
  huggingface: huggingFace,
  log,
  postgres,
  rows,
  sqlite
};

/** Makes a source readable by SQL. Throws a UserError for an unknown kind. */
export function sourceRelation(source: Source, context: SourceContext): Promise<SourceRelation> {
  const read = readers[source.kind] as SourceReader<Source> | undefined;
  if (!read)
    throw new UserError(
      `unknown source kind "${source.kind}". Known are ${Object.keys(readers).join(", ")}.`
    );
  return read(source, context);
}

export {
  at,
  importers,
  inspectValue,
  isObject,
  type JsonObject,
  type LogTool,
  messageText,
  objectsOf,
  openZip,
  textOf,
  type Zip
} from "./importers/index.js";
export {isUrl} from "./download.js";
export {type BrokenLine, type SourceRelation} from "./types.js";
