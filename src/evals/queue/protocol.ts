import type {AttemptOutcome, RateLimits} from "../../inference/endpoints/index.js";
import type {CallRequest} from "../runner/index.js";

/** A job as BullMQ holds it: its requests lie apart, sealed, and expire. */
export interface JobData {
  scope: string;
  /** Of the lane when it was sent: what an older one sent is given back unmade. */
  generation: string;
  /** The most calls of the run in flight over all workers. */
  most: number;
  limits: RateLimits;
  adaptive: boolean;
  /** Whether the coordinator is to be asked before each further attempt. */
  asks: boolean;
  /** A call to an endpoint that is paused. */
  probe?: boolean;
  /** The run's span, under which its calls stand in a trace. */
  trace?: string;
}

/** The start of the run that sent a job. */
export const sessionOf = (generation: string): string => generation.split(":")[0]!;

export type JobBody = CallRequest[];

/** One word of a worker to the coordinator. */
export type Told =
  /** Calls that have ended: their outcomes are kept by their keys. */
  | {ended: string[]}
  /** Calls of a job that were not made. */
  | {back: string[]; job: string}
  /** Whose requests have expired, or cannot be read. */
  | {unreadable: string; why: string}
  /** May another attempt be made? Answered at `answerKey(question)`. */
  | {question: string; key: string; failed: AttemptOutcome}
  /** Somebody asked the run to stop. */
  | {drain: string};

/** One word of the coordinator to the workers. */
export type Word =
  /** Received: their places are free. */
  | {received: string[]}
  | {answered: string; allowed: boolean}
  /** Stop calls in flight. */
  | {abort: true}
  /** Another start of the run has taken over: what ended for the one before has been received or is kept. */
  | {session: string}
  /** Look again: a generation has changed. */
  | {look: true};

/** A message between coordinator and workers; undefined when it is not JSON of an object, as another program may write. */
export function readMessage<T extends object>(text: string): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/** The requests of a job. Throws when what was kept is none. */
export function readBody(value: unknown): JobBody {
  const isRequest = (one: unknown) =>
    typeof one === "object" &&
    one !== null &&
    typeof (one as CallRequest).key === "string" &&
    typeof (one as CallRequest).model === "string" &&
    Array.isArray((one as CallRequest).messages);
  if (!Array.isArray(value) || !value.every(isRequest)) throw new Error("they are no requests");
  return value as JobBody;
}
