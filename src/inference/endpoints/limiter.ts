import {aborted, onAborted} from "./aborted.js";
import {adaptiveConcurrency, type AdaptiveConcurrency} from "./adaptiveConcurrency.js";
import {type EndpointEffects, realEffects} from "./effects.js";
import {Queue} from "./queue.js";
import {tokenBucket} from "./tokenBucket.js";
import {
  type AttemptHooks,
  type AttemptOutcome,
  type Completion,
  type Endpoint,
  type EndpointError,
  isRemote,
  type RateLimits
} from "./types.js";

export interface LimiterOptions {
  /** `-j`: the most calls in flight. `limits.concurrency` can only lower it. */
  max: number;
  limits?: RateLimits;
  /** False keeps the concurrency at its maximum: for models in this process and recordings. Default true. */
  adaptive?: boolean;
  effects?: EndpointEffects;
}

export interface LimiterStats {
  inFlight: number;
  queued: number;
  /** The concurrency allowed now. */
  limit: number;
  /** Attempts answered with 429, 498, 503 or 529, or not within their time. */
  throttled: number;
  /** Attempts beyond the first of their call. */
  retries: number;
}

export interface LimitedCallOptions {
  /** Prompt and completion tokens expected; counted against tokens per minute until the usage is known. */
  estimateTokens?: number;
  signal?: AbortSignal;
  /** Whose call it is, for `clear`. */
  owner?: object;
}

export interface Limiter {
  /**
   * Calls `fn` when a place is free, in order of arrival, and settles as it does. Pass the hooks on as
   * `CompletionOptions.attempts`. Rejects with EndpointError "aborted" when the signal fires before the start.
   */
  run<T>(fn: (hooks: AttemptHooks) => Promise<T>, options?: LimitedCallOptions): Promise<T>;
  /** Rejects every call of an owner that has not started with EndpointError "aborted"; of all owners when absent. */
  clear(owner?: object): void;
  readonly stats: LimiterStats;
}

class QueuedCall {
  /** Ends the waiting for a signal. */
  leave: (() => void) | undefined;

  /** @param holdsPlace of a retry, which already holds a place and only needs the buckets' leave */
  constructor(
    readonly tokens: number,
    readonly holdsPlace: boolean,
    readonly owner: object | undefined,
    private readonly resolve: () => void,
    private readonly reject: (error: EndpointError) => void
  ) {}

  start(): void {
    this.leave?.();
    this.resolve();
  }

  /** Ends the wait with EndpointError "aborted". */
  stop(): void {
    this.leave?.();
    this.reject(aborted());
  }
}

/** The longest pause that a Retry-After can impose on calls that have not started. */
const maxPauseMs = 60_000;

export function createLimiter({
  max,
  limits = {},
  adaptive = true,
  effects = realEffects
}: LimiterOptions): Limiter {
  const most = Math.max(1, Math.floor(Math.min(max, limits.concurrency ?? Infinity)));
  const concurrency: AdaptiveConcurrency | undefined = adaptive
    ? adaptiveConcurrency({max: most})
    : undefined;
  const requests = limits.requestsPerMinute ? tokenBucket(limits.requestsPerMinute) : undefined;
  const tokens = limits.tokensPerMinute ? tokenBucket(limits.tokensPerMinute) : undefined;
  const queue = new Queue<QueuedCall>();
  let inFlight = 0;
  let throttled = 0;
  let retries = 0;
  let pausedUntil = -Infinity;
  let cancelWake: (() => void) | undefined;

  const limit = () => concurrency?.limit ?? most;

  const pump = () => {
    cancelWake?.();
    cancelWake = undefined;
    for (let next = queue.first(); next; next = queue.first()) {
      if (!next.holdsPlace && inFlight >= limit()) return;
      const now = effects.now();
      const wait = Math.max(
        pausedUntil - now,
        requests?.waitMs(1, now) ?? 0,
        tokens?.waitMs(next.tokens, now) ?? 0
      );
      if (wait > 0) {
        cancelWake = effects.timer(Math.ceil(wait), pump);
        return;
      }
      queue.shift();
      requests?.take(1, now);
      tokens?.take(next.tokens, now);
      if (!next.holdsPlace) inFlight++;
      next.start();
    }
  };

  const wait = (amount: number, holdsPlace: boolean, signal?: AbortSignal, owner?: object) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(aborted());
      const entry = new QueuedCall(amount, holdsPlace, owner, resolve, reject);
      if (signal) entry.leave = onAborted(signal, () => remove(entry));
      if (holdsPlace) queue.unshift(entry);
      else queue.push(entry);
      pump();
    });

  const remove = (entry: QueuedCall) => {
    queue.remove(entry);
    entry.stop();
    pump();
  };

  const observe = (outcome: AttemptOutcome) => {
    const now = effects.now();
    if (!isThrottled(outcome)) {
      if (!outcome.kind) concurrency?.succeeded(outcome.latencyMs);
      return;
    }
    throttled++;
    concurrency?.throttled(now - outcome.latencyMs, now);
    if (outcome.retryAfterMs)
      pausedUntil = Math.max(pausedUntil, now + Math.min(maxPauseMs, outcome.retryAfterMs));
  };

  return {
    async run(fn, {estimateTokens = 0, signal, owner} = {}) {
      await wait(estimateTokens, false, signal, owner);
      let attempts = 1;
      const hooks: AttemptHooks = {
        onAttempt: observe,
        beforeRetry: (retrySignal) => {
          attempts++;
          retries++;
          return wait(estimateTokens, true, retrySignal);
        }
      };
      try {
        const value = await fn(hooks);
        const usage = (value as Partial<Completion> | undefined)?.usage;
        if (usage && tokens)
          tokens.take(usage.promptTokens + usage.completionTokens - estimateTokens * attempts, effects.now());
        return value;
      } finally {
        inFlight--;
        pump();
      }
    },
    clear(of) {
      const isOf = ({holdsPlace, owner}: QueuedCall) => !holdsPlace && (of === undefined || owner === of);
      for (const entry of queue.removeWhere(isOf)) entry.stop();
      // A timer for calls that are gone would keep the process alive.
      pump();
    },
    get stats() {
      return {inFlight, queued: queue.size, limit: limit(), throttled, retries};
    }
  };
}

/** The limiter of one endpoint under `-j`: adaptive over HTTP, fixed for models in this process and recordings. */
export function limiterFor(endpoint: Endpoint, max: number, effects: EndpointEffects = realEffects): Limiter {
  const adaptive = isRemote(endpoint);
  return createLimiter({max, limits: endpoint.limits, adaptive, effects});
}

const OVERLOAD = [498, 503, 529];

/** Whether fewer calls at once would help. */
export function isThrottled({kind, status = 0}: AttemptOutcome): boolean {
  return kind === "rate-limit" || kind === "timeout" || OVERLOAD.includes(status);
}
