import {basename} from "node:path";
import {at, isObject, type JsonObject, objectsOf, textOf} from "../../datasets/index.js";
import {hashJson} from "../../store/index.js";
import type {Content} from "../content.js";
import {askedText, numberOf, scoreOf, slicesOf, timeOf} from "../json.js";
import type {ImportedAnswer} from "../types.js";
import {fileOf, type ResultReader} from "./types.js";

/**
 * Experiments exported from Braintrust: events with `input`, `output` and `scores` by name, in a list, a page
 * `{"events": […]}` or one a line. A row is a dataset record, else what was asked; spans inside a trace are left out. The
 * candidate is the experiment's name where the event states one, else the file's.
 */
export const braintrust: ResultReader = {
  tool: "braintrust",
  matches: (content) => eventsIn(content).some(isEvent),
  read: async (contents) =>
    contents.map((content) => {
      const events = eventsIn(content).filter(isRoot);
      const candidate =
        textOf(at(content.kind === "document" ? content.value : undefined, "name")) ??
        basename(content.path).replace(/\.[^.]*$/, "");
      return fileOf(content, {
        tool: "braintrust",
        answers: events.map((event) => answerOf(event, candidate))
      });
    })
};

function eventsIn(content: Content): JsonObject[] {
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

function answerOf(event: JsonObject, file: string): ImportedAnswer {
  const {metrics, metadata, scores} = event;
  const error = textOf(event.error);
  const [start, end] = [numberOf(at(metrics, "start")), numberOf(at(metrics, "end"))];
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
            value: scoreOf(value),
            reason: scoreOf(value) === undefined ? "the export holds no number" : undefined
          }))
        : [],
    input: askedText(event.input),
    expected: event.expected ?? undefined,
    slices: slicesOf(metadata),
    model: textOf(at(metadata, "model")),
    latencyMs: start === undefined || end === undefined ? undefined : (end - start) * 1000,
    promptTokens: numberOf(at(metrics, "prompt_tokens")),
    completionTokens: numberOf(at(metrics, "completion_tokens")),
    cachedTokens: numberOf(at(metrics, "prompt_cached_tokens")),
    costUsd: numberOf(at(metrics, "estimated_cost")),
    finishedAt: timeOf(event.created)
  };
}
