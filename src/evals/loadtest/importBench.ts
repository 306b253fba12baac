import type {LatencyQuantiles, LoadLevel} from "../../base/costs/index.js";
import {UserError} from "../../base/validation/index.js";
import type {BenchRecord} from "../../base/store/index.js";

type Imported = Pick<BenchRecord, "tool" | "model" | "levels"> & Partial<Pick<BenchRecord, "at">>;
type JsonRecord = Record<string, unknown>;

/**
 * Reads the JSON that guidellm (`benchmarks.json`) or AIPerf (`profile_export_aiperf.json`) writes. What a file does not say
 * is unknown. Throws UserError when it is neither, or holds no measurement.
 */
export function importBench(value: unknown, where: string): Imported {
  const file = objectOrNone(value);
  const benchmarks = file?.["benchmarks"];
  if (Array.isArray(benchmarks)) return fromGuidellm(file!, benchmarks, where);
  const metrics = objectOrNone(file?.["records"]) ?? file;
  if (metrics && objectOrNone(metrics["request_latency"])) return fromAiperf(file!, metrics, where);
  throw new UserError(
    `${where} is neither guidellm's JSON (a list "benchmarks") nor AIPerf's ("request_latency"). Give benchmarks.json or profile_export_aiperf.json.`
  );
}

function fromGuidellm(file: JsonRecord, benchmarks: readonly unknown[], where: string): Imported {
  const levels = benchmarks.flatMap((one, index): LoadLevel[] => {
    const metrics = objectOrNone(objectOrNone(one)?.["metrics"]);
    if (!metrics)
      throw new UserError(
        `${where}: benchmarks[${index}] has no "metrics". The file is cut off, or of another version of guidellm.`
      );
    const successful = (name: string) => objectOrNone(objectOrNone(metrics[name])?.["successful"]);
    const mean = (name: string) => nonNegative(successful(name)?.["mean"]);
    const strategy =
      objectOrNone(at(one, "config", "strategy")) ??
      objectOrNone(at(one, "args", "strategy")) ??
      objectOrNone(at(one, "scheduler", "strategy"));
    const totals =
      objectOrNone(metrics["request_totals"]) ?? objectOrNone(objectOrNone(one)?.["request_totals"]);
    const kind = strategy?.["type_"];
    const rate = nonNegative(strategy?.["rate"]);
    const requestsPerSecond = mean("requests_per_second");
    const errored = nonNegative(totals?.["errored"]) ?? 0;
    return [
      {
        concurrency: kind === "synchronous" ? 1 : nonNegative(strategy?.["streams"]),
        ratePerSecond: rate,
        throughput:
          requestsPerSecond === undefined
            ? undefined
            : {
                basis: rate === undefined ? "saturated" : "arrivals",
                requestsPerSecond,
                promptTokensPerSecond: mean("prompt_tokens_per_second"),
                completionTokensPerSecond: mean("output_tokens_per_second")
              },
        answered:
          nonNegative(totals?.["successful"]) ?? nonNegative(successful("request_latency")?.["count"]) ?? 0,
        errors: errored > 0 ? {errored} : {},
        unanswered: nonNegative(totals?.["incomplete"]) ?? 0,
        // guidellm gives this one in seconds, and counts from the sending.
        serviceMs: quantilesOf(objectOrNone(successful("request_latency")?.["percentiles"]), 1000),
        firstTokenMs: quantilesOf(objectOrNone(successful("time_to_first_token_ms")?.["percentiles"]), 1),
        interTokenMs: quantilesOf(objectOrNone(successful("inter_token_latency_ms")?.["percentiles"]), 1)
      }
    ];
  });
  if (levels.length === 0)
    throw new UserError(`${where} holds no benchmark: its list "benchmarks" is empty.`);
  const first = benchmarks[0];
  const model =
    shortString(at(first, "config", "backend", "model")) ??
    shortString(at(first, "worker", "backend_model")) ??
    shortString(at(file, "args", "model"));
  const start = new Date(1000 * (nonNegative(objectOrNone(first)?.["start_time"]) ?? NaN));
  return {
    tool: "guidellm",
    model: model ?? "unknown",
    at: Number.isNaN(start.getTime()) ? undefined : start.toISOString(),
    levels
  };
}

function fromAiperf(file: JsonRecord, metrics: JsonRecord, where: string): Imported {
  const metric = (name: string) => objectOrNone(metrics[name]);
  const average = (name: string) => nonNegative(metric(name)?.["avg"]);
  const loadgen = objectOrNone(at(file, "input_config", "loadgen"));
  const rate = nonNegative(loadgen?.["request_rate"]);
  const requestsPerSecond = average("request_throughput");
  const answered = average("request_count");
  if (requestsPerSecond === undefined && answered === undefined)
    throw new UserError(
      `${where} has neither "request_throughput" nor "request_count": it is cut off, or no request succeeded.`
    );
  const errored = average("error_request_count") ?? 0;
  const scaled = (name: string) => quantilesOf(metric(name), metric(name)?.["unit"] === "sec" ? 1000 : 1);
  const names = at(file, "input_config", "endpoint", "model_names");
  const start = shortString(file["start_time"]);
  return {
    tool: "aiperf",
    model: (Array.isArray(names) ? shortString(names[0]) : undefined) ?? "unknown",
    at: start !== undefined && !Number.isNaN(Date.parse(start)) ? new Date(start).toISOString() : undefined,
    levels: [
      {
        concurrency: nonNegative(loadgen?.["concurrency"]),
        ratePerSecond: rate,
        throughput:
          requestsPerSecond === undefined
            ? undefined
            : {
                basis: rate === undefined ? "saturated" : "arrivals",
                requestsPerSecond,
                completionTokensPerSecond: average("output_token_throughput")
              },
        answered: answered ?? 0,
        errors: errored > 0 ? {errored} : {},
        unanswered: 0,
        serviceMs: scaled("request_latency"),
        firstTokenMs: scaled("time_to_first_token"),
        interTokenMs: scaled("inter_token_latency")
      }
    ]
  };
}

function quantilesOf(of: JsonRecord | undefined, toMs: number): LatencyQuantiles | undefined {
  if (!of) return undefined;
  const quantile = (name: string) => {
    const value = nonNegative(of[name]);
    return value === undefined ? undefined : toMs * value;
  };
  return {p50: quantile("p50"), p90: quantile("p90"), p95: quantile("p95"), p99: quantile("p99")};
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inside, name) => objectOrNone(inside)?.[name], value);
}

function objectOrNone(value: unknown): JsonRecord | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonRecord)
    : undefined;
}

function nonNegative(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function shortString(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, 200) : undefined;
}
