import {createServer, type AddressInfo} from "node:net";
import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {queueAddress} from "../../../src/evals/queue/index.js";
import {ALIVE, laneKeys, makingKey, marksKey, runKeys} from "../../../src/evals/queue/names.js";
import type {LimitAnswer, LimitStep} from "../../../src/evals/queue/limitScript.js";
import {createPlaces, type Places} from "../../../src/evals/queue/places.js";
import type {JobData} from "../../../src/evals/queue/protocol.js";
import {connect, type Redis} from "../../../src/evals/queue/redis.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

describe.skipIf(!hasValkey())("places of two workers", () => {
  let valkey: Valkey;
  let redis: Redis;
  beforeAll(async () => {
    valkey = await startValkey();
    redis = await connect(queueAddress(valkey.url), () => undefined, 60_000);
    await redis.call("HSET", runKeys("run").run, "lane:lane", "one:0");
  });
  afterAll(async () => {
    redis.disconnect();
    await valkey.close();
  });

  const job: JobData = {
    scope: "run",
    generation: "one:0",
    most: 10,
    limits: {},
    adaptive: false,
    asks: false
  };
  const asked = (worker: string, place: number, of: JobData = job, through: Redis = redis) => {
    const places = createPlaces(through, worker, "lane", 10, 1);
    const said: string[] = [];
    const entry = {
      job: of,
      tokens: 1,
      marks: marksKey("job"),
      place,
      start: (begun: boolean) => void said.push(begun ? "begun" : "start"),
      recall: () => void said.push("recall"),
      made: () => void said.push("made")
    };
    places.ask(entry);
    return {said, places};
  };

  it("leaves a call to the worker that makes it, until it has", async () => {
    const first = asked("first", 0);
    await until(() => first.said.length > 0);
    const second = asked("second", 0);
    await sleep(150);
    expect([first.said, second.said]).toEqual([["start"], []]);
    await redis.call("HSET", marksKey("job"), 0, "e");
    await until(() => second.said.length > 0);
    expect(second.said).toEqual(["made"]);
  });

  it("goes on to what waits behind calls that others have made, which never held a place", async () => {
    const marks = marksKey("made elsewhere");
    for (let place = 0; place < 30; place++) await redis.call("HSET", marks, place, "e");
    const places = createPlaces(redis, "third", "lane", 10, 1);
    let made = 0;
    const said = {start: () => undefined, recall: () => undefined, made: () => void made++};
    for (let place = 0; place < 30; place++) places.ask({job, tokens: 1, marks, place, ...said});
    await until(() => made === 30);
    expect(places.waiting).toBe(0);
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
    expect([said, refused]).toEqual([["start"], 2]);
  });

  it("gives a call of a worker that died to another, and says that it had begun", async () => {
    const first = asked("first", 1);
    await until(() => first.said.length > 0);
    await redis.call("ZREM", ALIVE, "first");
    const second = asked("second", 1);
    await until(() => second.said.length > 0);
    expect(second.said).toEqual(["begun"]);
  });

  it("gives a call to another when its worker lives and, for long, says that it does not make it", async () => {
    const first = asked("first", 3);
    await until(() => first.said.length > 0);
    await redis.call("ZADD", ALIVE, 9e15, "first");
    await redis.call("SET", makingKey("first"), JSON.stringify([`${marksKey("job")} 3`]));
    const second = asked("second", 3);
    await sleep(1500);
    expect(second.said).toEqual([]);
    await redis.call("SET", makingKey("first"), "[]");
    await until(() => second.said.length > 0);
    expect(second.said).toEqual(["begun"]);
  });

  it("gives none to what a recalled generation sent", async () => {
    const late = asked("first", 2, {...job, generation: "one:-1"});
    await until(() => late.said.length > 0);
    expect(late.said).toEqual(["recall"]);
  });

  it("keeps two workers to tokens a minute within 2 %, by what calls really used", async () => {
    const perSecond = 20_000;
    const limited: JobData = {...job, most: 1000, limits: {tokensPerMinute: 60 * perSecond}};
    const bucket = async () => {
      const state = JSON.parse((await redis.call("GET", laneKeys("tokens").limit)) as string) as {
        tokens: {level: number; at: number};
      };
      return state.tokens;
    };
    const both = ["third", "fourth"].map((worker) => createPlaces(redis, worker, "tokens", 1000));
    await redis.call("HSET", runKeys("run").run, "lane:tokens", "one:0");
    let used = 0;
    let place = 0;
    let first: number | undefined;
    const ended = new Promise<void>((resolve) => {
      const marks = marksKey("tokens");
      const ask = (places: (typeof both)[number]) => {
        const own = place++;
        places.ask({
          job: limited,
          tokens: 400,
          marks,
          place: own,
          start() {
            const real = own % 2 === 0 ? 250 : 600;
            used += real;
            places.used(limited, real - 400);
            places.release(limited, {marks, place: own});
            if (used > 3.5 * perSecond) resolve();
            else ask(places);
          },
          recall: () => undefined,
          made: () => undefined
        });
      };
      ask(both[0]!);
      void until(() => used > 0)
        .then(bucket)
        .then(({at}) => {
          first = at;
          for (const places of both) for (let i = 0; i < 50; i++) ask(places);
        });
    });
    await ended;
    for (const places of both) places.stop();
    const allowed = perSecond + (perSecond * ((await bucket()).at - first!)) / 1000;
    expect(Math.abs(used - allowed)).toBeLessThan(0.02 * 3.5 * perSecond);
  });
});

