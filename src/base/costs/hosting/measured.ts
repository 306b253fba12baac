import type {Throughput} from "./types.js";

/** Milliseconds. A quantile is undefined where it falls among requests that had no answer: it is longer than measured. */
export interface LatencyQuantiles {
  p50?: number;
  p90?: number;
  p95?: number;
  p99?: number;
}

/** What a server got done per second while it was measured. */
export interface MeasuredThroughput {
  /** "saturated": `concurrency` requests were always in flight. "arrivals": it answered what came, and can do at least that. */
  basis: "saturated" | "arrivals";
  requestsPerSecond: number;
  /** Undefined where the server reports no usage. */
  promptTokensPerSecond?: number;
  completionTokensPerSecond?: number;
}

/** A load test at one concurrency or rate. */
export interface LoadLevel {
  /** The most requests in flight. */
  concurrency?: number;
  throughput?: MeasuredThroughput;
  /** Requests that were to arrive per second while latency was taken. */
  ratePerSecond?: number;
  /** Requests that were to be sent in all its phases, warm-up included; absent in measurements before this was noted. */
  requests?: number;
  /** Requests that latency is taken from. */
  answered: number;
  /**
   * Requests that failed, those of the saturated phase among them, by kind of error. Time-outs and broken connections and streams
   * count as longer than every answer.
   */
  errors: Record<string, number>;
  /** Requests that had no answer when the time was up, those of the saturated phase among them. They count as longer than every answer. */
  unanswered: number;
  /** From the moment a request was to arrive to its last byte. */
  latencyMs?: LatencyQuantiles;
  /** From the moment it was sent: without the wait for a free place. */
  serviceMs?: LatencyQuantiles;
  /** From the moment a request was to arrive to its first token. */
  firstTokenMs?: LatencyQuantiles;
  /** Of each request, the time from its first to its last token ÷ (its tokens − 1). */
  interTokenMs?: LatencyQuantiles;
}

/** Of a level's requests, the share that may fail before it says nothing of what a hosting can do. */
const MOST_FAILED = 0.01;

/**
 * The throughput that an edge, on-prem or cloud hosting takes, from a load test, in requests per second: the highest of its
 * saturated levels. With `p95Ms` it is the highest rate at which a p95 of at most that was seen: of a level whose latency was taken
 * at arrivals, their rate and not what it got done when saturated. What a server answered of a given rate alone is only the least
 * that it can do, and does not count; nor does a level of whose requests more than 1% failed. It holds for requests of the kind
 * that were measured. Undefined when no level qualifies; a level without a p95 does so only when none is asked for.
 */
export function measuredThroughput(
  levels: readonly LoadLevel[],
  p95Ms?: number
): Pick<Throughput, "requestsPerSecond"> | undefined {
  const able = levels.flatMap((level) => {
    const {throughput, ratePerSecond = Infinity} = level;
    if (!throughput || !isCapacity(throughput) || failsTooOften(level)) return [];
    if (p95Ms === undefined) return throughput.requestsPerSecond;
    const p95 = p95Of(level);
    return p95 !== undefined && p95 <= p95Ms ? Math.min(ratePerSecond, throughput.requestsPerSecond) : [];
  });
  const highest = Math.max(0, ...able);
  return highest > 0 ? {requestsPerSecond: highest} : undefined;
}

/** False where a server only answered the requests that came: it could perhaps do more. */
export function isCapacity({basis}: Pick<MeasuredThroughput, "basis">): boolean {
  return basis !== "arrivals";
}

/** Whether a level was to find out what the server can do, even where nothing was answered. */
function isSaturated({throughput, ratePerSecond}: LoadLevel): boolean {
  return throughput ? isCapacity(throughput) : ratePerSecond === undefined;
}

/** Milliseconds; another tool's latency counts from the sending. */
export function p95Of({latencyMs, serviceMs}: LoadLevel): number | undefined {
  return (latencyMs ?? serviceMs)?.p95;
}

/** Which saturated levels give no throughput because more than 1% of their requests failed, and of what; undefined when none. */
export function failingText(levels: readonly LoadLevel[]): string | undefined {
  const failing = levels.filter((level) => isSaturated(level) && failsTooOften(level));
  if (failing.length === 0) return undefined;
  const each = failing.map((level) => {
    const kinds = Object.entries(level.errors).map(([kind, count]) => `${kind} ${count}`);
    if (hanging(level) > 0) kinds.push(`unanswered ${hanging(level)}`);
    const where = level.concurrency === undefined ? "one level" : `${level.concurrency} in flight`;
    return `at ${where} ${Number((100 * failedShare(level)).toPrecision(2))}% (${kinds.join(", ")})`;
  });
  return `more than 1% of the requests failed ${each.join(", ")}`;
}

function failsTooOften(level: LoadLevel): boolean {
  return failedShare(level) > MOST_FAILED;
}

function failedShare(level: LoadLevel): number {
  const failed = Object.values(level.errors).reduce((sum, count) => sum + count, hanging(level));
  const requests = level.requests ?? level.answered + failed;
  return requests > 0 ? failed / requests : 0;
}

/** Other tools cut off what is in flight when a saturated measurement ends: those did not fail. */
function hanging({ratePerSecond, unanswered}: LoadLevel): number {
  return ratePerSecond === undefined ? 0 : unanswered;
}
