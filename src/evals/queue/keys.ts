import {hashJson} from "../../base/system/index.js";
import type {Endpoint} from "../../inference/endpoints/index.js";
import {PROTOCOL} from "./protocol.js";
import type {QueueSealing} from "./sealing.js";

/** Keys of other protocols begin otherwise, so that no release reads what another has written. */
const PREFIX = `assay:${PROTOCOL}`;

/** BullMQ's keys begin with it. */
export const JOBS = `${PREFIX}:jobs`;

/** Queues that somebody has used, with the endpoint's name: a hash. */
export const QUEUES = `${PREFIX}:queues`;

/** Workers by their last heartbeat, in milliseconds of the server's clock: a sorted set. */
export const HEARTBEATS = `${PREFIX}:heartbeats`;

/** Set while calls are paused by hand, at endpoints that nobody has used yet too. */
export const PAUSED = `${PREFIX}:paused`;

/** The keys of one endpoint's queue. */
export const queueKeys = (queue: string) => ({
  /** State of the shared limits: JSON. */
  limits: `${PREFIX}:limits:${queue}`,
  /** Calls that hold a slot, by worker and run: a hash. */
  inFlight: `${PREFIX}:in-flight:${queue}`,
  /** Workers that take its jobs, as HEARTBEATS. */
  workers: `${PREFIX}:workers:${queue}`
});

/** The keys of a run, by its id on the server. */
export const runKeys = (run: string) => ({
  /** Its coordinator's session and each queue's generation: a hash that expires when the coordinator falls silent. */
  record: `${PREFIX}:run:${run}`,
  /** Sealed outcomes that the coordinator has not acknowledged, by the request's key: a hash. */
  outcomes: `${PREFIX}:outcomes:${run}`,
  /** WorkerMessages: a list. */
  messages: `${PREFIX}:messages:${run}`,
  /** CoordinatorMessages: a channel. */
  channel: `${PREFIX}:channel:${run}`
});

/** Claims of the calls that a worker holds slots for: JSON, renewed with every heartbeat. */
export const heldKey = (worker: string) => `${PREFIX}:held:${worker}`;

/** The sealed requests of a job. */
export const requestsKey = (job: string) => `${PREFIX}:requests:${job}`;
/** By a request's position in the job, `ENDED`, or who claimed its call: a hash. */
export const claimsKey = (job: string) => `${PREFIX}:claims:${job}`;
/** The answer to a worker's question: 1 or 0. */
export const answerKey = (question: string) => `${PREFIX}:answer:${question}`;

/** The claim of a call that has ended. */
export const ENDED = "ended";

/** What nobody fetches expires after a day, in seconds. */
export const EXPIRES = 86_400;
/** A coordinator that is silent for so long is dead, in seconds. */
export const RUN_EXPIRES = 15;
/** A worker that is silent for so long is dead, in milliseconds. */
export const SILENT_MS = 5000;

/**
 * The name of an endpoint's queue. Workers have another one when their definition names another server, another
 * variable for its key or another retry policy, or when they have another key of the queue.
 */
export async function queueNameOf(
  endpoint: Endpoint,
  model: string,
  {keyprint}: QueueSealing
): Promise<string> {
  const {name, kind, asksWith, callPolicy} = endpoint;
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40);
  const identity = await endpoint.identity(model);
  return `${words}-${hashJson({name, kind, identity, asksWith, callPolicy, keyprint}).slice(0, 12)}`;
}

/** Whether `queueNameOf` could have given the name. */
export const isQueueName = (name: string): boolean => /^[a-z0-9-]{0,40}-[0-9a-f]{12}$/.test(name);
