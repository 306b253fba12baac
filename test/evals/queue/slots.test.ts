// @module-tag long
import {createServer, type AddressInfo} from "node:net";
import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {queueAddress} from "../../../src/evals/queue/index.js";
import {claimsKey, ENDED, heldKey, HEARTBEATS, queueKeys, runKeys} from "../../../src/evals/queue/keys.js";
import type {CallJobData} from "../../../src/evals/queue/protocol.js";
import {connect, type Redis} from "../../../src/evals/queue/server/redis.js";
import type {LimitStep, ScriptAnswer} from "../../../src/evals/queue/worker/limitStep.js";
import type {SlotRequest} from "../../../src/evals/queue/worker/slotGroup.js";
import {Slots} from "../../../src/evals/queue/worker/slots.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

describe.skipIf(!hasValkey())("slots of two workers", () => {
  let valkey: Valkey;
  let redis: Redis;
  beforeAll(async () => {
    valkey = await startValkey();
    redis = await connect(queueAddress(valkey.url), () => undefined, 60_000);
    await redis.call("HSET", runKeys("run").record, "queue:queue", "one:0");
  });
  afterAll(async () => {
    redis.disconnect();
    await valkey.close();
  });

  const job: CallJobData = {
    run: "run",
    generation: "one:0",
    concurrency: 10,
    limits: {},
    adaptive: false,
    asksBeforeRetry: false
  };
  const slotsOf = (worker: string, through: Redis = redis) =>
    new Slots({redis: through, worker, queue: "queue", most: 10, verifyAfter: 1});
  const asked = (worker: string, position: number, of: CallJobData = job, through: Redis = redis) => {
    const slots = slotsOf(worker, through);
    const said: string[] = [];
    slots.request({
      job: of,
      tokens: 1,
      claims: claimsKey("job"),
      position,
      onGranted: (begunBefore) => void said.push(`granted, begun ${begunBefore} times`),
      onRecalled: () => void said.push("recalled"),
      onEndedElsewhere: () => void said.push("ended")
    });
    return {said, slots};
  };

  it("leaves a call to the worker that makes it, until it has", async () => {
    const first = asked("first", 0);
    await until(() => first.said.length > 0);
    const second = asked("second", 0);
    await sleep(150);
    expect([first.said, second.said]).toEqual([["granted, begun 0 times"], []]);
    await redis.call("HSET", claimsKey("job"), 0, ENDED);
    await until(() => second.said.length > 0);
    expect(second.said).toEqual(["ended"]);
  });

  it("goes on to what waits behind calls that others have made, which never held a slot", async () => {
    const claims = claimsKey("made elsewhere");
    for (let position = 0; position < 30; position++) await redis.call("HSET", claims, position, ENDED);
    const slots = slotsOf("third");
    let ended = 0;
    const events = {
      onGranted: () => undefined,
      onRecalled: () => undefined,
      onEndedElsewhere: () => void ended++
    };
    for (let position = 0; position < 30; position++)
      slots.request({job, tokens: 1, claims, position, ...events});
    await until(() => ended === 30);
    expect(slots.waiting).toBe(0);
  });

  it("asks again for a call whose answer never came", async () => {
    let refused = 0;
    const forgetful = {
      defineCommand: (...words: Parameters<Redis["defineCommand"]>) => redis.defineCommand(...words),
      assayLimit: (...words: string[]) =>
        refused++ === 0
          ? Promise.reject(new Error("Command timed out"))
          : (redis as unknown as {assayLimit(...words: string[]): Promise<string>}).assayLimit(...words)
    };
    const {said} = asked("first", 2, job, forgetful as unknown as Redis);
    await until(() => said.length > 0);
    expect([said, refused]).toEqual([["granted, begun 0 times"], 2]);
  });

  it("gives a call of workers that died to another, and says how often it had begun", async () => {
    for (const [begun, worker] of ["first", "second", "third"].entries()) {
      const {said} = asked(worker, 1);
      await until(() => said.length > 0);
      expect(said).toEqual([`granted, begun ${begun} times`]);
      await redis.call("ZREM", HEARTBEATS, worker);
    }
  });

  it("gives a call to another when its worker lives and, for long, says that it does not make it", async () => {
    const first = asked("first", 3);
    await until(() => first.said.length > 0);
    await redis.call("ZADD", HEARTBEATS, 9e15, "first");
    await redis.call("SET", heldKey("first"), JSON.stringify([`${claimsKey("job")} 3`]));
    const second = asked("second", 3);
    await sleep(1500);
    expect(second.said).toEqual([]);
    await redis.call("SET", heldKey("first"), "[]");
    await until(() => second.said.length > 0);
    expect(second.said).toEqual(["granted, begun 1 times"]);
  });

  it("gives none to what a recalled generation sent", async () => {
    const late = asked("first", 2, {...job, generation: "one:-1"});
    await until(() => late.said.length > 0);
    expect(late.said).toEqual(["recalled"]);
  });

  it("keeps two workers to tokens a minute within 2 %, by what calls really used", async () => {
    const perSecond = 20_000;
    const limited: CallJobData = {...job, concurrency: 1000, limits: {tokensPerMinute: 60 * perSecond}};
    const bucket = async () => {
      const state = JSON.parse((await redis.call("GET", queueKeys("tokens").limits)) as string) as {
        tokens: {level: number; at: number};
      };
      return state.tokens;
    };
    const both = ["third", "fourth"].map((worker) => new Slots({redis, worker, queue: "tokens", most: 1000}));
    await redis.call("HSET", runKeys("run").record, "queue:tokens", "one:0");
    let used = 0;
    let position = 0;
    let first: number | undefined;
    const ended = new Promise<void>((resolve) => {
      const claims = claimsKey("tokens");
      const ask = (slots: Slots) => {
        const own = position++;
        const request: SlotRequest = {
          job: limited,
          tokens: 400,
          claims,
          position: own,
          onGranted() {
            const real = own % 2 === 0 ? 250 : 600;
            used += real;
            slots.usedBeyond(limited, real - 400);
            slots.release(request);
            if (used > 3.5 * perSecond) resolve();
            else ask(slots);
          },
          onRecalled: () => undefined,
          onEndedElsewhere: () => undefined
        };
        slots.request(request);
      };
      ask(both[0]!);
      void until(() => used > 0)
        .then(bucket)
        .then(({at}) => {
          first = at;
          for (const slots of both) for (let i = 0; i < 50; i++) ask(slots);
        });
    });
    await ended;
    for (const slots of both) slots.stop();
    const allowed = perSecond + (perSecond * ((await bucket()).at - first!)) / 1000;
    expect(Math.abs(used - allowed)).toBeLessThan(0.02 * 3.5 * perSecond);
  });
});

