import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {queueAddress} from "../../src/queue/index.js";
import {ALIVE, marksKey, runKeys} from "../../src/queue/names.js";
import {createPlaces} from "../../src/queue/places.js";
import type {JobData} from "../../src/queue/protocol.js";
import {connect, type Redis} from "../../src/queue/redis.js";
import {hasValkey, startValkey, type Valkey} from "./support/valkey.js";

describe.skipIf(!hasValkey())("places of two workers", () => {
  let valkey: Valkey;
  let redis: Redis;
  beforeAll(async () => {
    valkey = await startValkey();
    redis = await connect(queueAddress(valkey.url), () => undefined);
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
  const asked = (worker: string, place: number, of: JobData = job) => {
    const places = createPlaces(redis, worker, "lane", 10);
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

  it("gives a call of a worker that died to another, and says that it had begun", async () => {
    const first = asked("first", 1);
    await until(() => first.said.length > 0);
    await redis.call("ZREM", ALIVE, "first");
    const second = asked("second", 1);
    await until(() => second.said.length > 0);
    expect(second.said).toEqual(["begun"]);
  });

  it("gives none to what a recalled generation sent", async () => {
    const late = asked("first", 2, {...job, generation: "one:-1"});
    await until(() => late.said.length > 0);
    expect(late.said).toEqual(["recall"]);
  });
});

async function until(met: () => boolean): Promise<void> {
  while (!met()) await sleep(5);
}
