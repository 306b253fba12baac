import {isLane} from "./lane.js";
import {ALIVE, LANES, laneKeys, makingKey, marksKey, SILENT_MS} from "./names.js";
import {pairs, type Redis, serverTime} from "./redis.js";

/** By then every worker that lives has said what it makes. */
const PATIENCE_MS = 5000;
const LOOK_MS = 100;

/** Calls of a run that workers which are alive have in flight, or whose outcomes nobody has received. */
async function inFlight(redis: Redis, scope: string, isPatient: boolean): Promise<number> {
  const now = await serverTime(redis);
  const lanes = [...pairs(await redis.call("HGETALL", LANES)).keys()].filter(isLane);
  let sum = 0;
  for (const lane of lanes)
    for (const [field, count] of await flyingOf(redis, lane)) {
      const [worker, of] = field.split("|") as [string, string | undefined];
      if (of !== scope || !(Number(count) > 0)) continue;
      const seen = Number(await redis.call("ZSCORE", ALIVE, worker));
      if (now - seen >= SILENT_MS) continue;
      sum += isPatient ? Math.min(Number(count), await makingOf(redis, worker, scope)) : Number(count);
    }
  return sum;
}

/** What another program has put there is no call: workers take it away. */
async function flyingOf(redis: Redis, lane: string): Promise<Map<string, string>> {
  const key = laneKeys(lane).flying;
  return (await redis.call("TYPE", key)) === "hash" ? pairs(await redis.call("HGETALL", key)) : new Map();
}

/** How many calls of a run a worker says that it makes; any number when it has said nothing. */
async function makingOf(redis: Redis, worker: string, scope: string): Promise<number> {
  const said = (await redis.call("GET", makingKey(worker))) as string | null;
  return said === null ? Infinity : said.split(`"${marksKey(scope)}-`).length - 1;
}

export interface Landing {
  redis: Redis;
  scope: string;
  /** Ends the wait. */
  signal: AbortSignal;
  /** Told once how many there are, if there are any. */
  onWait(calls: number): void;
}

/** Resolves when no worker has a call of the run in flight. */
export async function callsLanded({redis, scope, signal, onWait}: Landing): Promise<void> {
  const begun = performance.now();
  let told = false;
  while (!signal.aborted) {
    // A server that was killed may have forgotten how a call ended: after a time its worker's own word is looked at.
    const calls = await inFlight(redis, scope, performance.now() - begun > PATIENCE_MS);
    if (calls === 0) return;
    if (!told) onWait(calls);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
