import {exactly, text} from "../../../base/validation/checked.js";
import {type Database, parquetFile} from "../../../base/store/index.js";
import {withoutSecrets} from "./address.js";
import {filePaths, gather} from "./files.js";
import {at, isObject, type JsonObject, readObjects, textOf, wrongShape} from "./importers/json.js";
import {assertWhole} from "./packed.js";
import type {SourceReader} from "./types.js";
import {answeredIn, askedIn} from "./traces/chat.js";
import {traceRelation} from "./traces/traceRelation.js";
import {elapsedMs, finiteOf, moment, scoresJson, type TraceRow} from "./traces/traceRow.js";

/** Runs that LangSmith exported: JSONL, or the Parquet files of its bulk export. */
export interface LangSmithSource {
  kind: "langsmith";
  files: string | string[];
}

export const langSmithSchema = exactly<LangSmithSource>(
  'an export such as {kind: "langsmith", files: "runs/*.parquet"}',
  {kind: text(), files: filePaths}
);

/** Members are those of https://docs.langchain.com/langsmith/run-data-format; Parquet has structures as JSON texts. */
export const langSmith: SourceReader<LangSmithSource> = async ({files}, context) => {
  const named = [files].flat();
  const {paths, names} = await gather(named, {}, context);
  const isParquet = (path: string) => /\.(parquet|pq)$/i.test(path);
  await assertWhole(
    context.db,
    context.dataset,
    paths.filter((path) => !isParquet(path))
  );
  async function* rows(): AsyncGenerator<TraceRow> {
    for (const [i, path] of paths.entries()) {
      const runs = isParquet(path) ? parquetRuns(context.db, path) : readObjects(path, context.db);
      for await (const run of runs) {
        if (run.run_type === undefined || run.id === undefined)
          throw wrongShape(names[i]!, "an export of LangSmith's runs, which have an `id` and a `run_type`");
        const row = rowOf(run);
        if (row) yield row;
      }
    }
  }
  return {
    ...(await traceRelation(rows(), context)),
    describe: {kind: "langsmith", files: named.map(withoutSecrets)}
  };
};

async function* parquetRuns(db: Database, path: string): AsyncGenerator<JsonObject> {
  const query = `select to_json(r)::varchar as run from ${parquetFile(path)} r`;
  for await (const batch of db.batches<{run: string}>(query))
    for (const {run} of batch) yield JSON.parse(run) as JsonObject;
}

function rowOf(run: JsonObject): TraceRow | undefined {
  const trace = textOf(run.trace_id ?? undefined);
  const isFirst = !run.parent_run_id;
  const trace_name = isFirst ? textOf(run.name ?? undefined) : undefined;
  const extra = structure(run.extra);
  const conversation = textOf(
    ["session_id", "thread_id", "conversation_id"]
      .map((name) => at(extra, "metadata", name))
      .find((one) => typeof one === "string")
  );
  if (run.run_type !== "llm")
    return isFirst && trace !== undefined ? {trace, trace_name, conversation} : undefined;
  const [time, end] = [run.start_time, run.end_time].map(utc);
  const metadata = at(extra, "metadata");
  return {
    id: String(run.id),
    trace,
    trace_name,
    time,
    operation: textOf(run.name ?? undefined),
    provider: textOf(at(metadata, "ls_provider")),
    model: textOf(
      at(metadata, "ls_model_name") ??
        at(extra, "invocation_params", "model") ??
        at(extra, "invocation_params", "model_name")
    ),
    conversation,
    ...askedIn(structure(run.inputs)),
    ...answeredIn(run.outputs === null ? undefined : structure(run.outputs)),
    prompt_tokens: finiteOf(run.prompt_tokens),
    completion_tokens: finiteOf(run.completion_tokens),
    cost_usd: finiteOf(run.total_cost),
    latency_ms: elapsedMs(time, end),
    error: textOf(run.error || undefined),
    scores: scoresJson(feedback(structure(run.feedback_stats)))
  };
}

/** The mean of each kind of feedback, or how often each of its values was given. */
function feedback(stats: unknown): [string, unknown][] {
  if (!isObject(stats)) return [];
  return Object.entries(stats).flatMap(([name, one]): [string, unknown][] => {
    const value = finiteOf(at(one, "avg")) ?? at(one, "values");
    return value === undefined || value === null ? [] : [[name, value]];
  });
}

function structure(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** LangSmith writes moments in UTC without saying so. */
function utc(value: unknown): string | undefined {
  const isBare = typeof value === "string" && /^\d{4}-\d\d-\d\d[T ][\d:.]+$/.test(value);
  return moment(isBare ? `${value.replace(" ", "T").replace(/(\.\d{3})\d+$/, "$1")}Z` : value);
}
