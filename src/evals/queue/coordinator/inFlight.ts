import {claimsKey, heldKey, HEARTBEATS, queueKeys, QUEUES, SILENT_MS, isQueueName} from "../keys.js";
import {pairs, type Redis, serverTime} from "../server/redis.js";

/** By then every worker that lives has sent a heartbeat with the calls that it holds. */
const HEARTBEAT_KNOWN_MS = 5000;
const LOOK_MS = 100;

export interface InFlightWait {
  redis: Redis;
  run: string;
  /** Ends the wait. */
  signal: AbortSignal;
  /** Called once with their number, if there are any. */
  onWait(calls: number): void;
}

/** Resolves when no live worker has a call of the run in flight. */
export async function inFlightEnded({redis, run, signal, onWait}: InFlightWait): Promise<void> {
  const begun = performance.now();
  let hasWaited = false;
  while (!signal.aborted) {
    // A server that was killed may have forgotten that a call ended: after a time its worker's heartbeat is compared.
    const calls = await callsInFlight(redis, run, performance.now() - begun > HEARTBEAT_KNOWN_MS);
    if (calls === 0) return;
    if (!hasWaited) onWait(calls);
    hasWaited = true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Calls of a run that live workers have in flight, or whose outcomes nobody has acknowledged. */
async function callsInFlight(redis: Redis, run: string, compareHeld: boolean): Promise<number> {
  const now = await serverTime(redis);
  const queues = [...pairs(await redis.call("HGETALL", QUEUES)).keys()].filter(isQueueName);
  let sum = 0;
  for (const queue of queues)
    for (const [field, count] of await countsOf(redis, queue)) {
      const [worker, of] = field.split("|") as [string, string | undefined];
      if (of !== run || !(Number(count) > 0)) continue;
      const seen = Number(await redis.call("ZSCORE", HEARTBEATS, worker));
      if (now - seen >= SILENT_MS) continue;
      sum += compareHeld ? Math.min(Number(count), await heldCalls(redis, worker, run)) : Number(count);
    }
  return sum;
}

/** What another program has put there is no call: the limits' script deletes it. */
async function countsOf(redis: Redis, queue: string): Promise<Map<string, string>> {
  const key = queueKeys(queue).inFlight;
  return (await redis.call("TYPE", key)) === "hash" ? pairs(await redis.call("HGETALL", key)) : new Map();
}

/** How many calls of a run a worker holds, by its heartbeat; any number when it has sent none. */
async function heldCalls(redis: Redis, worker: string, run: string): Promise<number> {
  const held = (await redis.call("GET", heldKey(worker))) as string | null;
  return held === null ? Infinity : held.split(`"${claimsKey(run)}-`).length - 1;
}
