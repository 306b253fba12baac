import {randomBytes} from "node:crypto";
import {type AttemptHooks, EndpointError} from "../../inference/endpoints/index.js";
import {isThrottled} from "../../inference/endpoints/limiter.js";
import {type LimitAnswer, limitScript, type LimitStep} from "./limitScript.js";
import {ALIVE, laneKeys, makingKey, PAUSED, runKeys, SILENT_MS} from "./names.js";
import type {JobData} from "./protocol.js";
import type {Redis} from "./redis.js";

/** A call that waits for its place. */
export interface Waiting {
  job: JobData;
  tokens: number;
  /** Where it is noted who makes it. */
  marks: string;
  place: number;
  /** It has a place, which it holds until `release`. `begun`: a worker that died had begun it. */
  start(begun: boolean): void;
  /** It gets none any more. */
  recall(): void;
  /** Another worker has made it. */
  made(): void;
}

/** A worker's part in the shared limits of one endpoint. */
export interface Places {
  /** Asks for a place; calls are started in the order in which they ask. */
  ask(waiting: Waiting): void;
  release(job: JobData, call: Pick<Waiting, "marks" | "place">): void;
  /** The calls that hold a place: where each is noted, and at which place. */
  readonly making: readonly string[];
  /** For a call that holds a place: its retries wait here, and what it sees is told to all workers. */
  hooks(job: JobData, tokens: number): AttemptHooks;
  /** Tokens that a call used beyond its estimate. */
  used(job: JobData, beyond: number): void;
  /** Looks again: a lane may have been recalled. */
  look(): void;
  /** Calls that wait for a place, or hold one. */
  readonly open: number;
  readonly waiting: number;
  /** Gives back all that waits. */
  stop(): void;
}

interface Asked {
  tokens: number;
  holds: boolean;
  /** How often another worker made it when it was asked for. */
  waited: number;
  /** The same however often it is asked: an answer may be lost. */
  id?: string;
  marks?: string;
  place?: number;
  start(begun: boolean): void;
  recall(): void;
  made?(): void;
}

/** The calls of one run that came with one generation of its lane. */
interface Group {
  job: JobData;
  asked: Asked[];
  /** What other workers make. */
  elsewhere: Asked[];
  timer?: NodeJS.Timeout;
  /** Fires when the group is recalled: its calls make no further attempts. */
  retries: AbortController;
  flying: number;
  succeeded: number[];
  throttled: LimitStep["throttled"];
  tokensBeyond: number;
  /** Something is to be told though nothing is asked. */
  news: boolean;
}

const ELSEWHERE_MS = 1000;
/** By then every worker that lives has said what it makes. */
const PATIENCE = 8;
/** The most calls that one step asks for. */
const MOST_ASKED = 64;

/**
 * @param most `-j` of this worker
 * @param patience how often a call is asked for, once a second, before what its worker says of itself is looked at
 */
