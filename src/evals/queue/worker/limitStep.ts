import {HEARTBEATS, heldKey, PAUSED, queueKeys, runKeys, SILENT_MS} from "../keys.js";
import type {Redis} from "../server/redis.js";
import {limitScript} from "./limitScript.js";

/** What a worker has seen of the endpoint since its last step. Milliseconds throughout. */
export interface EndpointObservations {
  /** Latencies of attempts that succeeded. */
  succeeded: number[];
  /** Attempts that the server was too busy for. */
  throttled: {latencyMs: number; retryAfterMs?: number}[];
  /** Tokens used beyond the estimates of calls that ended; negative gives back. */
  tokensBeyond: number;
}

/** A call that is to be this worker's, and no other's. */
export interface ClaimAsk {
  /** The job's claims, and the request's position among them. */
  key: string;
  position: number;
  /** The same however often it is asked for: an answer may be lost. */
  id: string;
  /** How often another worker held it when it was asked for. */
  refusals: number;
}

/** One step of a worker for the calls of one generation of one run: what it has seen, and what it asks for. */
export interface LimitStep extends EndpointObservations {
  worker: string;
  queue: string;
  run: string;
  generation: string;
  /** The worker's calls of this run that hold a slot. */
  inFlight: number;
  /** The most calls of the run in flight over all workers. */
  most: number;
  adaptive: boolean;
  concurrency?: number;
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  /** Without a `claim`: the retry of a call that holds a slot. */
  asks: {tokens: number; claim?: ClaimAsk}[];
}

/** What became of an ask. `begunBefore`: how often workers that died had begun the call. */
export type AskAnswer = {is: "granted"; begunBefore: number} | {is: "held elsewhere"} | {is: "ended"};

export interface LimitAnswer {
  /** Of the first asks; the others are to be asked again. */
  answers: AskAnswer[];
  /** Milliseconds until the next may be granted. */
  waitMs: number;
  /** No more calls of this generation may begin. */
  isRecalled: boolean;
}

/** As the script returns it: a word for each of the first asks, "g" with the number of earlier begins, "w" or "e". */
export interface ScriptAnswer {
  words: string;
  wait: number;
  recalled: boolean;
}

const answersOf = (words: string): AskAnswer[] =>
  (words === "" ? [] : words.split(",")).map((word) =>
    word === "e"
      ? {is: "ended"}
      : word === "w"
        ? {is: "held elsewhere"}
        : {is: "granted", begunBefore: Number(word.slice(1))}
  );

/** Runs `limitScript` for one queue. @param verifyAfter refusals until a claim is compared with its worker's heartbeat */
export function limitSteps(
  redis: Redis,
  queue: string,
  verifyAfter: number
): (step: LimitStep) => Promise<LimitAnswer> {
  redis.defineCommand("assayLimit", {numberOfKeys: 6, lua: limitScript});
  const {limits, inFlight, workers} = queueKeys(queue);
  const script = redis as unknown as {assayLimit(...words: string[]): Promise<string>};
  const constants = {silentMs: SILENT_MS, verifyAfter, heldPrefix: heldKey("")};
  return async (step) => {
    const {words, wait, recalled} = JSON.parse(
      await script.assayLimit(
        ...[limits, inFlight, HEARTBEATS, runKeys(step.run).record, PAUSED, workers],
        JSON.stringify({...step, ...constants})
      )
    ) as ScriptAnswer;
    return {answers: answersOf(words), waitMs: wait, isRecalled: recalled};
  };
}
