import {
  type Attributes,
  context,
  type Meter,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer
} from "@opentelemetry/api";
import {type CompletionRequest, type Endpoint, isEndpointError} from "../endpoints/types.js";
import type {Answered, RunFacts, Telemetry} from "./active.js";
import {type ProviderAddress, answererOf} from "./provider.js";

/** Bounds that the conventions advise. */
const TOKENS = Array.from({length: 14}, (_, power) => 4 ** power);
const SECONDS = Array.from({length: 14}, (_, power) => 0.01 * 2 ** power);

/**
 * Spans and metrics of calls by OpenTelemetry's semantic conventions for generative AI: a client span for each call, and
 * the histograms `gen_ai.client.token.usage` (tokens), `gen_ai.client.operation.duration` and
 * `gen_ai.client.operation.time_to_first_chunk` (seconds); beside them the counter `assay.client.cost` (US dollars).
 * `assay serve` gives a server span for each request and `gen_ai.server.request.duration` (seconds). None
 * holds a prompt, an answer or a key. What a server does not report is absent.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/
 */
export function genAi(tracer: Tracer, meter: Meter): Omit<Telemetry, "end"> {
  const usage = meter.createHistogram("gen_ai.client.token.usage", {
    description: "Number of input and output tokens used.",
    unit: "{token}",
    advice: {explicitBucketBoundaries: TOKENS}
  });
  const duration = meter.createHistogram("gen_ai.client.operation.duration", {
    description: "GenAI operation duration.",
    unit: "s",
    advice: {explicitBucketBoundaries: SECONDS}
  });
  const firstChunk = meter.createHistogram("gen_ai.client.operation.time_to_first_chunk", {
    description: "Time to receive the first chunk of a streamed answer.",
    unit: "s",
    advice: {explicitBucketBoundaries: SECONDS}
  });
  const cost = meter.createCounter("assay.client.cost", {
    description: "What calls cost by the prices that their endpoints state.",
    unit: "{USD}"
  });
  const requests = meter.createHistogram("gen_ai.server.request.duration", {
    description: "Generative AI server request duration such as time-to-last byte or last output token.",
    unit: "s",
    advice: {explicitBucketBoundaries: SECONDS}
  });
  const answerers = new WeakMap<Endpoint, Map<string, Promise<ProviderAddress>>>();
  const answerer = (endpoint: Endpoint, model: string) => {
    let known = answerers.get(endpoint);
    if (!known) answerers.set(endpoint, (known = new Map()));
    let found = known.get(model);
    if (!found)
      known.set(
        model,
        (found = endpoint.identity(model).then(
          (identity) => answererOf(endpoint, identity),
          () => answererOf(endpoint, {})
        ))
      );
    return found;
  };

  return {
    async call(endpoint, request, make, facts = {}) {
      const {operation = "chat"} = endpoint;
      const attributes = requestAttributes(operation, request.model, await answerer(endpoint, request.model));
      const span = tracer.startSpan(`${operation} ${request.model}`, {
        kind: SpanKind.CLIENT,
        attributes: {
          ...attributes,
          ...parameterAttributes(operation === "chat" ? request.params : {}),
          ...runAttributes({...facts, endpoint: endpoint.name})
        }
      });
      const record = ({usage: tokens, costUsd}: ReportedSpending, of: Attributes) => {
        if (tokens) usage.record(tokens.promptTokens, {...of, "gen_ai.token.type": "input"});
        // Vectors are no tokens.
        if (tokens && operation === "chat")
          usage.record(tokens.completionTokens, {...of, "gen_ai.token.type": "output"});
        if (costUsd !== undefined) cost.add(costUsd, of);
      };
      const began = performance.now();
      try {
        const completion = await context.with(trace.setSpan(context.active(), span), make);
        const answered = {...attributes, "gen_ai.response.model": completion.servedModel};
        span.setAttributes(completionAttributes(completion, operation));
        duration.record((performance.now() - began) / 1000, answered);
        record(completion, answered);
        if (completion.firstTokenMs !== undefined)
          firstChunk.record(completion.firstTokenMs / 1000, answered);
        return completion;
      } catch (error) {
        const failed = failure(error);
        // Replies that held no answer are billed as any other.
        const spent = isEndpointError(error) ? (error.detail.spent ?? {}) : {};
        span.setAttributes({...spentAttributes(spent, operation), ...failed.attributes});
        span.setStatus({code: SpanStatusCode.ERROR});
        const of = {...attributes, "error.type": failed.type};
        duration.record((performance.now() - began) / 1000, of);
        record(spent, of);
        throw error;
      } finally {
        span.end();
      }
    },
    async served(model, make) {
      const attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "assay",
        "gen_ai.request.model": model
      };
      const span = tracer.startSpan(`chat ${model}`, {kind: SpanKind.SERVER, attributes});
      const began = performance.now();
      let type: string | undefined;
      try {
        const answer = await context.with(trace.setSpan(context.active(), span), make);
        span.setAttributes({
          "gen_ai.response.finish_reasons": [answer.finishReason],
          "gen_ai.usage.input_tokens": answer.usage?.promptTokens,
          "gen_ai.usage.output_tokens": answer.usage?.completionTokens
        });
        return answer;
      } catch (error) {
        const failed = failure(error);
        type = failed.type;
        span.setAttributes(failed.attributes).setStatus({code: SpanStatusCode.ERROR});
        throw error;
      } finally {
        requests.record((performance.now() - began) / 1000, {...attributes, "error.type": type});
        span.end();
      }
    },
    async run(name, facts, make) {
      const span = tracer.startSpan(name, {attributes: runAttributes(facts)});
      try {
        return await context.with(trace.setSpan(context.active(), span), () =>
          make((more) => void span.setAttributes(runAttributes(more)))
        );
      } catch (error) {
        // Its message may quote a row.
        span.setAttribute("error.type", error instanceof Error ? error.name : "_OTHER");
        span.setStatus({code: SpanStatusCode.ERROR});
        throw error;
      } finally {
        span.end();
      }
    },
    trace() {
      const span = trace.getSpanContext(context.active());
      return span && `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, "0")}`;
    },
    under(traceparent, make) {
      const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
      if (traceId === undefined || spanId === undefined) return make();
      const parent = {traceId, spanId, traceFlags: Number.parseInt(flags ?? "0", 16), isRemote: true};
      return context.with(trace.setSpanContext(context.active(), parent), make);
    }
  };
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