export function createPlaces(
  redis: Redis,
  worker: string,
  lane: string,
  most: number,
  patience = PATIENCE
): Places {
  const step = limitSteps(redis, lane);
  const groups = new Map<string, Group>();
  const making = new Set<string>();
  let flying = 0;
  let pumping = false;
  let again = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const groupOf = (job: JobData): Group => {
    const id = `${job.scope} ${job.generation}`;
    let group = groups.get(id);
    if (!group)
      groups.set(
        id,
        (group = {
          job,
          asked: [],
          elsewhere: [],
          retries: new AbortController(),
          flying: 0,
          succeeded: [],
          throttled: [],
          tokensBeyond: 0,
          news: false
        })
      );
    return group;
  };

  /** What the group has to say is said again when no answer comes; what it saw of the endpoint is not counted twice. */
  const told = (group: Group, words: LimitStep) =>
    step(words).catch((error: unknown) => {
      group.news = true;
      throw error;
    });

  async function pumpGroup(group: Group): Promise<number | undefined> {
    const free = most - flying;
    const asks: Asked[] = [];
    let places = 0;
    for (const one of group.asked) {
      if (asks.length >= MOST_ASKED || (!one.holds && places >= free)) break;
      asks.push(one);
      if (!one.holds) places++;
    }
    if (asks.length === 0 && !group.news) return undefined;
    const {job, succeeded, throttled, tokensBeyond} = group;
    const news = {succeeded, throttled, tokensBeyond};
    Object.assign(group, {succeeded: [], throttled: [], tokensBeyond: 0, news: false});
    const answer = await told(group, {
      worker,
      lane,
      scope: job.scope,
      generation: job.generation,
      flying: flyingOf(job.scope),
      most: job.most,
      adaptive: job.adaptive,
      ...job.limits,
      silentMs: SILENT_MS,
      patience,
      making: makingKey(""),
      ...news,
      asks: asks.map(({tokens, holds, waited, id, marks, place}) => ({
        tokens,
        holds,
        waited,
        id,
        marks,
        place
      }))
    });
    const settled = new Set(asks.slice(0, answer.codes.length));
    group.asked = group.asked.filter((one) => !settled.has(one));
    asks.slice(0, answer.codes.length).forEach((one, i) => {
      // It was recalled while its place was asked for: the next step gives the place back.
      if (stopped && !one.holds) return void (again = group.news = true);
      const code = answer.codes[i];
      if (code === "e") return one.made?.();
      if (code === "w") {
        one.waited++;
        return void group.elsewhere.push(one);
      }
      if (!one.holds) {
        making.add(`${one.marks} ${one.place}`);
        group.flying++;
        flying++;
      }
      one.start(code === "b");
    });
    if (group.elsewhere.length > 0) lookElsewhere(group);
    if (answer.recalled) recall(group);
    if (group.asked.length === 0) return undefined;
    if (settled.size < asks.length) return Math.max(1, answer.wait);
    // What others have made held no place, so that no release makes room for the rest.
    return flying < most ? 1 : undefined;
  }

  /** Asks again, later, for calls that another worker makes: it may die. */
  const lookElsewhere = (group: Group) => {
    group.timer ??= setTimeout(() => {
      group.timer = undefined;
      for (const one of group.elsewhere.splice(0)) group.asked.push(one);
      if (stopped) recall(group);
      run();
    }, ELSEWHERE_MS);
  };

  const flyingOf = (scope: string) => {
    let sum = 0;
    for (const {job, flying: own} of groups.values()) if (job.scope === scope) sum += own;
    return sum;
  };
  const recall = (group: Group) => {
    group.retries.abort();
    const recalled = [...group.asked.filter(({holds}) => !holds), ...group.elsewhere.splice(0)];
    group.asked = group.asked.filter(({holds}) => holds);
    for (const one of recalled) one.recall();
  };

  /** Calls in flight go on after `stop`, and so do their retries. */
  const goesOn = () => !stopped || [...groups.values()].some(({asked}) => asked.length > 0);

  async function pump(): Promise<void> {
    if (pumping) {
      again = true;
      return;
    }
    pumping = true;
    clearTimeout(timer);
    let wait: number | undefined;
    do {
      again = false;
      wait = undefined;
      for (const [id, group] of groups) {
        const asked = await pumpGroup(group);
        if (asked !== undefined) wait = Math.min(asked, wait ?? Infinity);
        if (group.asked.length + group.elsewhere.length + group.flying === 0 && !group.news)
          groups.delete(id);
      }
    } while (again);
    pumping = false;
    if (wait !== undefined && goesOn()) timer = setTimeout(run, Math.min(wait, 1000));
  }
  const run = () => {
    // A server that refuses the script, or does not answer, is asked again.
    pump().catch(() => {
      pumping = false;
      if (goesOn()) timer = setTimeout(run, 1000);
    });
  };

  return {
    ask({job, ...waiting}) {
      if (stopped) return waiting.recall();
      groupOf(job).asked.push({...waiting, holds: false, waited: 0, id: randomBytes(6).toString("hex")});
      run();
    },
    get making() {
      return [...making];
    },
    release(job, {marks, place}) {
      making.delete(`${marks} ${place}`);
      const group = groupOf(job);
      group.flying--;
      flying--;
      group.news = true;
      run();
    },
    hooks: (job, tokens) => ({
      stopRetries: () => (job.probe ? AbortSignal.abort() : groupOf(job).retries.signal),
      onAttempt(outcome) {
        const group = groupOf(job);
        if (isThrottled(outcome)) {
          const {latencyMs, retryAfterMs} = outcome;
          group.throttled.push({latencyMs, retryAfterMs});
          group.news = true;
          run();
        } else if (!outcome.kind) group.succeeded.push(outcome.latencyMs);
      },
      beforeRetry: (signal) =>
        new Promise<void>((resolve, reject) => {
          const recall = () => reject(new EndpointError("aborted", "The call was stopped."));
          if (signal?.aborted) return recall();
          const group = groupOf(job);
          const one = {tokens, holds: true, waited: 0, start: () => resolve(), recall};
          const abort = () => {
            group.asked = group.asked.filter((other) => other !== one);
            recall();
          };
          signal?.addEventListener("abort", abort, {once: true});
          group.asked.unshift(one);
          run();
        })
    }),
    used(job, beyond) {
      groupOf(job).tokensBeyond += beyond;
    },
    look() {
      for (const group of groups.values()) group.news = true;
      run();
    },
    get open() {
      return [...groups.values()].reduce((sum, {asked}) => sum + asked.length, flying);
    },
    get waiting() {
      return [...groups.values()].reduce((sum, {asked}) => sum + asked.length, 0);
    },
    stop() {
      stopped = true;
      for (const group of groups.values()) recall(group);
    }
  };
}

function limitSteps(redis: Redis, lane: string): (step: LimitStep) => Promise<LimitAnswer> {
  redis.defineCommand("assayLimit", {numberOfKeys: 6, lua: limitScript});
  const {limit, flying, listening} = laneKeys(lane);
  const run = redis as unknown as {assayLimit(...words: string[]): Promise<string>};
  return async (step) =>
    JSON.parse(
      await run.assayLimit(
        limit,
        flying,
        ALIVE,
        runKeys(step.scope).run,
        PAUSED,
        listening,
        JSON.stringify(step)
      )
    ) as LimitAnswer;
}
