import type {Queue} from "bullmq";
import type {QueueLink} from "./queueExecutor.js";
import {openQueue} from "./jobs.js";
import {isLane} from "./lane.js";
import {LANES, laneKeys, PAUSED, runKeys, SILENT_MS} from "./names.js";
import type {JobData, Told} from "./protocol.js";
import {pipelined, type Redis, serverTime} from "./redis.js";
import {refused} from "./refused.js";

/** Where BullMQ counts in a job how often it stalled; it does not clear it. */
const STALLS = "stc";

/** Where the queue of one endpoint stands. */
export interface LaneStatus {
  /** The endpoint's name. */
  endpoint: string;
  queue: string;
  paused: boolean;
  workers: number;
  /** Jobs, of up to 50 requests each. */
  waiting: number;
  active: number;
  failed: number;
  /** Calls that hold a place: in flight, or not yet received by their run. */
  inFlight: number;
  /** What adaptive back-off allows in flight over all workers; undefined before the first call. */
  allowed?: number;
}

export interface QueueStatus {
  /** No call begins, at any endpoint. */
  paused: boolean;
  queues: LaneStatus[];
  /** Runs whose coordinator is at work. */
  runs: number;
}

export async function queueStatus(link: QueueLink): Promise<QueueStatus> {
  const {redis} = link;
  const paused = await answered(link, async () => (await redis.call("EXISTS", PAUSED)) === 1);
  const queues = await onLanes(link, async (queue, lane, endpoint) => {
    const keys = laneKeys(lane);
    const counts = await queue.getJobCounts("wait", "prioritized", "active", "failed");
    const now = await serverTime(redis);
    const [flying, limit, workers] = await Promise.all([
      redis.call("HVALS", keys.flying) as Promise<string[]>,
      redis.call("GET", keys.limit) as Promise<string | null>,
      redis.call("ZCOUNT", keys.listening, now - SILENT_MS, "+inf")
    ]);
    const allowed = limit === null ? undefined : allowedBy(limit);
    return {
      endpoint,
      queue: lane,
      paused,
      workers: Number(workers),
      waiting: (counts["wait"] ?? 0) + (counts["prioritized"] ?? 0),
      active: counts["active"] ?? 0,
      failed: counts["failed"] ?? 0,
      inFlight: flying.reduce((sum, count) => sum + (Number(count) || 0), 0),
      allowed: allowed === undefined ? undefined : Math.floor(allowed)
    };
  });
  return {paused, queues, runs: (await liveRuns(redis)).length};
}

/** What the limits' script wrote, which another program may have overwritten. */
function allowedBy(text: string): number | undefined {
  try {
    const {limit} = JSON.parse(text) as {limit: unknown};
    return typeof limit === "number" ? limit : undefined;
  } catch {
    return undefined;
  }
}

/** No further call begins, at any endpoint, until `resumeQueue`. Calls in flight go on. Returns the queues' number. */
export async function pauseQueue(link: QueueLink): Promise<number> {
  const paused = await onLanes(link, (queue) => queue.pause());
  await answered(link, () => link.redis.call("SET", PAUSED, 1));
  return paused.length;
}

export async function resumeQueue(link: QueueLink): Promise<number> {
  const resumed = await onLanes(link, (queue) => queue.resume());
  await answered(link, () => link.redis.call("DEL", PAUSED));
  return resumed.length;
}

/**
 * Ends all runs as Ctrl-C does, each sealed as partial, and removes what waits. Answers that nobody has received yet are
 * kept for the next start of their run. Returns how many runs were told.
 */
export async function drainQueue(link: QueueLink): Promise<number> {
  const runs = await liveRuns(link.redis);
  const told: Told = {drain: "the queue was drained"};
  for (const scope of runs) await link.redis.call("RPUSH", runKeys(scope).told, JSON.stringify(told));
  // Runs take back what they have sent; the rest is of runs that are gone.
  if (runs.length > 0) await new Promise((resolve) => setTimeout(resolve, 500));
  await onLanes(link, async (queue) => {
    await queue.drain();
    await queue.clean(0, 10_000, "failed");
  });
  return runs.length;
}

/** Tries failed jobs again, each as if no worker had died of it; how many there were. */
export async function retryQueue(link: QueueLink): Promise<number> {
  const counts = await onLanes(link, async (queue) => {
    const failed = await queue.getFailed();
    if (failed.length === 0) return 0;
    await pipelined(
      link.redis,
      failed.map(({id}) => ["HDEL", queue.toKey(id!), STALLS])
    );
    await queue.retryJobs({state: "failed"});
    return failed.length;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

async function onLanes<T>(
  link: QueueLink,
  look: (queue: Queue<JobData>, lane: string, endpoint: string) => Promise<T>
): Promise<T[]> {
  const {redis} = link;
  return answered(link, async () => {
    const found = (await redis.call("HGETALL", LANES)) as string[];
    const results: T[] = [];
    for (let i = 0; i < found.length; i += 2) {
      // A name that `laneOf` cannot have given is another program's.
      if (!isLane(found[i]!)) continue;
      const queue = await openQueue(redis, found[i]!);
      try {
        results.push(await look(queue, found[i]!, found[i + 1]!));
      } finally {
        await queue.close();
      }
    }
    return results;
  });
}

/** What the server says, or why it does not. */
async function answered<T>({shown}: QueueLink, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw refused(error, shown);
  }
}

/** Scopes of the runs whose coordinator was heard of lately. */
async function liveRuns(redis: Redis): Promise<string[]> {
  const prefix = runKeys("").run;
  const scopes: string[] = [];
  let cursor = "0";
  do {
    const [next, keys] = (await redis.call("SCAN", cursor, "MATCH", `${prefix}*`, "COUNT", 500)) as [
      string,
      string[]
    ];
    cursor = next;
    scopes.push(...keys.map((key) => key.slice(prefix.length)));
  } while (cursor !== "0");
  return [...new Set(scopes)];
}
