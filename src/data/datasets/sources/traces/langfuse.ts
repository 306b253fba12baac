import {exactly, text} from "../../../../base/validation/checked.js";
import {UserError} from "../../../../base/validation/index.js";
import {assertParses} from "../address.js";
import {isObject, type JsonObject, objectsOf, textOf} from "../importers/json.js";
import type {SourceReader} from "../types.js";
import {type Api, type ApiQuery, getApi} from "./api.js";
import {answeredIn, askedIn} from "./chat.js";
import {traceRelation} from "./traceRelation.js";
import {elapsedMs, finiteOf, moment, scoresJson, type TraceRow} from "./traceRow.js";
import {timeWindow, type Windowed, windowSchema} from "./window.js";

/**
 * Generations of a Langfuse project with their scores. Its keys are taken from LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY, its
 * address from LANGFUSE_HOST or LANGFUSE_BASE_URL where `host` is left out.
 */
export interface LangfuseSource extends Windowed {
  kind: "langfuse";
}

export const langfuseSchema = exactly<LangfuseSource>('a project such as {kind: "langfuse"}', {
  kind: text(),
  ...windowSchema
});

/**
 * The reading endpoints of Langfuse v4 and Cloud, `/api/public/v2/observations` and `/api/public/v3/scores`, which page by a
 * cursor in `meta`; servers without them have `/api/public/observations` and `/api/public/v2/scores`, which page by numbers
 * (https://langfuse.com/docs/api-and-data-platform/features/observations-api, …/scores-api, and
 * https://langfuse.com/faq/all/deprecated-api-migration, read in December 2026).
 */
const LISTS = {
  observations: {
    paths: ["/api/public/v2/observations", "/api/public/observations"],
    query: {type: "GENERATION", fields: "core,basic,io,model,usage,trace_context"},
    limit: 100
  },
  scores: {
    paths: ["/api/public/v3/scores", "/api/public/v2/scores"],
    query: {fields: "subject"},
    limit: 100
  }
} as const;

