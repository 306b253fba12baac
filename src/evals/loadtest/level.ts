import type {LatencyQuantiles, LoadLevel, MeasuredThroughput} from "../../base/costs/index.js";
import {sortedQuantile} from "../../base/stats/quantile.js";
import {emptyRecord} from "../../base/validation/memberOf.js";
import type {EndpointErrorKind} from "../../inference/endpoints/types.js";
import type {Loop} from "./loops.js";

/** Requests and tokens per second of what ended in the measured time; undefined when nothing did. */
export function throughputOf(
  {samples, fromMs, toMs}: Loop,
  basis: MeasuredThroughput["basis"]
): MeasuredThroughput | undefined {
  const done = samples.filter(
    ({endedMs, error}) => error === undefined && endedMs >= fromMs && endedMs <= toMs
  );
  const seconds = (toMs - fromMs) / 1000;
  if (done.length === 0 || !(seconds > 0)) return undefined;
  const perSecond = (side: "promptTokens" | "completionTokens") => {
    const counts = done.map((one) => one[side]);
    if (counts.includes(undefined)) return undefined;
    return counts.reduce<number>((sum, count) => sum + count!, 0) / seconds;
  };
  return {
    basis,
    requestsPerSecond: done.length / seconds,
    promptTokensPerSecond: perSecond("promptTokens"),
    completionTokensPerSecond: perSecond("completionTokens")
  };
}

/** Ends of a request that somebody waited for in vain. What a server refuses at once is an error, and has no latency. */
const LOST = new Set<string | undefined>([
  "unanswered",
  "timeout",
  "connection",
  "truncated-stream"
] satisfies (EndpointErrorKind | "unanswered")[]);

/** The figures of one level, from its saturated phase (absent with a rate of the user's) and its arrivals. */
export function levelOf(
  concurrency: number,
  saturated: Loop | undefined,
  arrivals: (Loop & {ratePerSecond: number}) | undefined
): LoadLevel {
  const due = arrivals?.samples.filter(({dueMs}) => dueMs >= arrivals.fromMs) ?? [];
  const answered = due.filter(({error}) => error === undefined);
  const lost = due.filter(({error}) => LOST.has(error));
  const unsent = arrivals?.unsent ?? 0;
  const samples = [...(saturated?.samples ?? []), ...(arrivals?.samples ?? [])];
  const errors = emptyRecord<number>();
  for (const {error} of samples)
    if (error !== undefined && error !== "unanswered") errors[error] = (errors[error] ?? 0) + 1;
  const isUnanswered = ({error}: LoadSample) => error === "unanswered";
  const unanswered =
    (saturated?.samples.filter(isUnanswered).length ?? 0) + lost.filter(isUnanswered).length + unsent;
  const over = (of: (sample: LoadSample) => number | undefined, longer: number) =>
    quantiles(answered.map(of), longer);
  return {
    concurrency,
    throughput: saturated
      ? throughputOf(saturated, "saturated")
      : arrivals && throughputOf(arrivals, "arrivals"),
    ratePerSecond: arrivals?.ratePerSecond,
    requests: samples.length + unsent,
    answered: answered.length,
    errors,
    unanswered,
    latencyMs: over(({endedMs, dueMs}) => endedMs - dueMs, lost.length + unsent),
    serviceMs: over(({endedMs, sentMs}) => endedMs - sentMs, lost.length),
    // Of a stream that broke off the first token was seen.
    firstTokenMs: quantiles(
      [...answered, ...lost].map(firstToken),
      lost.filter((one) => firstToken(one) === undefined).length + unsent
    ),
    interTokenMs: over(interToken, lost.length)
  };
}

function firstToken({firstTokenMs, sentMs, dueMs}: LoadSample): number | undefined {
  return firstTokenMs === undefined ? undefined : firstTokenMs + sentMs - dueMs;
}

function interToken(one: LoadSample): number | undefined {
  const {firstTokenMs, completionTokens, unseenTokens = 0, sentMs, endedMs} = one;
  const {lastTokenMs = endedMs - sentMs} = one;
  if (firstTokenMs === undefined || completionTokens === undefined) return undefined;
  const after = completionTokens - unseenTokens - 1;
  return after < 1 ? undefined : (lastTokenMs - firstTokenMs) / after;
}

/** Undefined when nothing was measured. */
function quantiles(values: readonly (number | undefined)[], longer: number): LatencyQuantiles | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  const sorted = Float64Array.from([...known, ...Array<number>(longer).fill(Infinity)]).sort();
  const at = (q: number) => {
    const value = sortedQuantile(sorted, q)!;
    return Number.isFinite(value) ? value : undefined;
  };
  return {p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99)};
}

/** One request of a load test; times in milliseconds on one clock. */
export interface LoadSample {
  /** When it was to arrive. */
  dueMs: number;
  sentMs: number;
  endedMs: number;
  /** Since it was sent. */
  firstTokenMs?: number;
  /** Since it was sent; absent where an answer ends with its last token. */
  lastTokenMs?: number;
  promptTokens?: number;
  completionTokens?: number;
  /** Of those: reasoning that was not streamed. */
  unseenTokens?: number;
  /** Kind of error; "unanswered" when the time was up. */
  error?: string;
}

/** What came of a request. Never rejects. */
export type LoadReply = Omit<LoadSample, "dueMs" | "sentMs" | "endedMs">;

/** Sends the next request; undefined when no more may be sent. */
export type Send = (signal: AbortSignal) => Promise<LoadReply> | undefined;
