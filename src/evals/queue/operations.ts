import type {Queue} from "bullmq";
import {PAUSED, queueKeys, QUEUES, runKeys, SILENT_MS, isQueueName} from "./keys.js";
import type {DrainRequest, CallJobData} from "./protocol.js";
import {openJobQueue} from "./server/jobQueue.js";
import type {QueueLink} from "./server/queueLink.js";
import {pairs, pipelined, type Redis, serverTime} from "./server/redis.js";
import {queueServerError} from "./server/serverError.js";

/** Where BullMQ counts in a job how often it stalled; it does not clear it. */
const STALLS = "stc";

/** Where the queue of one endpoint stands. */
export interface EndpointQueueStatus {
  /** The endpoint's name. */
  endpoint: string;
  queue: string;
  paused: boolean;
  workers: number;
  /** Jobs, of up to 50 requests each. */
  waiting: number;
  active: number;
  failed: number;
  /** Calls that hold a slot: in flight, or not yet received by their run. */
  inFlight: number;
  /** What adaptive back-off allows in flight over all workers; undefined before the first call. */
  allowed?: number;
}

export interface QueueStatus {
  /** No call begins, at any endpoint. */
  paused: boolean;
  queues: EndpointQueueStatus[];
  /** Runs whose coordinator is at work. */
  runs: number;
}

export async function queueStatus(link: QueueLink): Promise<QueueStatus> {
  const {redis} = link;
  const paused = await answered(link, async () => (await redis.call("EXISTS", PAUSED)) === 1);
  const queues = await onQueues(link, async (queue, name, endpoint) => {
    const keys = queueKeys(name);
    const counts = await queue.getJobCounts("wait", "prioritized", "active", "failed");
    const now = await serverTime(redis);
    const [inFlight, limits, workers] = await Promise.all([
      redis.call("HVALS", keys.inFlight) as Promise<string[]>,
      redis.call("GET", keys.limits) as Promise<string | null>,
      redis.call("ZCOUNT", keys.workers, now - SILENT_MS, "+inf")
    ]);
    const allowed = limits === null ? undefined : allowedBy(limits);
    return {
      endpoint,
      queue: name,
      paused,
      workers: Number(workers),
      waiting: (counts["wait"] ?? 0) + (counts["prioritized"] ?? 0),
      active: counts["active"] ?? 0,
      failed: counts["failed"] ?? 0,
      inFlight: inFlight.reduce((sum, count) => sum + (Number(count) || 0), 0),
      allowed: allowed === undefined ? undefined : Math.floor(allowed)
    };
  });
  return {paused, queues, runs: (await liveRuns(redis)).length};
}

/** Undefined for what another program may have written over the limits' state. */
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
  const paused = await onQueues(link, (queue) => queue.pause());
  await answered(link, () => link.redis.call("SET", PAUSED, 1));
  return paused.length;
}

export async function resumeQueue(link: QueueLink): Promise<number> {
  const resumed = await onQueues(link, (queue) => queue.resume());
  await answered(link, () => link.redis.call("DEL", PAUSED));
  return resumed.length;
}

/**
 * Ends all runs as Ctrl-C does, each sealed as partial, and removes what waits. Answers that nobody has received yet are
 * kept for the next start of their run. Returns how many runs there were.
 */
export async function drainQueue(link: QueueLink): Promise<number> {
  const runs = await liveRuns(link.redis);
  const request: DrainRequest = {type: "drain", reason: "the queue was drained"};
  for (const run of runs) await link.redis.call("RPUSH", runKeys(run).messages, JSON.stringify(request));
  // Runs take back what they have sent; the rest is of runs that are gone.
  if (runs.length > 0) await new Promise((resolve) => setTimeout(resolve, 500));
  await onQueues(link, async (queue) => {
    await queue.drain();
    await queue.clean(0, 10_000, "failed");
  });
  return runs.length;
}

/** Tries failed jobs again, each as if no worker had died of it; how many there were. */
export async function retryQueue(link: QueueLink): Promise<number> {
  const counts = await onQueues(link, async (queue) => {
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

async function onQueues<T>(
  link: QueueLink,
  act: (queue: Queue<CallJobData>, name: string, endpoint: string) => Promise<T>
): Promise<T[]> {
  const {redis} = link;
  return answered(link, async () => {
    const results: T[] = [];
    for (const [name, endpoint] of pairs(await redis.call("HGETALL", QUEUES))) {
      // A name that `queueNameOf` cannot have given is another program's.
      if (!isQueueName(name)) continue;
      const queue = await openJobQueue(redis, name);
      try {
        results.push(await act(queue, name, endpoint));
      } finally {
        await queue.close();
      }
    }
    return results;
  });
}

/** Throws UserError for an error reply of the server. */
async function answered<T>({shown}: QueueLink, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw queueServerError(error, shown);
  }
}

/** The runs whose coordinator is at work. */
async function liveRuns(redis: Redis): Promise<string[]> {
  const prefix = runKeys("").record;
  const runs: string[] = [];
  let cursor = "0";
  do {
    const [next, keys] = (await redis.call("SCAN", cursor, "MATCH", `${prefix}*`, "COUNT", 500)) as [
      string,
      string[]
    ];
    cursor = next;
    runs.push(...keys.map((key) => key.slice(prefix.length)));
  } while (cursor !== "0");
  return [...new Set(runs)];
}
