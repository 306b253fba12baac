import {type AnswersSource, answersSchema} from "../answers/index.js";
import {answers} from "./answers.js";
import {files, filesSchema, type FilesSource} from "./files.js";
import {huggingFace, huggingFaceSchema, type HuggingFaceSource} from "./huggingFace.js";
import {langfuse, type LangfuseSource, langfuseSchema} from "./traces/langfuse.js";
import {langSmith, langSmithSchema, type LangSmithSource} from "./langSmith.js";
import {phoenix, phoenixSchema, type PhoenixSource} from "./traces/phoenix.js";
import {received, receivedSchema, type ReceivedSource} from "./traces/received.js";
import {log, logSchema, type LogSource} from "./log.js";
import {postgres, postgresSchema, type PostgresSource} from "./postgres.js";
import {rows, rowsSchema, type RowsSource} from "./rows.js";
import {sqlite, sqliteSchema, type SqliteSource} from "./sqlite.js";
import {byKind} from "../../../base/validation/checked.js";
import {UserError} from "../../../base/validation/index.js";
import type {SourceContext, SourceReader, SourceRelation} from "./types.js";

/** Where rows come from. */
export type Source =
  | AnswersSource
  | FilesSource
  | HuggingFaceSource
  | LangfuseSource
  | LangSmithSource
  | LogSource
  | PhoenixSource
  | PostgresSource
  | ReceivedSource
  | RowsSource
  | SqliteSource;

const readers: {[K in Source["kind"]]: SourceReader<Extract<Source, {kind: K}>>} = {
  answers,
  files,
  huggingface: huggingFace,
  langfuse,
  langsmith: langSmith,
  log,
  phoenix,
  postgres,
  received,
  rows,
  sqlite
};

/** What each kind of source may say. */
export const sourceSchema = byKind('a source such as {kind: "files", files: "rows.csv"}', {
  answers: answersSchema,
  files: filesSchema,
  huggingface: huggingFaceSchema,
  langfuse: langfuseSchema,
  langsmith: langSmithSchema,
  log: logSchema,
  phoenix: phoenixSchema,
  postgres: postgresSchema,
  received: receivedSchema,
  rows: rowsSchema,
  sqlite: sqliteSchema
} satisfies Record<Source["kind"], unknown>);

/** Makes a source readable by SQL. Throws a UserError for a kind that is none. */
export function sourceRelation(source: Source, context: SourceContext): Promise<SourceRelation> {
  const read = readers[source.kind] as SourceReader<Source> | undefined;
  if (!read)
    throw new UserError(
      `unknown source kind "${source.kind}". Known are ${Object.keys(readers).join(", ")}.`
    );
  return read(source, context);
}

export {
  messageAnswer,
  at,
  importers,
  inspectInvalidation,
  inspectLog,
  inspectOutput,
  inspectParts,
  isObject,
  type JsonObject,
  lmEvalInput,
  lmEvalModel,
  lmEvalOutput,
  lmEvalResults,
  lmEvalRowModel,
  lmEvalTarget,
  lmEvalTask,
  type LogTool,
  messageText,
  objectsOf,
  openZip,
  textOf,
  withAttachments,
  type Zip
} from "./importers/index.js";
export {brokenLineText, brokenText, lineCount} from "./brokenLines.js";
export {assertParses, isUrl, sourceWithoutSecrets, withoutSecrets, withUser} from "./address.js";
export {localFiles, localNames} from "./localFiles.js";
export {keepReceived, otlpRows, TRACE_FACTS} from "./traces/index.js";
export {rowsFingerprint} from "./rows.js";
export {IDLE_MS, idleLimits, stalled} from "./idle.js";
export type {Transfer} from "./transfer.js";
export {type BrokenLine, FORMER_ID, type SourceRelation} from "./types.js";
