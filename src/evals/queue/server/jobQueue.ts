import type {Job, Queue, Worker} from "bullmq";
import {JOBS} from "../keys.js";
import type {CallJobData} from "../protocol.js";
import {queuePackages, type Redis} from "./redis.js";

/** Adds jobs to an endpoint's queue, and looks at it. */
export async function openJobQueue(redis: Redis, name: string): Promise<Queue<CallJobData>> {
  const {bullmq} = await queuePackages();
  const queue = new bullmq.Queue<CallJobData>(name, {
    connection: redis as never,
    prefix: JOBS,
    defaultJobOptions: {removeOnComplete: true, removeOnFail: {age: 86_400}}
  });
  queue.on("error", () => undefined);
  return queue;
}

/** Takes jobs from an endpoint's queue one by one, and gives those whose worker died to others. */
export async function openJobSource(
  redis: Redis,
  name: string,
  lockMs: number
): Promise<Worker<CallJobData>> {
  const {bullmq} = await queuePackages();
  const worker = new bullmq.Worker<CallJobData>(name, undefined, {
    connection: redis as never,
    prefix: JOBS,
    autorun: false,
    lockDuration: lockMs,
    stalledInterval: Math.ceil(lockMs / 2),
    maxStalledCount: MOST_DEATHS - 1
  });
  worker.on("error", () => undefined);
  await worker.startStalledCheckTimer();
  return worker;
}

export type QueueJob = Job<CallJobData>;

/** A job that so many workers died of fails. */
const MOST_DEATHS = 5;
