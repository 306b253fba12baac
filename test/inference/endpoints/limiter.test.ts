import {describe, expect, it} from "vitest";
import type {EndpointEffects} from "../../../src/inference/endpoints/effects.js";
import {createLimiter, limiterFor} from "../../../src/inference/endpoints/limiter.js";
import {openAICompatible} from "../../../src/inference/endpoints/openAICompatible.js";
import {recorded} from "../../../src/inference/endpoints/recorded.js";
import {EndpointError} from "../../../src/inference/endpoints/types.js";
import {startModelServer} from "../../support/modelServer.js";

/** A world whose time moves only when every promise has settled and something waits for a timer. */
function simulated() {
  let now = 0;
  const timers = new Map<object, {at: number; fn: () => void}>();
  const effects: EndpointEffects = {
    now: () => now,
    epochMs: () => now,
    random: () => 0,
    timer: (ms, fn) => {
      const key = {};
      timers.set(key, {at: now + ms, fn});
      return () => timers.delete(key);
    }
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    effects,
    get timers() {
      return timers.size;
    },
    sleep: (ms: number) => new Promise<void>((resolve) => void effects.timer(ms, resolve)),
    async runUntil(end: number) {
      for (;;) {
        await settle();
        const next = [...timers].sort((a, b) => a[1].at - b[1].at)[0];
        if (!next || next[1].at > end) break;
        timers.delete(next[0]);
        now = Math.max(now, next[1].at);
        next[1].fn();
      }
      now = end;
    }
  };
}

