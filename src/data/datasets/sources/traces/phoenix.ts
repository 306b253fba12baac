import {exactly, text} from "../../../../base/validation/checked.js";
import {UserError} from "../../../../base/validation/index.js";
import {withoutSecrets} from "../address.js";
import {at, isObject, type JsonObject, objectsOf, textOf} from "../importers/json.js";
import type {SourceReader} from "../types.js";
import {type Api, getApi} from "./api.js";
import {flattened, openInferenceCall} from "./openInference.js";
import {traceRelation} from "./traceRelation.js";
import {elapsedMs, finiteOf, moment, scoresJson, type TraceRow} from "./traceRow.js";
import {timeWindow, type Windowed, windowSchema} from "./window.js";

/**
 * Calls of models in a project of Arize Phoenix, with their annotations. Its key is taken from PHOENIX_API_KEY, its address from
 * PHOENIX_HOST or PHOENIX_COLLECTOR_ENDPOINT where `host` is left out.
 */
export interface PhoenixSource extends Windowed {
  kind: "phoenix";
  /** Name or id of the project; "default" unless told. */
  project?: string;
}

export const phoenixSchema = exactly<PhoenixSource>(
  'a project such as {kind: "phoenix", project: "support"}',
  {
    kind: text(),
    project: text("a project's name").optional(),
    ...windowSchema
  }
);

/** Spans of one page, whose annotations are asked for together. */
const PAGE = 100;

/**
 * `GET /v1/projects/{project}/spans` pages by `next_cursor`; `GET /v1/projects/{project}/span_annotations` takes `span_ids`
 * (https://arize.com/docs/phoenix/sdk-api-reference/rest-api/spans, …/annotations, read in December 2026).
 */
export const phoenix: SourceReader<PhoenixSource> = async (source, context) => {
  const {env = process.env} = context;
  const base = addressOf(
    source.host ?? env.PHOENIX_HOST ?? env.PHOENIX_COLLECTOR_ENDPOINT ?? "http://localhost:6006",
    env
  );
  const key = env.PHOENIX_API_KEY;
  const headers: Record<string, string> = key ? {authorization: `Bearer ${key}`} : {};
  const api: Api = {base, headers, keys: "PHOENIX_API_KEY", context};
  const settings = {host: withoutSecrets(base), project: source.project ?? "default"};
  const window = timeWindow(source, context, settings);
  const relation = await traceRelation(rowsOf(api, settings.project, window), context);
  return {...relation, describe: {kind: "phoenix", ...settings, cursor: window.cursor()}};
};

/** A collector's endpoint may name the path that takes spans; a host may be a name alone. */
function addressOf(host: string, {PHOENIX_PORT}: Record<string, string | undefined>): string {
  const named = /^https?:\/\//i.test(host)
    ? host
    : `http://${host}${/:\d+$/.test(host) ? "" : `:${PHOENIX_PORT ?? "6006"}`}`;
  return named.replace(/\/+$/, "").replace(/\/v1\/traces$/, "");
}

async function* rowsOf(
  api: Api,
  project: string,
  window: ReturnType<typeof timeWindow>
): AsyncGenerator<TraceRow> {
  const path = `/v1/projects/${encodeURIComponent(project)}`;
  const times = {start_time: window.since, end_time: window.until};
  let cursor: string | undefined;
  for (const earlier = new Set<string>(); ;) {
    const page = await getApi(api, `${path}/spans`, {...times, limit: PAGE, cursor});
    if (!page)
      throw new UserError(
        `dataset ${api.context.dataset}: ${new URL(api.base).origin} has no project ${JSON.stringify(project)}, or is too old to list spans. Check \`project\` and PHOENIX_HOST.`
      );
    const rows = objectsOf(page.data).flatMap((span) => rowOf(span) ?? []);
    const scores = await scoresOf(
      api,
      path,
      rows.flatMap(({id}) => id ?? [])
    );
    for (const row of rows) {
      window.saw(row.time);
      yield row.id === undefined ? row : {...row, scores: scoresJson(scores.get(row.id) ?? [])};
    }
    const next = textOf(page.next_cursor ?? undefined);
    if (!next || earlier.has(next)) return;
    earlier.add((cursor = next));
  }
}

/** A call of a model, or what a trace's first span says of it. */
function rowOf(span: JsonObject): TraceRow | undefined {
  const [trace, spanId] = [at(span, "context", "trace_id"), at(span, "context", "span_id")].map((one) =>
    textOf(one ?? undefined)
  );
  if (trace === undefined || spanId === undefined) return undefined;
  const [time, end] = [moment(span.start_time), moment(span.end_time)];
  const isFirst = span.parent_id === null || span.parent_id === undefined || span.parent_id === "";
  const trace_name = isFirst ? textOf(span.name ?? undefined) : undefined;
  const kind = span.span_kind;
  const attributes = flattened(isObject(span.attributes) ? span.attributes : {});
  const call = openInferenceCall({"openinference.span.kind": kind, ...attributes});
  if (!call)
    return isFirst ? {trace, trace_name, time, conversation: textOf(attributes["session.id"])} : undefined;
  const failed = span.status_code === "ERROR";
  return {
    ...call,
    id: `${trace}/${spanId}`,
    trace,
    trace_name,
    time,
    latency_ms: elapsedMs(time, end),
    error: failed ? textOf(span.status_message || "error") : undefined
  };
}

async function scoresOf(
  api: Api,
  path: string,
  ids: readonly string[]
): Promise<Map<string, Map<string, unknown>>> {
  const found = new Map<string, Map<string, unknown>>();
  if (ids.length === 0) return found;
  const bySpan = new Map(ids.map((id) => [id.slice(id.lastIndexOf("/") + 1), id]));
  let cursor: string | undefined;
  for (const earlier = new Set<string>(); ;) {
    // A server that is too old to list annotations has none to read.
    const page = await getApi(api, `${path}/span_annotations`, {
      span_ids: [...bySpan.keys()],
      limit: 1000,
      cursor
    });
    for (const {span_id, name, result} of objectsOf(page?.data)) {
      const id = bySpan.get(String(span_id));
      if (id === undefined || typeof name !== "string") continue;
      const value = finiteOf(at(result, "score")) ?? textOf(at(result, "label") ?? undefined);
      if (value !== undefined) found.set(id, (found.get(id) ?? new Map<string, unknown>()).set(name, value));
    }
    const next = textOf(page?.next_cursor ?? undefined);
    if (!next || earlier.has(next)) return found;
    earlier.add((cursor = next));
  }
}
