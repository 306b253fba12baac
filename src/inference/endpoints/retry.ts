import type {AttemptsSpent} from "./attemptsSpent.js";
import type {EndpointEffects} from "./effects.js";
import {aborted} from "./aborted.js";
import {type AttemptHooks, EndpointError, type EndpointErrorKind, type RetryPolicy} from "./types.js";

export const defaultRetryPolicy: RetryPolicy = {
  retries: 4,
  baseDelayMs: 500,
  maxDelayMs: 20_000,
  maxRetryAfterMs: 60_000,
  maxElapsedMs: 300_000
};

const retried = new Set<EndpointErrorKind>([
  "timeout",
  "connection",
  "rate-limit",
  "server",
  "truncated-stream"
]);

/** A wrong shape is usually how the server always answers: one retry is enough to tell a hiccup from a habit. */
function retriesFor(kind: EndpointErrorKind, retries: number): number {
  if (kind === "malformed") return Math.min(1, retries);
  return retried.has(kind) ? retries : 0;
}

/**
 * Milliseconds before retry number `retry` (0-based): uniform in [0, min(maxDelay, base · 2^retry)), the "full
 * jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
 */
export function fullJitter(retry: number, policy: RetryPolicy, random: () => number): number {
  return random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** retry);
}

/**
 * Calls `attempt` until it succeeds, fails for good, or the policy's bounds are reached. A Retry-After is a
 * lower bound of the pause; jitter is added on top of it, so that many callers do not return at once.
 * Throws the last EndpointError with `detail.attempts` set; with `cutShort` where `attempts.stopRetries` ended it.
 * `spent` is told of each that an attempt failed with.
 */
export async function withRetry<T>(
  attempt: (number: number) => Promise<T>,
  policy: RetryPolicy,
  effects: EndpointEffects,
  options: {signal?: AbortSignal; attempts?: AttemptHooks; spent?: AttemptsSpent} = {}
): Promise<T> {
  const {signal, attempts: hooks, spent} = options;
  const first = effects.now();
  for (let number = 1; ; number++) {
    const start = effects.now();
    try {
      const value = await attempt(number);
      hooks?.onAttempt?.({attempt: number, latencyMs: effects.now() - start});
      return value;
    } catch (thrown) {
      if (!(thrown instanceof EndpointError)) throw thrown;
      spent?.attemptFailed(thrown);
      const {kind, detail} = thrown;
      const latencyMs = effects.now() - start;
      hooks?.onAttempt?.({
        attempt: number,
        latencyMs,
        kind,
        status: detail.status,
        retryAfterMs: detail.retryAfterMs,
        mayBeBilled: detail.mayBeBilled,
        spent: detail.spent
      });
      const asked = detail.retryAfterMs ?? 0;
      const delay = asked + fullJitter(number - 1, policy, effects.random);
      if (number > retriesFor(kind, policy.retries)) throw final(thrown, number);
      if (asked > policy.maxRetryAfterMs)
        throw final(
          thrown,
          number,
          `The server asks to wait ${seconds(asked)}, more than the ${seconds(policy.maxRetryAfterMs)} allowed`
        );
      if (effects.now() - first + delay > policy.maxElapsedMs)
        throw final(
          thrown,
          number,
          `Another attempt would pass the ${seconds(policy.maxElapsedMs)} allowed for one call`
        );
      await pause(delay, effects, thrown, {number, signal, hooks});
    }
  }
}

/** Until another attempt may be made; throws the last attempt's error where retries are stopped before. */
async function pause(
  ms: number,
  effects: EndpointEffects,
  last: EndpointError,
  {number, signal, hooks}: {number: number; signal?: AbortSignal; hooks?: AttemptHooks}
): Promise<void> {
  const stop = hooks?.stopRetries?.();
  const ended = stop && signal ? AbortSignal.any([stop, signal]) : (stop ?? signal);
  try {
    await sleep(ms, effects, ended);
    await hooks?.beforeRetry?.(ended);
  } catch (error) {
    if (!stop?.aborted || signal?.aborted) throw error;
    const {kind, message, detail} = final(last, number);
    throw new EndpointError(kind, message, {...detail, cutShort: true});
  }
}

function final(error: EndpointError, attempts: number, why?: string): EndpointError {
  const tried = attempts > 1 ? ` (after ${attempts} attempts)` : "";
  const message = `${error.message}${why ? ` ${why}.` : ""}${tried}`;
  return new EndpointError(error.kind, message, {...error.detail, attempts});
}

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`;

/** Resolves after `ms`; rejects at once with an "aborted" EndpointError when the signal fires. */
export function sleep(ms: number, effects: EndpointEffects, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted());
    const onAbort = () => {
      cancel();
      reject(aborted());
    };
    const cancel = effects.timer(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, {once: true});
  });
}