export const langfuse: SourceReader<LangfuseSource> = async (source, context) => {
  const {env = process.env} = context;
  const host = source.host ?? env.LANGFUSE_HOST ?? env.LANGFUSE_BASE_URL ?? "https://cloud.langfuse.com";
  assertParses(host, `dataset ${context.dataset}: `);
  const {LANGFUSE_PUBLIC_KEY: user, LANGFUSE_SECRET_KEY: secret} = env;
  if (!user || !secret)
    throw new UserError(
      `dataset ${context.dataset}: Langfuse needs a key. Set LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY in the environment.`
    );
  const api: Api = {
    base: host,
    headers: {authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`},
    keys: "LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY",
    context
  };
  // A project's public key is no secret, and tells it from others of the same server.
  const settings = {host: new URL(host).origin, project: user};
  const window = timeWindow(source, context, settings);
  const relation = await traceRelation(rowsOf(api, window), context);
  return {...relation, describe: {kind: "langfuse", ...settings, cursor: window.cursor()}};
};

/** Scores of one trace: those of each observation by its id, and those of the whole trace under no id. */
type TraceScores = Map<string | undefined, Map<string, unknown>>;

async function* rowsOf(api: Api, window: ReturnType<typeof timeWindow>): AsyncGenerator<TraceRow> {
  const {since, until} = window;
  const scores = new Map<string, TraceScores>();
  for await (const score of listed(api, "scores", {fromTimestamp: since, toTimestamp: until}))
    noteScore(scores, score);
  const seen = new Map<string, Set<string>>();
  for await (const one of listed(api, "observations", {fromStartTime: since, toStartTime: until})) {
    const row = rowOf(one, scores);
    if (!row) continue;
    window.saw(row.time);
    const [trace, id] = [String(one.traceId), String(one.id)];
    seen.set(trace, (seen.get(trace) ?? new Set()).add(id));
    yield row;
  }
  if (since === undefined) return;
  // A score of what is older than this window: its trace is read again as a whole.
  for (const [trace, given] of scores) {
    const known = seen.get(trace);
    if (known && [...given.keys()].every((id) => id === undefined || known.has(id))) continue;
    const whole = new Map<string, TraceScores>();
    for await (const score of listed(api, "scores", {traceId: trace})) noteScore(whole, score);
    for await (const one of listed(api, "observations", {traceId: trace})) {
      const row = rowOf(one, whole);
      if (row) yield row;
    }
  }
}

/** All pages of a list. Pages may overlap where rows come in meanwhile: what is read twice is kept once. */
async function* listed(api: Api, list: keyof typeof LISTS, asked: ApiQuery): AsyncGenerator<JsonObject> {
  const {paths, query, limit} = LISTS[list];
  const [present, former] = paths;
  let cursor: string | undefined;
  for (const earlier = new Set<string>(); ;) {
    const page = await getApi(api, present, {...query, ...asked, limit, cursor});
    if (!page && cursor === undefined) break;
    if (!page)
      throw new UserError(
        `dataset ${api.context.dataset}: ${present} of ${new URL(api.base).origin} was gone half way. Nothing was changed; pull again later.`
      );
    yield* objectsOf(page.data);
    const next = isObject(page.meta) ? textOf(page.meta.cursor ?? undefined) : undefined;
    if (!next || earlier.has(next)) return;
    earlier.add((cursor = next));
  }
  for (let number = 1; ; number++) {
    const page = await getApi(api, former, {...query, fields: undefined, ...asked, limit, page: number});
    if (!page)
      throw new UserError(
        `dataset ${api.context.dataset}: ${new URL(api.base).origin} has neither ${present} nor ${former}. Check LANGFUSE_HOST.`
      );
    yield* objectsOf(page.data);
    const pages = isObject(page.meta) ? finiteOf(page.meta.totalPages) : undefined;
    if (pages === undefined ? objectsOf(page.data).length < limit : number >= pages) return;
  }
}

/** Version 3 says in `subject` what a score is of, those before in `traceId` and `observationId`. */
function noteScore(scores: Map<string, TraceScores>, score: JsonObject): void {
  const subject = isObject(score.subject) ? score.subject : undefined;
  const trace = textOf(
    score.traceId ?? subject?.traceId ?? (subject?.kind === "trace" ? subject.id : undefined)
  );
  const observation = textOf(
    score.observationId ?? (subject?.kind === "observation" ? subject.id : undefined) ?? undefined
  );
  if (trace === undefined || typeof score.name !== "string") return;
  const ofTrace = scores.get(trace) ?? new Map<string | undefined, Map<string, unknown>>();
  scores.set(trace, ofTrace);
  const given = ofTrace.get(observation) ?? new Map<string, unknown>();
  ofTrace.set(observation, given);
  given.set(score.name, score.stringValue ?? score.value);
}

function rowOf(one: JsonObject, scores: ReadonlyMap<string, TraceScores>): TraceRow | undefined {
  const trace = textOf(one.traceId ?? undefined);
  const id = textOf(one.id ?? undefined);
  if (id === undefined || (one.type !== undefined && one.type !== "GENERATION")) return undefined;
  const [time, end] = [moment(one.startTime), moment(one.endTime)];
  const usage = isObject(one.usageDetails) ? one.usageDetails : {};
  const costs = isObject(one.costDetails) ? one.costDetails : {};
  const given = trace === undefined ? undefined : scores.get(trace);
  return {
    id: trace === undefined ? id : `${trace}/${id}`,
    trace,
    trace_name: textOf(one.traceName ?? undefined),
    time,
    operation: textOf(one.name ?? undefined),
    model: textOf(one.providedModelName ?? one.model ?? undefined),
    conversation: textOf(one.sessionId ?? undefined),
    ...askedIn(one.input),
    ...answeredIn(one.output),
    prompt_tokens: finiteOf(usage.input),
    completion_tokens: finiteOf(usage.output),
    cost_usd: finiteOf(one.totalCost ?? costs.total ?? one.calculatedTotalCost),
    latency_ms: elapsedMs(time, end),
    error: one.level === "ERROR" ? (textOf(one.statusMessage ?? undefined) ?? "error") : undefined,
    scores: scoresJson([...(given?.get(undefined) ?? []), ...(given?.get(id) ?? [])])
  };
}
