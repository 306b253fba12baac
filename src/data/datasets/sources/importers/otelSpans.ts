import {
  at,
  isObject,
  type JsonObject,
  objectsOf,
  readDocument,
  readObjects,
  textOf,
  wrongShape
} from "./json.js";
import {exchangeOf, parsedJson, textIn} from "./otelMessages.js";
import {isoTime, nanoseconds} from "./times.js";
import type {Importer} from "./types.js";

/**
 * Spans of calls to models by OpenTelemetry's GenAI conventions, in OTLP JSON (a document or one export a line): one row
 * for each span that names `gen_ai.request.model` or an operation. Spans of anything else are left out.
 */
export const otelSpans: Importer = async function* (file, db) {
  if (/\.json(\.gz)?$/i.test(file)) {
    const document = await readDocument(file);
    for (const one of Array.isArray(document) ? document : [document]) yield* spansOf(one, file);
  } else for await (const line of readObjects(file, db)) yield* spansOf(line, file);
};

function* spansOf(exported: unknown, file: string): Generator<object> {
  if (!isObject(exported) || !Array.isArray(exported.resourceSpans))
    throw wrongShape(file, "OTLP JSON with `resourceSpans`");
  for (const resource of objectsOf(exported.resourceSpans))
    for (const scope of objectsOf(resource.scopeSpans))
      for (const span of objectsOf(scope.spans)) {
        const row = rowOf(span, attributesOf(at(resource, "resource", "attributes")), file);
        if (row) yield row;
      }
}

function rowOf(span: JsonObject, resource: JsonObject, file: string): object | undefined {
  const attributes = attributesOf(span.attributes);
  const model = attributes["gen_ai.response.model"] ?? attributes["gen_ai.request.model"];
  if (model === undefined && attributes["gen_ai.operation.name"] === undefined) return undefined;
  const told = (member: "startTimeUnixNano" | "endTimeUnixNano") => ({file, member, value: span[member]});
  const start = nanoseconds(told("startTimeUnixNano"));
  const end = nanoseconds(told("endTimeUnixNano"));
  const known = start !== undefined && end !== undefined && end >= start;
  return {
    id: `${textOf(span.traceId)}/${textOf(span.spanId)}`,
    trace: textOf(span.traceId),
    time:
      start === undefined
        ? undefined
        : isoTime(Number(start / 1_000_000n), told("startTimeUnixNano"), "nanoseconds"),
    service: textOf(resource["service.name"]),
    operation: textOf(attributes["gen_ai.operation.name"] ?? attributes["llm.request.type"]),
    provider: textOf(attributes["gen_ai.provider.name"] ?? attributes["gen_ai.system"]),
    model: textOf(model),
    conversation: textOf(attributes["gen_ai.conversation.id"]),
    system: instructionsIn(attributes["gen_ai.system_instructions"]),
    ...exchangeOf(span, attributes, attributesOf),
    prompt_tokens: numberOf(
      attributes["gen_ai.usage.input_tokens"] ?? attributes["gen_ai.usage.prompt_tokens"]
    ),
    completion_tokens: numberOf(
      attributes["gen_ai.usage.output_tokens"] ?? attributes["gen_ai.usage.completion_tokens"]
    ),
    latency_ms: known ? Number(end - start) / 1e6 : undefined,
    error: textOf(attributes["error.type"]) ?? spanFailure(span.status)
  };
}

/** A status of an error, by its number or its name. */
export function spanFailure(status: unknown): string | undefined {
  const failed = [2, "2", "STATUS_CODE_ERROR"].includes(at(status, "code") as string);
  return failed ? textOf(at(status, "message") || "error") : undefined;
}

/** Instructions are parts, as a message has. */
export function instructionsIn(value: unknown): string | undefined {
  const parts = objectsOf(parsedJson(value));
  return parts.length > 0 ? textIn(parts) : textOf(value);
}

/** OTLP writes attributes as a list of keys and typed values. */
export function attributesOf(list: unknown): JsonObject {
  return Object.fromEntries(objectsOf(list).map(({key, value}) => [String(key), plain(value)]));
}

function plain(value: unknown): unknown {
  if (!isObject(value)) return undefined;
  if ("arrayValue" in value) {
    const values = at(value, "arrayValue", "values");
    return Array.isArray(values) ? values.map(plain) : [];
  }
  if ("kvlistValue" in value) return attributesOf(at(value, "kvlistValue", "values"));
  return value.stringValue ?? wholeOf(value.intValue) ?? value.doubleValue ?? value.boolValue;
}

/** OTLP writes whole numbers as text: a number, unless no double holds it. */
function wholeOf(value: unknown): unknown {
  return typeof value === "string" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** OTLP writes whole numbers as texts. An empty one is no 0. */
function numberOf(value: unknown): number | undefined {
  const isText = typeof value === "string" && value.trim() !== "";
  const number = isText || typeof value === "number" ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
}
