import type {Job, Queue, Worker} from "bullmq";
import {JOBS} from "./names.js";
import type {JobData} from "./protocol.js";
import {queuePackages, type Redis} from "./redis.js";

/** Adds jobs to a lane's queue, and looks at it. */
export async function openQueue(redis: Redis, lane: string): Promise<Queue<JobData>> {
  const {bullmq} = await queuePackages();
  const queue = new bullmq.Queue<JobData>(lane, {
    connection: redis as never,
    prefix: JOBS,
    defaultJobOptions: {removeOnComplete: true, removeOnFail: {age: 86_400}}
  });
  queue.on("error", () => undefined);
  return queue;
}

/** Takes jobs from a lane's queue one by one, and looks after those that have stalled. */
export async function openJobs(redis: Redis, lane: string, lockMs: number): Promise<Worker<JobData>> {
  const {bullmq} = await queuePackages();
  const worker = new bullmq.Worker<JobData>(lane, undefined, {
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

export type QueueJob = Job<JobData>;

/** A job that so many workers died of is not given to another. */
const MOST_DEATHS = 5;
