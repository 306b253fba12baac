import {randomBytes} from "node:crypto";
import type {CallOutcome, CallRequest} from "../runner/index.js";
import {callsLanded} from "./inFlight.js";
import {answerKey, bodyKey, EXPIRES, LANES, laneKeys, RUN_EXPIRES, runKeys, SILENT_MS} from "./names.js";
import {readMessage, type Told, type Word} from "./protocol.js";
import {pairs, pipelined, type Redis, serverTime} from "./redis.js";
import {refused} from "./refused.js";
import type {Sealing} from "./sealing.js";

/** Told what workers say. */
export interface CoordinationListener {
  told(told: Told): void;
  ended(outcomes: readonly CallOutcome[]): void;
  /** Why this start may not go on. */
  lost(why: string): void;
}

/** A run's record on the server: who coordinates it, what has ended, and the words between it and its workers. */
export interface Coordination {
  readonly redis: Redis;
  readonly sealing: Sealing;
  readonly scope: string;
  readonly session: string;
  /** The server's address without its password. */
  readonly shown: string;
  /**
   * Takes the run over from a start before, and keeps it until `end`. Calls that the start before has in flight are
   * paid for: they are waited for as long as their workers live, or until `signal` fires.
   */
  begin(listener: CoordinationListener, signal: AbortSignal): Promise<void>;
  /** What a start before has left: the completion of a request, which then need not be asked for. */
  kept(key: string): Promise<CallOutcome | undefined>;
  /** For an outcome that nobody has asked for yet: a start before has. */
  keep(outcome: CallOutcome): void;
  keepBody(job: string, requests: readonly CallRequest[]): Promise<void>;
  /** Asks for outcomes that may be there although nobody has told of them. */
  fetch(keys: readonly string[]): Promise<void>;
  /** Their places are free, and what was kept of them goes. */
  received(keys: readonly string[]): void;
  answer(question: string, allowed: boolean): Promise<void>;
  say(word: Word): void;
  /** @param endpoint its name, when the lane is new */
  setGeneration(lane: string, recalls: number, endpoint?: string): void;
  /** Workers that take a lane's jobs. */
  listening(lane: string): Promise<number>;
  /** @param isDrained what a start before has left, and nobody has asked for, is kept for the next start */
  end(isDrained: boolean): Promise<void>;
}

export interface CoordinationSetup {
  redis: Redis;
  sealing: Sealing;
  scope: string;
  shown: string;
  onMessage?(message: string): void;
}

const MOST_READ = 500;
const SAY_MS = 1000;

