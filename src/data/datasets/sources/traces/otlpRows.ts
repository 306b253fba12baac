import {at, isObject, type JsonObject, objectsOf, textOf} from "../importers/json.js";
import {exchangeOf, spanMessages, textIn} from "../importers/otelMessages.js";
import {attributesOf, spanFailure, instructionsIn} from "../importers/otelSpans.js";
import {openInferenceCall} from "./openInference.js";
import {finiteOf, scoresJson, type TraceRow} from "./traceRow.js";

/** Operations of the GenAI conventions that are no call of a model. */
const NO_CALLS = new Set(["execute_tool", "invoke_agent", "create_agent", "invoke_workflow"]);

/**
 * Calls of models in an OTLP export of traces, by OpenTelemetry's GenAI conventions or OpenInference's, and what first spans say
 * of their traces (https://opentelemetry.io/docs/specs/otlp/, …/docs/specs/semconv/gen-ai/gen-ai-spans/). Undefined where it is no export.
 */
export function otlpRows(exported: unknown): TraceRow[] | undefined {
  if (!isObject(exported) || !Array.isArray(exported.resourceSpans)) return undefined;
  const rows: TraceRow[] = [];
  for (const resource of objectsOf(exported.resourceSpans)) {
    const service = textOf(attributesOf(at(resource, "resource", "attributes"))["service.name"]);
    for (const scope of objectsOf(resource.scopeSpans))
      for (const span of objectsOf(scope.spans)) {
        const row = rowOf(span, service);
        if (row) rows.push(row);
      }
  }
  return rows;
}

function rowOf(span: JsonObject, service: string | undefined): TraceRow | undefined {
  const [trace, spanId] = [span.traceId, span.spanId].map((id) =>
    typeof id === "string" && /^[\da-f]+$/i.test(id) ? id.toLowerCase() : undefined
  );
  if (trace === undefined || spanId === undefined) return undefined;
  const attributes = attributesOf(span.attributes);
  const isFirst = !span.parentSpanId || /^0+$/.test(String(span.parentSpanId));
  const trace_name = isFirst ? textOf(span.name ?? undefined) : undefined;
  const call = openInferenceCall(attributes) ?? genAiCall(span, attributes);
  const conversation = textOf(
    attributes["gen_ai.conversation.id"] ?? attributes["session.id"] ?? call?.conversation
  );
  if (!call) return isFirst ? {trace, trace_name, conversation} : undefined;
  const [start, end] = [span.startTimeUnixNano, span.endTimeUnixNano].map(nanosecondsOf);
  return {
    ...call,
    id: `${trace}/${spanId}`,
    trace,
    trace_name,
    time: start === undefined ? undefined : new Date(Number(start / 1_000_000n)).toISOString(),
    service,
    conversation,
    latency_ms:
      start !== undefined && end !== undefined && end >= start ? Number(end - start) / 1e6 : undefined,
    error: textOf(attributes["error.type"]) ?? spanFailure(span.status),
    scores: scoresJson(evaluations(span))
  };
}

function genAiCall(span: JsonObject, attributes: JsonObject): Omit<TraceRow, "id"> | undefined {
  const operation = attributes["gen_ai.operation.name"] ?? attributes["llm.request.type"];
  const model = attributes["gen_ai.response.model"] ?? attributes["gen_ai.request.model"];
  if (model === undefined || NO_CALLS.has(String(operation))) return undefined;
  const {asked} = spanMessages(span, attributes, attributesOf);
  return {
    operation: textOf(operation),
    provider: textOf(attributes["gen_ai.provider.name"] ?? attributes["gen_ai.system"]),
    model: textOf(model),
    system: instructionsIn(attributes["gen_ai.system_instructions"]),
    ...exchangeOf(span, attributes, attributesOf),
    messages: asked.length > 0 ? JSON.stringify(asked.map(plainContent)) : undefined,
    prompt_tokens: finiteOf(
      attributes["gen_ai.usage.input_tokens"] ?? attributes["gen_ai.usage.prompt_tokens"]
    ),
    completion_tokens: finiteOf(
      attributes["gen_ai.usage.output_tokens"] ?? attributes["gen_ai.usage.completion_tokens"]
    ),
    cost_usd: finiteOf(attributes["gen_ai.usage.cost"] ?? attributes["assay.cost.usd"])
  };
}

/** A message with its text, where it has nothing but text. */
function plainContent(message: JsonObject): JsonObject {
  const parts = objectsOf(message.content);
  const isText = parts.length > 0 && parts.every(({type}) => type === "text");
  return {...message, parts: undefined, content: isText ? textIn(parts) : message.content};
}

/** Events `gen_ai.evaluation.result` of a span. */
function evaluations(span: JsonObject): [string, unknown][] {
  return objectsOf(span.events).flatMap((event): [string, unknown][] => {
    if (event.name !== "gen_ai.evaluation.result") return [];
    const told = attributesOf(event.attributes);
    const name = textOf(told["gen_ai.evaluation.name"]);
    const value = told["gen_ai.evaluation.score.value"] ?? told["gen_ai.evaluation.score.label"];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}

/** The year 5138 and later are no times of a span: they come of another unit. */
function nanosecondsOf(value: unknown): bigint | undefined {
  const digits = typeof value === "number" ? String(value) : value;
  if (typeof digits !== "string" || !/^\d{1,20}$/.test(digits)) return undefined;
  const nanoseconds = BigInt(digits);
  return nanoseconds > 0n && nanoseconds < 10n ** 20n ? nanoseconds : undefined;
}
