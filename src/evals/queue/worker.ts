import {randomBytes} from "node:crypto";
import {setTimeout as sleep} from "node:timers/promises";
import {type Endpoint, EndpointError} from "../../inference/endpoints/index.js";
import {UserError} from "../../base/validation/index.js";
import type {QueueAddress} from "./address.js";
import {laneOf} from "./lane.js";
import {ALIVE, LANES, laneKeys, makingKey, SILENT_MS} from "./names.js";
import {connect, serverTime} from "./redis.js";
import {refused} from "./refused.js";
import type {Sealing} from "./sealing.js";
import {createTelling} from "./telling.js";
import {WorkerLane} from "./workerLane.js";

export interface WorkerOptions {
  /** Endpoints that it can call, with the models asked of each. */
  reached: readonly {endpoint: Endpoint; model: string}[];
  /** `-j`: the most calls in flight for each endpoint. */
  concurrency: number;
  sealing: Sealing;
  /** A worker that was not heard of for so long loses its jobs to others, in milliseconds; 15,000 unless told. */
  lockMs?: number;
  onMessage?(message: string): void;
}

export interface RunningWorker {
  /** Names of the endpoints that it takes calls for. */
  readonly endpoints: readonly string[];
  /** Calls begun since its start. */
  readonly calls: number;
  /** Calls that wait, are in flight, or whose outcome was not received yet. */
  readonly open: number;
  /** Gives back what has not begun, waits for the calls in flight and leaves. */
  close(): Promise<void>;
  /** Stops the calls in flight. */
  stop(): void;
}

const LOCK_MS = 15_000;
/** All that a worker asks of the server it asks again. */
const ANSWER_MS = 10_000;
/** How long a worker that has told all its outcomes waits for a server that may be away. */
const LEAVE_MS = 1000;
/** In seconds. */
const MAKING_EXPIRES = 20;

/**
 * Takes calls from the queues of endpoints and makes them, until it is closed. Keys are read from this process's
 * environment. Throws UserError when the server is not reached, or there is no endpoint that it can call.
 */
export async function startWorker(address: QueueAddress, options: WorkerOptions): Promise<RunningWorker> {
  const {sealing, concurrency, lockMs = LOCK_MS, onMessage = () => undefined} = options;
  const reached = await lanesOf(options);
  const redis = await connect(address, onMessage, ANSWER_MS);
  // BullMQ adds a hundred scripts to its connection, which every pipeline of that connection pays for.
  const jobs = redis.duplicate().on("error", () => undefined);
  const name = `w${randomBytes(6).toString("hex")}`;
  let calls = 0;
  const lanes: WorkerLane[] = [];
  const telling = createTelling(
    {
      redis,
      sealing,
      onAbort: (scope) => lanes.forEach((lane) => lane.abort(scope)),
      onLook: () => lanes.forEach((lane) => lane.look())
    },
    redis.duplicate().on("error", () => undefined)
  );
  const beat = async () => {
    const now = await serverTime(redis);
    for (const lane of reached.keys()) await redis.call("ZADD", laneKeys(lane).listening, now, name);
    await redis.call("ZADD", ALIVE, now, name);
    const making = lanes.flatMap((lane) => lane.making);
    await redis.call("SET", makingKey(name), JSON.stringify(making), "EX", MAKING_EXPIRES);
    for (const key of [ALIVE, ...[...reached.keys()].map((lane) => laneKeys(lane).listening)])
      await redis.call("ZREMRANGEBYSCORE", key, 0, now - 6 * SILENT_MS);
    await telling.check();
  };
  try {
    for (const [lane, endpoint] of reached) {
      await redis.call("HSET", LANES, lane, endpoint.name);
      lanes.push(
        await WorkerLane.open({
          redis,
          jobs,
          worker: name,
          lane,
          endpoint,
          concurrency,
          sealing,
          telling,
          lockMs,
          onCall: () => void calls++,
          onMessage
        })
      );
    }
    await beat();
  } catch (error) {
    // An open connection would keep the process.
    await Promise.all(lanes.map((lane) => lane.close()));
    await telling.close();
    jobs.disconnect();
    redis.disconnect();
    throw refused(error, address.shown);
  }
  const leave = async () => {
    await beating;
    const lists = [...[...reached.keys()].map((lane) => laneKeys(lane).listening), ALIVE];
    await Promise.allSettled(lists.map((list) => redis.call("ZREM", list, name)));
  };
  let beating: Promise<void> | undefined;
  const timer = setInterval(() => {
    beating ??= beat()
      .catch(() => undefined)
      .finally(() => (beating = undefined));
  }, 1000);
  return {
    endpoints: [...new Set([...reached.values()].map((endpoint) => endpoint.name))],
    get calls() {
      return calls;
    },
    get open() {
      return lanes.reduce((sum, lane) => sum + lane.open, 0);
    },
    stop: () => lanes.forEach((lane) => lane.abort()),
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
      clearInterval(timer);
      await telling.close();
      // Without an answer its silence will tell.
      await Promise.race([leave(), sleep(LEAVE_MS)]);
      jobs.disconnect();
      redis.disconnect();
    }
  };
}

/** The queues of the endpoints that this worker has the keys of; which it has not, and why, is told. */
async function lanesOf({reached, sealing, onMessage}: WorkerOptions): Promise<Map<string, Endpoint>> {
  const lanes = new Map<string, Endpoint>();
  const refused: string[] = [];
  const asked = new Map<Endpoint, string | undefined>();
  for (const {endpoint, model} of reached) {
    if (!asked.has(endpoint)) asked.set(endpoint, await missing(endpoint, model));
    const why = asked.get(endpoint);
    if (why === undefined) lanes.set(await laneOf(endpoint, model, sealing), endpoint);
    else if (!refused.includes(why)) refused.push(why);
  }
  for (const why of refused) onMessage?.(`it takes no calls for ${why}`);
  if (lanes.size > 0) return lanes;
  throw new UserError(
    "this worker has no endpoint that it can call. It needs the project's evals with candidates on hosted or OpenAI-compatible endpoints, and their keys in its environment."
  );
}

/** Why the server would refuse this worker: the list of models is asked for, which costs nothing. */
async function missing(endpoint: Endpoint, model: string): Promise<string | undefined> {
  try {
    await endpoint.shutdownDate?.(model, AbortSignal.timeout(10_000));
  } catch (error) {
    if (error instanceof EndpointError && error.kind === "auth") return `${endpoint.name}: ${error.message}`;
  }
  return undefined;
}