type ReportedSpending = Pick<Answered, "usage" | "costUsd">;

const runAttributes = (facts: RunFacts): Attributes =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [`assay.${name}`, value]));

function requestAttributes(
  operation: string,
  model: string,
  {provider, address, port}: ProviderAddress
): Attributes {
  return {
    "gen_ai.operation.name": operation,
    "gen_ai.provider.name": provider,
    "gen_ai.request.model": model,
    "server.address": address,
    "server.port": port
  };
}

function parameterAttributes(params: CompletionRequest["params"] = {}): Attributes {
  const {temperature, top_p, max_tokens, seed, frequency_penalty, presence_penalty} = params;
  const numbers = {temperature, top_p, max_tokens, seed, frequency_penalty, presence_penalty};
  return Object.fromEntries(
    Object.entries(numbers).flatMap(([name, value]) =>
      typeof value === "number" ? [[`gen_ai.request.${name}`, value]] : []
    )
  );
}

function completionAttributes(completion: Answered, operation: string): Attributes {
  const {finishReason, servedModel, firstTokenMs, attempts} = completion;
  const isChat = operation === "chat" && finishReason !== undefined;
  return {
    "gen_ai.response.finish_reasons": isChat ? [finishReason] : undefined,
    "gen_ai.response.model": servedModel,
    "gen_ai.response.time_to_first_chunk": firstTokenMs === undefined ? undefined : firstTokenMs / 1000,
    "assay.attempts": attempts,
    ...spentAttributes(completion, operation)
  };
}

function spentAttributes({usage, costUsd}: ReportedSpending, operation: string): Attributes {
  return {
    "gen_ai.usage.input_tokens": usage?.promptTokens,
    "gen_ai.usage.output_tokens": operation === "chat" ? usage?.completionTokens : undefined,
    "assay.cost.usd": costUsd
  };
}

/** Without the error's message: a server's words may quote a prompt. */
function failure(error: unknown): {type: string; attributes: Attributes} {
  if (!isEndpointError(error)) {
    const type = error instanceof Error ? error.name : "_OTHER";
    return {type, attributes: {"error.type": type}};
  }
  const {kind, detail} = error;
  return {
    type: kind,
    attributes: {
      "error.type": kind,
      "http.response.status_code": detail.status,
      "assay.attempts": detail.attempts
    }
  };
}
