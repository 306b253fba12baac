export interface ConcurrencyOptions {
  /** Never more in flight than this. */
  max: number;
  /** Where the slow start begins. Default 8. */
  initial?: number;
  /** Latency is a signal only above this median, in milliseconds. Default 250. */
  latencyFloorMs?: number;
  /** A round's median this many times the best round's is congestion. Default 3. */
  latencyFactor?: number;
}

export interface AdaptiveConcurrency {
  /** Whole number in [1, max]. */
  readonly limit: number;
  succeeded(latencyMs: number): void;
  /** `startedMs`: when the throttled call began. One round of calls lowers the limit once. */
  throttled(startedMs: number, nowMs: number): void;
}

/** A median of fewer latencies says little. */
const smallestRound = 8;

/**
 * Additive increase, multiplicative decrease. The limit doubles each round of calls until the first sign of
 * overload (slow start), then grows by one a round. A 429, a 503 or a time-out halves it; a round whose median latency is far
 * above the best one's lowers it by a fifth. A round is as many successes as the limit.
 */
export function adaptiveConcurrency(options: ConcurrencyOptions): AdaptiveConcurrency {
  const {max, initial = 8, latencyFloorMs = 250, latencyFactor = 3} = options;
  let limit = Math.min(max, initial);
  let slowStart = true;
  let decreasedAt = -Infinity;
  let round: number[] = [];
  let roundSize = Math.max(smallestRound, limit);
  let best = Infinity;

  const newRound = () => {
    round = [];
    roundSize = Math.max(smallestRound, limit);
  };
  const decrease = (factor: number) => {
    limit = Math.max(1, limit * factor);
    slowStart = false;
    newRound();
  };
  const endRound = () => {
    const median = round.sort((a, b) => a - b)[round.length >> 1]!;
    newRound();
    best = Math.min(best, median);
    if (median > latencyFloorMs && median > latencyFactor * best) decrease(0.8);
    // Without this a best round from a quieter hour would hold the limit down for good.
    best *= 1.002;
  };

  return {
    get limit() {
      return Math.floor(limit);
    },
    succeeded(latencyMs) {
      limit = Math.min(max, limit + (slowStart ? 1 : 1 / limit));
      round.push(latencyMs);
      if (round.length >= roundSize) endRound();
    },
    throttled(startedMs, nowMs) {
      if (startedMs < decreasedAt) return;
      decreasedAt = nowMs;
      decrease(0.5);
    }
  };
}
