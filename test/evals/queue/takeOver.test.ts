import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {WorkerChannel} from "../../../src/evals/queue/coordinator/workerChannel.js";
import {createSealing, queueAddress} from "../../../src/evals/queue/index.js";
import {claimsKey, heldKey, HEARTBEATS, queueKeys, QUEUES, runKeys} from "../../../src/evals/queue/keys.js";
import type {WorkerMessage} from "../../../src/evals/queue/protocol.js";
import {connect, type Redis, serverTime} from "../../../src/evals/queue/server/redis.js";
import type {CallOutcome} from "../../../src/evals/runner/index.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

const queue = "loopback-0123456789ab";
const sealing = createSealing(undefined);

describe.skipIf(!hasValkey())("a coordinator that takes over from one that was killed", () => {
  let valkey: Valkey;
  let redis: Redis;
  let run: string;
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
    run = `run${runs++}`;
    await redis.call("HSET", QUEUES, queue, "loopback");
  });

  const inFlight = (calls: number) => redis.call("HSET", queueKeys(queue).inFlight, `worker|${run}`, calls);
  const alive = async () => redis.call("ZADD", HEARTBEATS, await serverTime(redis), "worker");
  const begin = () => {
    const stop = new AbortController();
    const said: string[] = [];
    const told: WorkerMessage[] = [];
    const messages: string[] = [];
    const channel = new WorkerChannel({
      redis,
      sealing,
      run,
      shown: valkey.url,
      onNote: (text) => void messages.push(text)
    });
    const begun = channel
      .begin(
        {
          onMessage: (one) => void told.push(one),
          onEnded: (outcomes) => outcomes.forEach((outcome) => channel.keepLeftover(outcome)),
          onLost: (why) => void said.push(why)
        },
        stop.signal
      )
      .then(() => said.push("begun"));
    return {channel, begun, said, told, messages, stop};
  };
  const outcome = (key: string): CallOutcome => ({
    key,
    completion: {text: "red", latencyMs: 1, attempts: 1} as never
  });

  it("waits for its calls in flight although its record has expired, and takes their answers", async () => {
    await inFlight(3);
    await alive();
    const {channel, begun, said, messages} = begin();
    await sleep(400);
    expect(said).toEqual([]);
    expect(messages).toEqual([expect.stringMatching(/has 3 calls in flight .*Ctrl-C ends the wait$/)]);
    await redis.call("HSET", runKeys(run).outcomes, "k", sealing.seal(outcome("k"), "k"));
    await inFlight(0);
    await begun;
    expect(channel.takeLeftover("k")).toEqual(outcome("k"));
    await channel.end(false);
  });

  it("hears the questions of calls in flight while it waits for them", async () => {
    await inFlight(1);
    await alive();
    const {channel, begun, told, said} = begin();
    await sleep(100);
    const question: WorkerMessage = {
      type: "mayRetry",
      question: "q",
      key: "k",
      failed: {attempt: 1, latencyMs: 1, kind: "server"}
    };
    await redis.call("RPUSH", runKeys(run).messages, JSON.stringify(question));
    await sleep(300);
    expect([told, said]).toEqual([[question], []]);
    await inFlight(0);
    await begun;
    await channel.end(false);
  });

  it(
    "does not wait for workers that died, nor for calls that their worker no longer makes",
    {tags: ["long"]},
    async () => {
      await inFlight(2);
      await redis.call("ZADD", HEARTBEATS, (await serverTime(redis)) - 60_000, "worker");
      const dead = begin();
      await dead.begun;
      expect(dead.messages).toEqual([]);
      await dead.channel.end(false);

      await alive();
      await redis.call("SET", heldKey("worker"), JSON.stringify([`${claimsKey("another-run-0")} 0`]));
      const beating = setInterval(() => void alive(), 500);
      const forgotten = begin();
      await forgotten.begun;
      clearInterval(beating);
      expect(forgotten.messages).toHaveLength(1);
      await forgotten.channel.end(false);
    }
  );

  it("ends the wait when it is drained, and keeps what it found for the next start", async () => {
    await inFlight(1);
    await alive();
    const {outcomes} = runKeys(run);
    await redis.call("HSET", outcomes, "k", sealing.seal(outcome("k"), "k"));
    const {channel, begun, stop} = begin();
    await sleep(200);
    stop.abort();
    await begun;
    await channel.end(true);
    expect(await redis.call("HKEYS", outcomes)).toEqual(["k"]);
    await inFlight(0);
    const next = begin();
    await next.begun;
    expect(next.channel.takeLeftover("k")).toEqual(outcome("k"));
    await next.channel.end(false);
    expect(await redis.call("EXISTS", outcomes)).toBe(0);
  });
});