describe("createLimiter", () => {
  it("never has more in flight than the maximum, and starts calls in order of arrival", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 5, effects: world.effects});
    let inFlight = 0;
    let most = 0;
    const started: number[] = [];
    for (let i = 0; i < 40; i++)
      void limiter.run(async () => {
        started.push(i);
        most = Math.max(most, ++inFlight);
        await world.sleep(10);
        inFlight--;
      });
    await world.runUntil(1000);
    expect(started).toEqual(Array.from({length: 40}, (_, i) => i));
    expect(most).toBe(5);
    expect(limiter.stats).toMatchObject({inFlight: 0, queued: 0});
  });

  it("waits for nothing once the calls that waited are cleared, and goes on for those of others", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 5, limits: {requestsPerMinute: 1}, effects: world.effects});
    await limiter.run(async () => undefined);
    const [ours, theirs] = [{}, {}];
    const gone = limiter.run(async () => undefined, {owner: ours});
    const stays = limiter.run(async () => "answer", {owner: theirs});
    limiter.clear(ours);
    await expect(gone).rejects.toMatchObject({kind: "aborted"});
    await world.runUntil(61_000);
    expect(await stays).toBe("answer");
    const last = limiter.run(async () => undefined, {owner: ours});
    expect(world.timers).toBe(1);
    limiter.clear(ours);
    await expect(last).rejects.toMatchObject({kind: "aborted"});
    expect(world.timers).toBe(0);
  });

  it("the endpoint's own concurrency can only lower -j", () => {
    expect(createLimiter({max: 4, limits: {concurrency: 64}, adaptive: false}).stats.limit).toBe(4);
    expect(createLimiter({max: 64, limits: {concurrency: 4}, adaptive: false}).stats.limit).toBe(4);
  });

  it("doubles from 8 to the maximum in a few rounds when all goes well", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 64, effects: world.effects});
    expect(limiter.stats.limit).toBe(8);
    for (let i = 0; i < 300; i++)
      void limiter.run(async ({onAttempt}) => {
        await world.sleep(20);
        onAttempt!({attempt: 1, latencyMs: 20});
      });
    await world.runUntil(61);
    expect(limiter.stats.limit).toBe(64);
  });

  it("halves once for a round of 429s and then grows by one a round", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 64, effects: world.effects});
    const calls = (count: number, kind?: "rate-limit") => {
      for (let i = 0; i < count; i++)
        void limiter.run(async ({onAttempt}) => {
          await world.sleep(20);
          onAttempt!({attempt: 1, latencyMs: 20, kind});
        });
    };
    calls(300);
    await world.runUntil(200);
    calls(64, "rate-limit");
    await world.runUntil(300);
    expect(limiter.stats).toMatchObject({limit: 32, throttled: 64});
    calls(32);
    await world.runUntil(400);
    expect(limiter.stats.limit).toBeGreaterThanOrEqual(32);
    expect(limiter.stats.limit).toBeLessThanOrEqual(33);
    calls(33 * 4);
    await world.runUntil(600);
    expect(limiter.stats.limit).toBeGreaterThanOrEqual(35);
    expect(limiter.stats.limit).toBeLessThanOrEqual(37);
  });

  it("lowers the limit when latency grows with it, as behind a server that works on four at a time", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 64, effects: world.effects});
    let busyUntil = [0, 0, 0, 0];
    for (let i = 0; i < 2000; i++)
      void limiter.run(async ({onAttempt}) => {
        const start = world.effects.now();
        busyUntil.sort((a, b) => a - b);
        const end = Math.max(start, busyUntil[0]!) + 100;
        busyUntil = [end, ...busyUntil.slice(1)];
        await world.sleep(end - start);
        onAttempt!({attempt: 1, latencyMs: end - start});
      });
    await world.runUntil(30_000);
    expect(limiter.stats.limit).toBeLessThan(32);
    await world.runUntil(50_001);
    // 2000 calls of 100 ms, four at a time: no slower than with all 64.
    expect(limiter.stats).toMatchObject({inFlight: 0, queued: 0});
  });

  it("starts nothing while a Retry-After runs", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 1, effects: world.effects});
    const started: number[] = [];
    void limiter.run(async ({onAttempt}) => {
      onAttempt!({attempt: 1, latencyMs: 0, kind: "rate-limit", status: 429, retryAfterMs: 3000});
    });
    void limiter.run(async () => void started.push(world.effects.now()));
    await world.runUntil(10_000);
    expect(started).toEqual([3000]);
  });

  it("keeps any minute within requests per minute plus one second's worth", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 64, limits: {requestsPerMinute: 120}, effects: world.effects});
    const started: number[] = [];
    for (let i = 0; i < 400; i++) void limiter.run(async () => void started.push(world.effects.now()));
    await world.runUntil(240_000);
    expect(started).toHaveLength(400);
    for (const from of started) {
      const inMinute = started.filter((time) => time >= from && time < from + 60_000).length;
      expect(inMinute).toBeLessThanOrEqual(122);
    }
    expect(started.at(-1)).toBeCloseTo(((400 - 2) / 120) * 60_000, -3);
  });

  it("counts retries against requests per minute", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 4, limits: {requestsPerMinute: 60}, effects: world.effects});
    const attempts: number[] = [];
    void limiter.run(async ({beforeRetry}) => {
      attempts.push(world.effects.now());
      await beforeRetry!();
      attempts.push(world.effects.now());
    });
    void limiter.run(async () => void attempts.push(world.effects.now()));
    await world.runUntil(5000);
    expect(attempts).toEqual([0, 1000, 2000]);
    expect(limiter.stats.retries).toBe(1);
  });

  it("a retry goes before waiting calls and cannot lock up a full limiter", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 1, limits: {requestsPerMinute: 60}, effects: world.effects});
    const order: string[] = [];
    void limiter.run(async ({beforeRetry}) => {
      order.push("first");
      await beforeRetry!();
      order.push("first again");
    });
    void limiter.run(async () => void order.push("second"));
    await world.runUntil(5000);
    expect(order).toEqual(["first", "first again", "second"]);
  });

  it("meters tokens by the estimate and settles by the usage", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 64, limits: {tokensPerMinute: 60_000}, effects: world.effects});
    const started: number[] = [];
    for (let i = 0; i < 4; i++)
      void limiter.run(
        async () => {
          started.push(world.effects.now());
          return {usage: {promptTokens: 400, completionTokens: 100}};
        },
        {estimateTokens: 1000}
      );
    await world.runUntil(10_000);
    // 1000 tokens a second; each call turns out to use 500 of its 1000.
    expect(started).toEqual([0, 500, 1000, 1500]);
  });

  it("lets a call larger than the bucket through, and makes the next ones wait for its debt", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 64, limits: {tokensPerMinute: 60_000}, effects: world.effects});
    const started: number[] = [];
    for (const estimateTokens of [5000, 1000])
      void limiter.run(async () => void started.push(world.effects.now()), {estimateTokens});
    await world.runUntil(10_000);
    expect(started).toEqual([0, 5000]);
  });

  it("a call aborted while it waits never starts and frees its place in the queue", async () => {
    const world = simulated();
    const limiter = createLimiter({max: 1, effects: world.effects});
    const controller = new AbortController();
    void limiter.run(() => world.sleep(10));
    const waiting = limiter.run(async () => "started", {signal: controller.signal});
    const last = limiter.run(async () => "last");
    controller.abort();
    await expect(waiting).rejects.toMatchObject({kind: "aborted"});
    await world.runUntil(20);
    expect(await last).toBe("last");
    expect(limiter.stats).toMatchObject({inFlight: 0, queued: 0});
  });

  it("a call that throws gives its place back", async () => {
    const limiter = createLimiter({max: 1});
    await expect(limiter.run(() => Promise.reject(new EndpointError("server", "no")))).rejects.toThrow("no");
    expect(await limiter.run(async () => 1)).toBe(1);
  });

  it("refuses a limit of 0 a minute", () => {
    expect(() => createLimiter({max: 1, limits: {requestsPerMinute: -1}})).toThrow(/above 0: -1/);
  });
});

describe("limiterFor an endpoint", () => {
  it("settles below the capacity of a real server that answers 429 beyond 10 at once, and loses no call", async () => {
    const server = await startModelServer({capacity: 10, latencyMs: 5});
    const endpoint = openAICompatible({
      name: "small",
      baseUrl: server.url,
      hosting: "on-prem",
      trust: "internal",
      retries: {retries: 30, baseDelayMs: 4, maxDelayMs: 40}
    });
    const limiter = limiterFor(endpoint, 64);
    const rows = Array.from({length: 600}, (_, i) => i);
    const texts = await Promise.all(
      rows.map((row) =>
        limiter.run(async (attempts) => {
          const request = {model: "test-model", messages: [{role: "user" as const, content: `row ${row}`}]};
          return (await endpoint.complete(request, {attempts})).text;
        })
      )
    );
    await endpoint.close!();
    await server.close();
    expect(texts).toEqual(rows.map(String));
    expect(limiter.stats.throttled).toBeGreaterThan(0);
    expect(limiter.stats.limit).toBeLessThan(30);
    // Far fewer than if 64 calls had kept on knocking at 10 places.
    expect(limiter.stats.throttled).toBeLessThan(300);
  });

  it("is fixed for recordings and models in this process", () => {
    expect(limiterFor(recorded({name: "r", rows: []}), 64).stats.limit).toBe(64);
  });
});
