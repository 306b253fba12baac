import {longTimer} from "../../base/system/waits.js";

/** The outside world of an endpoint: clocks, timers and randomness. Tests hand in their own. */
export interface EndpointEffects {
  /** Monotonic clock in milliseconds. */
  now(): number;
  /** Wall clock in milliseconds since 1970, for HTTP dates. */
  epochMs(): number;
  /** In [0, 1). */
  random(): number;
  /** Calls `fn` once after `ms`; the returned function cancels it. */
  timer(ms: number, fn: () => void): () => void;
}

export const realEffects: EndpointEffects = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  random: () => Math.random(),
  timer: longTimer
};
