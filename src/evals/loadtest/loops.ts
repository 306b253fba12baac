import {setMaxListeners} from "node:events";
import type {EndpointEffects} from "../../inference/endpoints/index.js";
import type {LoadSample, Send} from "./level.js";

export interface LoopInputs {
  concurrency: number;
  /** Before what is measured. */
  warmupMs: number;
  measuredMs: number;
  send: Send;
  effects: Pick<EndpointEffects, "now" | "timer">;
  /** No request is sent any more; those in flight are waited for. */
  signal?: AbortSignal;
}

export interface Loop {
  /** All requests, warm-up included, in the order in which they ended. */
  samples: LoadSample[];
  /** What is measured lies between. */
  fromMs: number;
  toMs: number;
  /** Requests that were due in what is measured and never sent because the time was up. */
  unsent: number;
}

/**
 * Keeps `concurrency` requests in flight: what the server gets done when there is always more. Its latency says little, since
 * a slow server is asked less often.
 */
export async function closedLoop(inputs: LoopInputs): Promise<Loop> {
  const {concurrency, warmupMs, measuredMs, send, effects, signal} = inputs;
  const start = effects.now();
  const fromMs = start + warmupMs;
  let toMs = fromMs + measuredMs;
  const samples: LoadSample[] = [];
  const time = timeUp(inputs, toMs + graceMs(measuredMs) - start);
  const work = async () => {
    while (effects.now() < toMs && !signal?.aborted) {
      const sentMs = effects.now();
      const reply = send(time.signal);
      if (!reply) {
        toMs = Math.min(toMs, sentMs);
        return;
      }
      samples.push({dueMs: sentMs, sentMs, ...(await reply), endedMs: effects.now()});
    }
    if (signal?.aborted) toMs = Math.min(toMs, effects.now());
  };
  await Promise.all(Array.from({length: concurrency}, work));
  time.cancel();
  return {samples, fromMs, toMs, unsent: 0};
}

/**
 * Requests arrive evenly at `ratePerSecond`, however slow the server is. One that finds `concurrency` in flight waits, and
 * its latency counts from when it was to arrive: a stall is felt by all that came in it (no coordinated omission).
 */
export async function openLoop(inputs: LoopInputs & {ratePerSecond: number}): Promise<Loop> {
  const {concurrency, warmupMs, measuredMs, send, effects, signal, ratePerSecond} = inputs;
  const start = effects.now();
  const fromMs = start + warmupMs;
  let toMs = fromMs + measuredMs;
  // From the durations: a difference of two moments is a little off, and loses an arrival.
  const arrivals = Math.max(1, Math.ceil(((warmupMs + measuredMs) * ratePerSecond) / 1000 - ROUNDING));
  const dueAt = (n: number) => {
    const ms = (n * 1000) / ratePerSecond;
    return Math.abs(ms - warmupMs) < ROUNDING ? fromMs : start + ms;
  };
  const samples: LoadSample[] = [];
  const time = timeUp(inputs, toMs + graceMs(measuredMs) - start);
  let next = 0;
  let ended = false;
  let unsent = 0;
  // What was to arrive later never came: the time without it is no time of the server's.
  const end = () => {
    ended = true;
    toMs = Math.min(toMs, effects.now());
  };
  const work = async () => {
    while (next < arrivals && !ended) {
      if (signal?.aborted) return end();
      const dueMs = dueAt(next++);
      // A timer may fire up to a millisecond early, and a latency counts from when the request was due.
      for (let wait; (wait = dueMs - effects.now()) > 0 && !signal?.aborted;)
        await pause(wait, effects, signal);
      if (ended) return;
      if (signal?.aborted) return end();
      if (time.signal.aborted) {
        if (dueMs >= fromMs) unsent++;
        continue;
      }
      const sentMs = effects.now();
      const reply = send(time.signal);
      if (!reply) return end();
      samples.push({dueMs, sentMs, ...(await reply), endedMs: effects.now()});
    }
  };
  await Promise.all(Array.from({length: concurrency}, work));
  time.cancel();
  return {samples, fromMs, toMs, unsent};
}

const ROUNDING = 1e-6;

/** What has not ended this long after the last arrival is given up. */
const graceMs = (measuredMs: number) => Math.max(30_000, measuredMs);

function timeUp({effects, signal}: LoopInputs, ms: number): {signal: AbortSignal; cancel(): void} {
  const controller = new AbortController();
  // Every request in flight and every one that waits to be due listens to them.
  setMaxListeners(0, controller.signal, ...(signal ? [signal] : []));
  return {signal: controller.signal, cancel: effects.timer(ms, () => controller.abort())};
}

function pause(
  ms: number,
  effects: Pick<EndpointEffects, "timer">,
  signal: AbortSignal | undefined
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = effects.timer(ms, end);
    signal?.addEventListener("abort", end, {once: true});
  });
}
