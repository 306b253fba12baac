import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {createCoordination} from "../../../src/evals/queue/coordination.js";
import {createSealing, queueAddress} from "../../../src/evals/queue/index.js";
import {ALIVE, LANES, laneKeys, makingKey, marksKey, runKeys} from "../../../src/evals/queue/names.js";
import type {Told} from "../../../src/evals/queue/protocol.js";
import {connect, type Redis, serverTime} from "../../../src/evals/queue/redis.js";
import type {CallOutcome} from "../../../src/evals/runner/index.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

const lane = "loopback-0123456789ab";
const sealing = createSealing(undefined);

describe.skipIf(!hasValkey())("a coordinator that takes over from one that was killed", () => {
  let valkey: Valkey;
  let redis: Redis;
  let scope: string;
  let runs = 0;
  beforeAll(async () => {
    valkey = await startValkey();
    redis = await connect(queueAddress(valkey.url), () => undefined, 60_000);
  });
  afterAll(async () => {
    redis.disconnect();
    await valkey.close();
  });
  beforeEach(async () => {
    scope = `run${runs++}`;
    await redis.call("HSET", LANES, lane, "loopback");
  });

  const flying = (calls: number) => redis.call("HSET", laneKeys(lane).flying, `worker|${scope}`, calls);
  const alive = async () => redis.call("ZADD", ALIVE, await serverTime(redis), "worker");
  const begin = () => {
    const stop = new AbortController();
    const said: string[] = [];
    const told: Told[] = [];
    const messages: string[] = [];
    const coordination = createCoordination({
      redis,
      sealing,
      scope,
      shown: valkey.url,
      onMessage: (message) => void messages.push(message)
    });
    const begun = coordination
      .begin(
        {
          told: (one) => void told.push(one),
          ended: (outcomes) => outcomes.forEach((outcome) => coordination.keep(outcome)),
          lost: (why) => void said.push(why)
        },
        stop.signal
      )
      .then(() => said.push("begun"));
    return {coordination, begun, said, told, messages, stop};
  };
  const outcome = (key: string): CallOutcome => ({
    key,
    completion: {text: "red", latencyMs: 1, attempts: 1} as never
  });

  it("waits for its calls in flight although its record has expired, and takes their answers", async () => {
    await flying(3);
    await alive();
    const {coordination, begun, said, messages} = begin();
    await sleep(400);
    expect(said).toEqual([]);
    expect(messages).toEqual([expect.stringMatching(/has 3 calls in flight .*Ctrl-C ends the wait$/)]);
    await redis.call("HSET", runKeys(scope).done, "k", sealing.seal(outcome("k"), "k"));
    await flying(0);
    await begun;
    expect(await coordination.kept("k")).toEqual(outcome("k"));
    await coordination.end(false);
  });

  it("hears the questions of calls in flight while it waits for them", async () => {
    await flying(1);
    await alive();
    const {coordination, begun, told, said} = begin();
    await sleep(100);
    const question: Told = {question: "q", key: "k", failed: {attempt: 1, latencyMs: 1, kind: "server"}};
    await redis.call("RPUSH", runKeys(scope).told, JSON.stringify(question));
    await sleep(300);
    expect([told, said]).toEqual([[question], []]);
    await flying(0);
    await begun;
    await coordination.end(false);
  });

  it(
    "does not wait for workers that died, nor for calls that their worker no longer makes",
    {tags: ["long"]},
    async () => {
      await flying(2);
      await redis.call("ZADD", ALIVE, (await serverTime(redis)) - 60_000, "worker");
      const dead = begin();
      await dead.begun;
      expect(dead.messages).toEqual([]);
      await dead.coordination.end(false);

      await alive();
      await redis.call("SET", makingKey("worker"), JSON.stringify([`${marksKey("another-run-0")} 0`]));
      const beating = setInterval(() => void alive(), 500);
      const forgotten = begin();
      await forgotten.begun;
      clearInterval(beating);
      expect(forgotten.messages).toHaveLength(1);
      await forgotten.coordination.end(false);
    }
  );

  it("ends the wait when it is drained, and keeps what it found for the next start", async () => {
    await flying(1);
    await alive();
    const {done} = runKeys(scope);
    await redis.call("HSET", done, "k", sealing.seal(outcome("k"), "k"));
    const {coordination, begun, stop} = begin();
    await sleep(200);
    stop.abort();
    await begun;
    await coordination.end(true);
    expect(await redis.call("HKEYS", done)).toEqual(["k"]);
    await flying(0);
    const next = begin();
    await next.begun;
    expect(await next.coordination.kept("k")).toEqual(outcome("k"));
    await next.coordination.end(false);
    expect(await redis.call("EXISTS", done)).toBe(0);
  });
});
