/** Meters a quantity per minute. Times are milliseconds of one monotonic clock. */
export interface TokenBucket {
  /** Milliseconds until `amount` may be taken; 0 when now. */
  waitMs(amount: number, now: number): number;
  /** Takes it, into debt if need be. A negative amount gives back. */
  take(amount: number, now: number): void;
}

/**
 * Refills at perMinute / 60 a second and holds one second's worth (at least 1), so that any 60 seconds see at
 * most perMinute plus one second's worth. An amount larger than the bucket waits for a full one and leaves a debt.
 */
export function tokenBucket(perMinute: number): TokenBucket {
  if (!(perMinute > 0)) throw new Error(`a limit per minute must be above 0: ${perMinute}`);
  const perMs = perMinute / 60_000;
  const capacity = Math.max(1, perMinute / 60);
  let level = capacity;
  let updated: number | undefined;
  const refill = (now: number) => {
    if (updated !== undefined) level = Math.min(capacity, level + (now - updated) * perMs);
    updated = now;
  };
  return {
    waitMs(amount, now) {
      refill(now);
      const missing = Math.min(amount, capacity) - level;
      // The tolerance keeps a wait of exactly the needed time from falling short by rounding.
      return missing <= 1e-9 ? 0 : missing / perMs;
    },
    take(amount, now) {
      refill(now);
      level = Math.min(capacity, level - amount);
    }
  };
}