describe("slots of a worker that is asked to leave", () => {
  const job: CallJobData = {
    run: "s",
    generation: "a:0",
    concurrency: 4,
    limits: {},
    adaptive: false,
    asksBeforeRetry: false
  };
  type Step = (step: LimitStep) => Promise<ScriptAnswer>;
  const slotsOf = (answer: Step) => {
    const server = {
      defineCommand: () => undefined,
      assayLimit: async (...words: string[]) =>
        JSON.stringify(await answer(JSON.parse(words.at(-1)!) as LimitStep))
    };
    return new Slots({redis: server as unknown as Redis, worker: "w", queue: "queue", most: 4});
  };
  const granted = ({asks}: LimitStep) => ({
    words: asks.map(() => "g0").join(),
    wait: 0,
    recalled: false
  });
  const asked = (slots: Slots, said: string[] = []) =>
    new Promise<void>((resolve) =>
      slots.request({
        job,
        tokens: 1,
        claims: "m",
        position: 0,
        onGranted: () => (said.push("granted"), resolve()),
        onRecalled: () => (said.push("recalled"), resolve()),
        onEndedElsewhere: () => undefined
      })
    );

  it("goes on asking for the retry of a call in flight that is to wait, or that the server did not hear", async () => {
    const later: Step = async () => ({words: "", wait: 50, recalled: false});
    for (const hindrance of [later, () => Promise.reject(new Error("Command timed out"))]) {
      let steps = 0;
      const slots = slotsOf(async (step) => (++steps === 2 ? hindrance(step) : granted(step)));
      await asked(slots);
      slots.stop();
      await slots.hooks(job, 1).beforeRetry!();
      expect(steps).toBe(3);
    }
  });

  it("asks for no retry of a call that was stopped", async () => {
    let steps = 0;
    const slots = slotsOf(async (step) =>
      ++steps === 1 ? granted(step) : {words: "", wait: 20, recalled: false}
    );
    await asked(slots);
    slots.stop();
    const abort = new AbortController();
    const retry = slots.hooks(job, 1).beforeRetry!(abort.signal);
    await until(() => steps === 2);
    abort.abort();
    await expect(retry).rejects.toThrow("The call was stopped.");
    await sleep(100);
    expect([slots.waiting, steps]).toEqual([0, 2]);
  });

  it("begins no call that it has given back, and gives back the slot that came too late", async () => {
    const heard: LimitStep[] = [];
    let answer: () => void = () => undefined;
    const slots = slotsOf(async (step) => {
      heard.push(step);
      if (heard.length === 1) await new Promise<void>((resolve) => (answer = resolve));
      return granted(step);
    });
    const said: string[] = [];
    const over = asked(slots, said);
    await until(() => heard.length === 1);
    slots.stop();
    answer();
    await over;
    await until(() => heard.length === 2);
    expect(said).toEqual(["recalled"]);
    expect(heard[1]).toMatchObject({inFlight: 0, asks: []});
  });
});

async function until(met: () => boolean): Promise<void> {
  while (!met()) await sleep(5);
}

it("waits for an answer of the server no longer than it is told", async () => {
  const server = createServer((socket) =>
    socket.on("data", (part: Buffer) => {
      for (const command of part.toString().match(/ping|info/gi) ?? [])
        socket.write(command.toLowerCase() === "ping" ? "+PONG\r\n" : "$0\r\n\r\n");
    })
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const {port} = server.address() as AddressInfo;
  const redis = await connect(queueAddress(`redis://127.0.0.1:${port}`), () => undefined, 300);
  await expect(redis.call("GET", "what never comes")).rejects.toThrow("timed out");
  redis.disconnect();
  await new Promise((resolve) => server.close(resolve));
});
