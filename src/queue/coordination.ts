import {randomBytes} from "node:crypto";
import type {CallOutcome, CallRequest} from "../runner/index.js";
import {
  ALIVE,
  answerKey,
  bodyKey,
  EXPIRES,
  LANES,
  laneKeys,
  RUN_EXPIRES,
  runKeys,
  SILENT_MS
} from "./names.js";
import {readMessage, type Told, type Word} from "./protocol.js";
import {pipelined, type Redis} from "./redis.js";
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
  /** Takes the run over from a start before, and keeps it until `end`. */
  begin(listener: CoordinationListener): Promise<void>;
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
  end(): Promise<void>;
}

export interface CoordinationSetup {
  redis: Redis;
  sealing: Sealing;
  scope: string;
  shown: string;
  onMessage?(message: string): void;
}

/** Calls in flight of a start that was killed are waited for so long: their answers are paid for. */
const TAKE_OVER_MS = 10_000;
const MOST_READ = 500;

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

  /** Waits for what the start before has in flight, and takes what it has left. */
  async function takeOver(): Promise<void> {
    const before = pairs(await redis.call("HGETALL", keys.run));
    await redis.call("DEL", keys.run, keys.told);
    await pipelined(redis, [...record(), say({session})]);
    const lanes = [...before.keys()].flatMap((field) => (field.startsWith("lane:") ? [field.slice(5)] : []));
    const until = performance.now() + TAKE_OVER_MS;
    let told = false;
    while (lanes.length > 0 && performance.now() < until) {
      const flying = (await Promise.all(lanes.map(inFlight))).reduce((sum, count) => sum + count, 0);
      if (flying === 0) break;
      if (!told) setup.onMessage?.(`waiting for ${flying} calls of the start before`);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const kept = pairs(await redis.call("HGETALL", keys.done));
    for (const outcome of opened([...kept.values()], [...kept.keys()]))
      if (outcome.completion) left.set(outcome.key, outcome);
    const failed = [...kept.keys()].filter((key) => !left.has(key));
    if (failed.length > 0) await redis.call("HDEL", keys.done, ...failed);
  }

  async function inFlight(lane: string): Promise<number> {
    const counts = pairs(await redis.call("HGETALL", laneKeys(lane).flying));
    const now = await serverTime();
    let sum = 0;
    for (const [field, count] of counts) {
      const [worker, of] = field.split("|") as [string, string];
      const seen = of === scope ? Number(await redis.call("ZSCORE", ALIVE, worker)) : 0;
      if (now - seen < SILENT_MS) sum += Number(count);
    }
    return sum;
  }
  const serverTime = async () => Number(((await redis.call("TIME")) as string[])[0]) * 1000;

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
    async begin(told) {
      listener = told;
      try {
        await takeOver();
      } catch (error) {
        throw refused(error, shown);
      }
      reading = read();
      timer = setInterval(() => void beat().catch(() => undefined), (RUN_EXPIRES * 1000) / 5);
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
        await redis.call("ZCOUNT", laneKeys(lane).listening, (await serverTime()) - SILENT_MS, "+inf")
      );
    },
    async end() {
      ended = true;
      clearInterval(timer);
      if (listener && (await redis.call("HGET", keys.run, "session")) === session)
        await redis.call("DEL", keys.run, keys.told, keys.done);
      reader.disconnect();
      await reading;
    }
  };
}

function pairs(flat: unknown): Map<string, string> {
  const list = flat as string[];
  const map = new Map<string, string>();
  for (let i = 0; i < list.length; i += 2) map.set(list[i]!, list[i + 1]!);
  return map;
}
