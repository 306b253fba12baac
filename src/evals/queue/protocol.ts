import type {AttemptOutcome, RateLimits} from "../../inference/endpoints/index.js";
import type {CallRequest} from "../runner/index.js";

/**
 * What the coordinator of a run and its workers send each other through the server. keys.ts says where each part is.
 *
 * 1. The coordinator stores the sealed requests of a job, and adds the job to the queue of their endpoint.
 * 2. A worker takes the job, gets a slot for each call, claims the call, makes it, and stores its sealed outcome.
 * 3. The worker sends "ended". The coordinator reads the outcome, journals it, and sends "acknowledged".
 * 4. The worker frees the call's slot. A job is complete when each of its calls has ended or was returned.
 *
 * Any message may be lost or repeated: each type below says what happens then.
 */

/** Raise it with every change to messages, jobs, claims or keys. peers.ts keeps other numbers apart. */
export const PROTOCOL = 2;

/** A job as BullMQ holds it. Its requests are stored apart, sealed, and expire. */
export interface CallJobData {
  /** The run's id on the server. */
  run: string;
  /** Of the queue when the job was sent. Workers return jobs of earlier generations unmade. */
  generation: string;
  /** The most calls of the run in flight over all workers. */
  concurrency: number;
  limits: RateLimits;
  adaptive: boolean;
  /** Whether workers send "mayRetry" before each further attempt. */
  asksBeforeRetry: boolean;
  /** A call to an endpoint that is paused: it makes one attempt. */
  probe?: boolean;
  /** The run's span, the parent of its calls' spans. */
  trace?: string;
}

/** A queue's generation: the coordinator's session, and how often the queue was recalled in it. */
export const generationOf = (session: string, recalls: number): string => `${session}:${recalls}`;
export const sessionOf = (generation: string): string => generation.split(":")[0]!;

/**
 * Calls have ended, and their outcomes are stored.
 * Lost: the coordinator also looks for the outcomes of jobs that are older than 10 s.
 * Repeated: the first outcome counts; the others are acknowledged.
 */
export interface CallsEnded {
  type: "ended";
  keys: string[];
}

/**
 * Calls of a job that were not made: they are sent again, or dropped when the run drains.
 * Lost: the coordinator finds the job complete, and sends again what has no outcome.
 * Repeated: ignored, as the requests are in another job by then.
 */
export interface CallsReturned {
  type: "returned";
  job: string;
  keys: string[];
}

/** The requests of a job have expired, or cannot be opened: all are sent again. Lost or repeated: as "returned". */
export interface JobUnreadable {
  type: "unreadable";
  job: string;
  reason: string;
}

/**
 * May the call make another attempt?
 * Lost, or its answer: the worker asks again after 3 s, under the same question.
 * Repeated: decided once; the answer is sent again.
 */
export interface RetryQuestion {
  type: "mayRetry";
  question: string;
  key: string;
  failed: AttemptOutcome;
}

/** Somebody asked the run to end: `assay queue drain`. Lost: the command is given again. Repeated: ignored. */
export interface DrainRequest {
  type: "drain";
  reason: string;
}

/** To the coordinator: appended to the run's list, which keeps them while the coordinator is away. */
export type WorkerMessage = CallsEnded | CallsReturned | JobUnreadable | RetryQuestion | DrainRequest;

/**
 * Outcomes were received and journaled: their slots are free.
 * Lost: the worker frees the slot of a call that ended 2 s ago when its outcome is gone from the server.
 * Repeated: ignored.
 */
export interface OutcomesAcknowledged {
  type: "acknowledged";
  keys: string[];
}

/** Lost: the answer is also stored, and the worker looks for it every second. Repeated: ignored. */
export interface RetryAnswer {
  type: "retryAnswer";
  question: string;
  allowed: boolean;
}

/** Stop the calls in flight. Lost: the run's record says so too, and workers read it every second. */
export interface CallsAborted {
  type: "abort";
}

/**
 * Another start of the run coordinates it: outcomes of earlier sessions are received or kept, and their slots are free.
 * Lost: the run's record has the session, and workers read it every second.
 */
export interface RunTakenOver {
  type: "takenOver";
  session: string;
}

/** A generation has changed. Lost: the limits' script compares generations whenever a worker asks for slots. */
export interface QueueRecalled {
  type: "recalled";
}

/** To all workers of a run: published on its channel, so that workers that are away miss them. */
export type CoordinatorMessage =
  OutcomesAcknowledged | RetryAnswer | CallsAborted | RunTakenOver | QueueRecalled;

type JsonFields = Record<string, unknown>;
type MessageChecks<Message extends {type: string}> = Record<Message["type"], (fields: JsonFields) => boolean>;

const isText = (value: unknown) => typeof value === "string";
const areTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

const workerMessages: MessageChecks<WorkerMessage> = {
  ended: ({keys}) => areTexts(keys),
  returned: ({job, keys}) => isText(job) && areTexts(keys),
  unreadable: ({job}) => isText(job),
  mayRetry: ({question, key, failed}) => isText(question) && isText(key) && isObject(failed),
  drain: ({reason}) => isText(reason)
};

const coordinatorMessages: MessageChecks<CoordinatorMessage> = {
  acknowledged: ({keys}) => areTexts(keys),
  retryAnswer: ({question, allowed}) => isText(question) && typeof allowed === "boolean",
  abort: () => true,
  takenOver: ({session}) => isText(session),
  recalled: () => true
};

/** Undefined for what another program may have written. */
export const parseWorkerMessage = (text: string) => parsedMessage<WorkerMessage>(text, workerMessages);
export const parseCoordinatorMessage = (text: string) =>
  parsedMessage<CoordinatorMessage>(text, coordinatorMessages);

function parsedMessage<Message extends {type: string}>(
  text: string,
  checks: MessageChecks<Message>
): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    const type = value["type"] as Message["type"];
    return Object.hasOwn(checks, type) && checks[type](value) ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

/** The requests of a job. Throws when `value` is something else. */
export function checkRequests(value: unknown): CallRequest[] {
  const isRequest = (one: unknown) =>
    isObject(one) && isText(one["key"]) && isText(one["model"]) && Array.isArray(one["messages"]);
  if (!Array.isArray(value) || !value.every(isRequest)) throw new Error("they are no requests");
  return value as CallRequest[];
}

function isObject(value: unknown): value is JsonFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
