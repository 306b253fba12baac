import type {AttemptOutcome, Limits} from "../endpoints/index.js";
import type {CallRequest} from "../runner/index.js";

/** A job as BullMQ holds it: its requests lie apart, sealed, and expire. */
export interface JobData {
  scope: string;
  /** Of the lane when it was sent: what an older one sent is given back unmade. */
  generation: string;
  /** The most calls of the run in flight over all workers. */
  most: number;
  limits: Limits;
  adaptive: boolean;
  /** Whether the coordinator is to be asked before each further attempt. */
  asks: boolean;
  /** A call to an endpoint that is paused. */
  probe?: boolean;
  /** The run's span, under which its calls stand in a trace. */
  trace?: string;
}

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
