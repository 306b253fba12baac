import {basename} from "node:path";
import {at, isObject, type JsonObject, objectsOf, textOf} from "../../../data/datasets/index.js";
import {hashJson} from "../../../base/system/index.js";
import type {ResultsContent} from "../content.js";
import {askedText, finiteNumber, positiveOf, parsedScore, shortMembers, resultTime} from "../json.js";
import type {ImportedAnswer} from "../types.js";
import {fileOf, type ForeignTool} from "./types.js";

/**
 * Experiments exported from Braintrust: events with `input`, `output` and `scores` by name, in a list, a page
 * `{"events": […]}` or one a line. A row is a dataset record, else what was asked; of the
 * spans inside a trace only calls to models and scorers' times count. The candidate is the experiment's name where the event states one, else the file's.
 */
export const braintrust: ForeignTool = {
  tool: "braintrust",
  matches: (content) => eventsIn(content).some(isEvent),
  read: async (contents) =>
    contents.map((content) => {
      const document = content.kind === "document" ? content.value : undefined;
      const events = eventsIn(content);
      const traces = new Map<string, JsonObject[]>();
      for (const event of events) {
        const trace = textOf(event.root_span_id);
        if (trace === undefined) continue;
        const spans = traces.get(trace);
        if (spans) spans.push(event);
        else traces.set(trace, [event]);
      }
      const candidate = textOf(at(document, "name")) ?? basename(content.path).replace(/\.[^.]*$/, "");
      return fileOf(content, {
        tool: "braintrust",
        answers: events
          .filter(isRoot)
          .map((event) =>
            braintrustAnswer(event, traces.get(textOf(event.root_span_id) ?? "") ?? [], candidate)
          ),
        notes: textOf(at(document, "cursor"))
          ? [
              "it is a page (`cursor`), and others may follow: fetch on until one is empty, and join their events."
            ]
          : []
      });
    })
};

function eventsIn(content: ResultsContent): JsonObject[] {
  if (content.kind === "lines") return content.objects;
  if (content.kind !== "document") return [];
  return Array.isArray(content.value) ? objectsOf(content.value) : objectsOf(at(content.value, "events"));
}

function isEvent(event: JsonObject): boolean {
  return (
    isObject(event.scores) &&
    "input" in event &&
    ("experiment_id" in event || "span_id" in event || "output" in event)
  );
}

function isRoot(event: JsonObject): boolean {
  if (typeof event.is_root === "boolean") return event.is_root;
  return (
    event.span_id === undefined || event.root_span_id === undefined || event.span_id === event.root_span_id
  );
}

function braintrustAnswer(event: JsonObject, trace: readonly JsonObject[], file: string): ImportedAnswer {
  const {metadata, scores} = event;
  const error = textOf(event.error);
  const calls = callsIn(trace);
  // Braintrust's proxy answers from its cache at once, and for nothing.
  const isCached = [event, ...calls].some((one) => positiveOf(at(one, "metrics", "cached")) !== undefined);
  const total = (metric: string) => finiteNumber(at(event.metrics, metric)) ?? metricSum(calls, metric);
  return {
    row:
      textOf(event.dataset_record_id ?? at(event, "origin", "id")) ??
      `input-${hashJson(event.input ?? null).slice(0, 12)}`,
    candidate: textOf(event.experiment_name ?? at(metadata, "experiment")) ?? file,
    output: textOf(event.output),
    failed: error,
    scores:
      error === undefined && isObject(scores)
        ? Object.entries(scores).map(([scorer, value]) => ({
            scorer,
            value: parsedScore(value),
            reason: parsedScore(value) === undefined ? "the export holds no number" : undefined
          }))
        : [],
    input: askedText(event.input),
    expected: event.expected ?? undefined,
    slices: shortMembers(metadata),
    model: textOf(at(metadata, "model") ?? calls.map((call) => at(call, "metadata", "model")).find(Boolean)),
    latencyMs: isCached ? undefined : latencyOf(event, trace),
    promptTokens: total("prompt_tokens"),
    completionTokens: total("completion_tokens"),
    cachedTokens: total("prompt_cached_tokens"),
    costUsd: isCached ? positiveOf(total("estimated_cost")) : total("estimated_cost"),
    finishedAt: resultTime(event.created)
  };
}

const isScoring = ({span_attributes: span}: JsonObject) =>
  at(span, "type") === "score" || at(span, "purpose") === "scorer";

/** The calls to models of a trace, without those of a judge below a scorer. */
function callsIn(trace: readonly JsonObject[]): JsonObject[] {
  const below = new Map<string, JsonObject[]>();
  for (const span of trace)
    for (const parent of Array.isArray(span.span_parents) ? span.span_parents : [])
      below.set(String(parent), [...(below.get(String(parent)) ?? []), span]);
  const scoring = new Set(trace.filter(isScoring));
  for (const span of scoring) for (const one of below.get(String(span.span_id)) ?? []) scoring.add(one);
  return trace.filter((span) => at(span.span_attributes, "type") === "llm" && !scoring.has(span));
}

function metricSum(calls: readonly JsonObject[], metric: string): number | undefined {
  const values = calls.flatMap((call) => finiteNumber(at(call, "metrics", metric)) ?? []);
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) : undefined;
}

/** The root's span lasts until the scorers are done: the answer was there when the first of them began. */
function latencyOf(root: JsonObject, trace: readonly JsonObject[]): number | undefined {
  const [start, end] = [finiteNumber(at(root.metrics, "start")), finiteNumber(at(root.metrics, "end"))];
  if (start === undefined || end === undefined) return undefined;
  const scored = trace
    .filter(isScoring)
    .flatMap((span) => finiteNumber(at(span, "metrics", "start")) ?? [])
    .filter((time) => time >= start);
  return (scored.reduce((first, time) => Math.min(first, time), end) - start) * 1000;
}
