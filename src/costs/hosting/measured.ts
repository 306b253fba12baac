import type {Throughput} from "./types.js";

/** Milliseconds. A quantile is undefined where it falls among requests that were never answered: it is longer than measured. */
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
  /** Requests that latency is taken from. */
  answered: number;
  /** Requests that failed, those of the saturated phase among them, by kind of error. */
  errors: Record<string, number>;
  /** Requests that came and had no answer when the time was up. They count as longer than every answer. */
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

/**
 * The throughput that an edge, on-prem or cloud hosting takes, from a load test: the most requests per second of a saturated
 * level whose p95 latency is at most `p95Ms`. What a server answered of a given rate is only the least that it can do, and does not count.
 * It holds for requests of the kind that were measured. Undefined when no level qualifies; a level without a p95 does so only when
 * none is asked for.
 */
export function measuredThroughput(
  levels: readonly LoadLevel[],
  p95Ms?: number
): Pick<Throughput, "requestsPerSecond"> | undefined {
  const able = levels.flatMap(({throughput, latencyMs, serviceMs}) => {
    // Another tool's latency counts from the sending.
    const p95 = (latencyMs ?? serviceMs)?.p95;
    const quick = p95Ms === undefined || (p95 !== undefined && p95 <= p95Ms);
    return throughput && isCapacity(throughput) && throughput.requestsPerSecond > 0 && quick
      ? [throughput.requestsPerSecond]
      : [];
  });
  return able.length === 0 ? undefined : {requestsPerSecond: Math.max(...able)};
}

/** False where a server only answered the requests that came: it could perhaps do more. */
export function isCapacity({basis}: Pick<MeasuredThroughput, "basis">): boolean {
  return basis !== "arrivals";
}