export function createCoordination(setup: CoordinationSetup): Coordination {
  const {redis, sealing, scope, shown} = setup;
  const keys = runKeys(scope);
  const session = randomBytes(4).toString("hex");
  const generations = new Map<string, number>();
  const left = new Map<string, CallOutcome>();
  const reader = redis.duplicate().on("error", () => undefined);
  let listener: CoordinationListener | undefined;
  let aborted = false;
  let ended = false;
  let reading: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const record = (): (string | number)[][] => [
    [
      "HSET",
      keys.run,
      "session",
      session,
      ...(aborted ? ["aborted", "1"] : []),
      ...[...generations].flatMap(([lane, recalls]) => [`lane:${lane}`, `${session}:${recalls}`])
    ],
    ["EXPIRE", keys.run, RUN_EXPIRES]
  ];
  const send = (commands: (string | number)[][]) => void pipelined(redis, commands).catch(() => undefined);
  const say = (word: Word): (string | number)[] => ["PUBLISH", keys.channel, JSON.stringify(word)];
  /** What cannot be read is as good as lost: its call is made again. */
  const opened = (values: readonly unknown[], of: readonly string[]) =>
    values.flatMap((value, i) => {
      if (typeof value !== "string") return [];
      try {
        const outcome = sealing.open(value, of[i]!) as CallOutcome | null;
        return outcome && outcome.key === of[i] ? [outcome] : [];
      } catch {
        return [];
      }
    });

  async function takeOver(): Promise<void> {
    await pipelined(redis, [["DEL", keys.run, keys.told], ...record(), say({session})]);
  }

  /** Waits for what the start before has in flight, and takes what it has left. */
  async function takeLeft(signal: AbortSignal): Promise<void> {
    // Workers that have not heard it keep the places of calls that have ended.
    const saying = setInterval(() => send([say({session})]), SAY_MS);
    const onWait = (calls: number) =>
      setup.onMessage?.(
        `an earlier start of this run has ${calls} calls in flight at workers; waiting for their answers. Ctrl-C ends the wait`
      );
    await callsLanded({redis, scope, signal, onWait}).finally(() => clearInterval(saying));
    const kept = pairs(await redis.call("HGETALL", keys.done));
    for (const outcome of opened([...kept.values()], [...kept.keys()]))
      if (outcome.completion) left.set(outcome.key, outcome);
    const failed = [...kept.keys()].filter((key) => !left.has(key));
    if (failed.length > 0) await redis.call("HDEL", keys.done, ...failed);
  }

  async function read(): Promise<void> {
    while (!ended)
      try {
        const first = (await reader.call("BLPOP", keys.told, 1)) as [string, string] | null;
        if (!first) continue;
        const more = (await redis.call("LPOP", keys.told, MOST_READ)) as string[] | null;
        const told = [first[1], ...(more ?? [])].flatMap((text) => readMessage<Told>(text) ?? []);
        await fetch(told.flatMap((one) => ("ended" in one ? one.ended : [])));
        for (const one of told) if (!("ended" in one)) listener?.told(one);
      } catch {
        if (!ended) await new Promise((resolve) => setTimeout(resolve, 200));
      }
  }

  async function fetch(wanted: readonly string[]): Promise<void> {
    if (wanted.length === 0) return;
    const values = (await redis.call("HMGET", keys.done, ...wanted)) as (string | null)[];
    listener?.ended(opened(values, wanted));
  }

  async function beat(): Promise<void> {
    const now = await redis.call("HGET", keys.run, "session");
    if (now !== null && now !== session) {
      clearInterval(timer);
      listener?.lost("another start of this run has taken it over");
      return;
    }
    await pipelined(redis, record());
  }

  return {
    redis,
    sealing,
    scope,
    session,
    shown,
    async begin(told, signal) {
      listener = told;
      try {
        await takeOver();
        // A call in flight may wait for an answer to its question.
        reading = read();
        timer = setInterval(() => void beat().catch(() => undefined), (RUN_EXPIRES * 1000) / 5);
        await takeLeft(signal);
      } catch (error) {
        throw refused(error, shown);
      }
    },
    async kept(key) {
      const outcome = left.get(key);
      left.delete(key);
      return outcome;
    },
    keep(outcome) {
      if (outcome.completion) left.set(outcome.key, outcome);
      send([say({received: [outcome.key]})]);
    },
    async keepBody(job, requests) {
      await redis.call("SET", bodyKey(job), sealing.seal(requests, job), "EX", EXPIRES);
    },
    fetch,
    received: (of) => send([["HDEL", keys.done, ...of], say({received: [...of]})]),
    async answer(question, allowed) {
      await pipelined(redis, [
        ["SET", answerKey(question), allowed ? 1 : 0, "EX", 600],
        say({answered: question, allowed})
      ]);
    },
    say(word) {
      if ("abort" in word) aborted = true;
      if (listener) send([...record(), say(word)]);
    },
    setGeneration(lane, recalls, endpoint) {
      generations.set(lane, recalls);
      send([
        ...record(),
        ...(endpoint === undefined ? [] : [["HSET", LANES, lane, endpoint]]),
        say({look: true})
      ]);
    },
    async listening(lane) {
      return Number(
        await redis.call("ZCOUNT", laneKeys(lane).listening, (await serverTime(redis)) - SILENT_MS, "+inf")
      );
    },
    async end(isDrained) {
      ended = true;
      clearInterval(timer);
      const gone = isDrained && left.size > 0 ? [keys.run, keys.told] : [keys.run, keys.told, keys.done];
      try {
        if (listener && (await redis.call("HGET", keys.run, "session")) === session)
          await redis.call("DEL", ...gone);
      } catch {
        // A server that takes no writes keeps them until they expire.
      }
      reader.disconnect();
      await reading;
    }
  };
}