describe("places of a worker that is asked to leave", () => {
  const job: JobData = {scope: "s", generation: "a:0", most: 4, limits: {}, adaptive: false, asks: false};
  type Step = (step: LimitStep) => Promise<LimitAnswer>;
  const placesOf = (answer: Step) => {
    const server = {
      defineCommand: () => undefined,
      assayLimit: async (...words: string[]) =>
        JSON.stringify(await answer(JSON.parse(words.at(-1)!) as LimitStep))
    };
    return createPlaces(server as unknown as Redis, "w", "lane", 4);
  };
  const granted = ({asks}: LimitStep) => ({codes: "g".repeat(asks.length), wait: 0, recalled: false});
  const asked = (places: Places, said: string[] = []) =>
    new Promise<void>((resolve) =>
      places.ask({
        job,
        tokens: 1,
        marks: "m",
        place: 0,
        start: () => (said.push("start"), resolve()),
        recall: () => (said.push("recall"), resolve()),
        made: () => undefined
      })
    );

  it("goes on asking for the retry of a call in flight that is to wait, or that the server did not hear", async () => {
    const later: Step = async () => ({codes: "", wait: 50, recalled: false});
    for (const hindrance of [later, () => Promise.reject(new Error("Command timed out"))]) {
      let steps = 0;
      const places = placesOf(async (step) => (++steps === 2 ? hindrance(step) : granted(step)));
      await asked(places);
      places.stop();
      await places.hooks(job, 1).beforeRetry!();
      expect(steps).toBe(3);
    }
  });

  it("asks for no retry of a call that was stopped", async () => {
    let steps = 0;
    const places = placesOf(async (step) =>
      ++steps === 1 ? granted(step) : {codes: "", wait: 20, recalled: false}
    );
    await asked(places);
    places.stop();
    const abort = new AbortController();
    const retry = places.hooks(job, 1).beforeRetry!(abort.signal);
    await until(() => steps === 2);
    abort.abort();
    await expect(retry).rejects.toThrow("The call was stopped.");
    await sleep(100);
    expect([places.waiting, steps]).toEqual([0, 2]);
  });

  it("begins no call that it has given back, and gives back the place that came too late", async () => {
    const heard: LimitStep[] = [];
    let answer: () => void = () => undefined;
    const places = placesOf(async (step) => {
      heard.push(step);
      if (heard.length === 1) await new Promise<void>((resolve) => (answer = resolve));
      return granted(step);
    });
    const said: string[] = [];
    const over = asked(places, said);
    await until(() => heard.length === 1);
    places.stop();
    answer();
    await over;
    await until(() => heard.length === 2);
    expect(said).toEqual(["recall"]);
    expect(heard[1]).toMatchObject({flying: 0, asks: []});
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
