import {createServer, type Server} from "node:http";
import type {AddressInfo} from "node:net";
import {monitorEventLoopDelay} from "node:perf_hooks";
import {setTimeout as sleep} from "node:timers/promises";
import {afterEach, describe, expect, it} from "vitest";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {levelOf, throughputOf} from "../../../src/evals/loadtest/level.js";
import {openLoop} from "../../../src/evals/loadtest/loops.js";
import {loadTest} from "../../../src/evals/loadtest/index.js";
import {quantile} from "../../../src/base/stats/index.js";
import {virtualTime} from "../../support/virtualTime.js";
import {options, simulated, target} from "./support/simulated.js";

let server: Server | undefined;
let asked = 0;
/** Milliseconds from a request's arrival to its answer, as the server saw them: a busy machine wakes it late. */
let served: number[] = [];
/** Answers request n when `wait(n)` milliseconds are over. */
async function serverOf(
  wait: (n: number) => number,
  status: (n: number) => number = () => 200
): Promise<string> {
  asked = 0;
  served = [];
  server = createServer((request, response) => {
    request.resume();
    const n = asked++;
    const arrived = performance.now();
    setTimeout(() => {
      served[n] = performance.now() - arrived;
      response.writeHead(status(n), {"content-type": "application/json"});
      response.end(
        JSON.stringify({
          model: "known",
          choices: [{index: 0, message: {role: "assistant", content: "yes"}, finish_reason: "stop"}],
          usage: {prompt_tokens: 10, completion_tokens: 5}
        })
      );
    }, wait(n));
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server!.address() as AddressInfo).port}`;
}
afterEach(() => void server?.close());

const within = (measured: number | undefined, truth: number, late = 0) =>
  expect(Math.abs(measured! - truth), `${measured} for ${truth}`).toBeLessThan(0.05 * truth + late);

describe("a load test", () => {
  it("measures the quantiles of known service times within 5 %", async () => {
    // 400 to 1000 ms, evenly: every block of 101 requests holds each of 101 times once.
    const load = simulated((n) => 400 + 6 * ((n * 37) % 101));
    const {levels} = await load({seconds: 20, ratePerSecond: 50});
    const {latencyMs, answered, unanswered, errors} = levels[0]!;
    expect([answered >= 999, unanswered, errors]).toEqual([true, 0, {}]);
    for (const [name, q] of [
      ["p50", 0.5],
      ["p90", 0.9],
      ["p95", 0.95],
      ["p99", 0.99]
    ] as const)
      within(latencyMs?.[name], 400 + 600 * q);
  });

  it("measures over HTTP what the server saw", {tags: ["long"]}, async () => {
    const delay = monitorEventLoopDelay({resolution: 1});
    delay.enable();
    const url = await serverOf((n) => 200 + 3 * ((n * 37) % 101));
    const {levels} = await loadTest(target(url), {...options, seconds: 2, ratePerSecond: 50});
    delay.disable();
    const {latencyMs, answered, unanswered, errors} = levels[0]!;
    expect([answered >= 99, unanswered, errors]).toEqual([true, 0, {}]);
    // The first went ahead, and the warm-up is left out.
    const measured = served.slice(-answered);
    // Client and server share a process: both wait while another keeps the processor from it.
    const late = (2 * delay.max) / 1e6;
    within(latencyMs?.p50, quantile(measured, 0.5)!, late);
    within(latencyMs?.p90, quantile(measured, 0.9)!, late);
    within(latencyMs?.p99, quantile(measured, 0.99)!, late);
  });

  it("measures what a server gets done when it is saturated", async () => {
    const {levels} = await simulated(() => 100)({concurrency: [1, 4], seconds: 15});
    expect(levels.map(({concurrency}) => concurrency)).toEqual([1, 4]);
    for (const {throughput, concurrency, ratePerSecond, latencyMs} of levels) {
      within(throughput!.requestsPerSecond, 10 * concurrency!);
      expect(throughput!.completionTokensPerSecond).toBeCloseTo(5 * throughput!.requestsPerSecond, 6);
      expect(ratePerSecond).toBeCloseTo(0.7 * throughput!.requestsPerSecond, 6);
      within(latencyMs!.p50, 100);
    }
  });

  it("shows a stall to all that came in it", async () => {
    // Nothing is answered from 1.0 s to 2.0 s.
    const load = simulated((_n, at) => (at >= 1000 && at < 2000 ? 2000 - at + 5 : 5));
    const {levels} = await load({concurrency: [4], ratePerSecond: 50});
    const {latencyMs, serviceMs} = levels[0]!;
    // Only four requests were in the stall; a third of all arrived in it, the first of them waiting for 1 s.
    expect(serviceMs!.p90).toBeLessThan(100);
    expect(latencyMs!.p90).toBeGreaterThan(500);
    expect(latencyMs!.p50).toBeLessThan(100);
  });

  it("never sends more than its caps allow", async () => {
    const url = await serverOf(() => 1);
    const few = await loadTest(target(url), {...options, concurrency: [8], maxRequests: 41, seconds: 0.5});
    expect(few.requests).toBe(asked);
    expect(asked).toBeLessThanOrEqual(41);
    // Each answer costs half a cent: 20 fit in ten cents.
    asked = 0;
    const paid = await loadTest(target(url, true), {...options, concurrency: [8], budgetUsd: 0.1});
    expect(asked).toBeLessThanOrEqual(20);
    expect(paid.spentUsd).toBeLessThanOrEqual(0.1 + 1e-9);
    expect(paid.stopped).toMatch(/budget/);
  });

  it("measures over the time in which it sent when its share of the requests is up, and says so", async () => {
    const load = simulated(() => 100);
    const long = {concurrency: [16], ratePerSecond: 50, seconds: 10, warmupSeconds: 1};
    const capped = await load({...long, maxRequests: 200});
    within(capped.levels[0]!.throughput!.requestsPerSecond, 50);
    expect(capped.stopped).toMatch(/^1 of 1 measurements .* share of 200 requests/);
    const saturated = await simulated(() => 100)({concurrency: [4], seconds: 10, maxRequests: 401});
    within(saturated.levels[0]!.throughput!.requestsPerSecond, 40);
    expect(saturated.stopped).toMatch(/^2 of 2 measurements/);
    const whole = await simulated(() => 100)({...long, maxRequests: 2000});
    within(whole.levels[0]!.throughput!.requestsPerSecond, 50);
    expect(whole.stopped).toBeUndefined();
  });

  it("counts every arrival of its time, wherever the clock stands and however long the warm-up is", async () => {
    const counts = new Set<number>();
    for (let i = 0; i < 50; i++)
      for (const [rate, warmupMs] of [
        [2, 0],
        [2, 300],
        [1.1, 10_000]
      ] as const) {
        const time = virtualTime();
        const now = () => 4321.0987 + 17.31 * i + time.now();
        const send = () => Promise.resolve({});
        const inputs = {concurrency: 4, warmupMs, measuredMs: 4000 / rate, ratePerSecond: rate};
        const loop = await time.until(openLoop({...inputs, send, effects: {...time, now}}));
        counts.add(loop.samples.filter(({dueMs}) => dueMs >= loop.fromMs).length);
      }
    expect([...counts]).toEqual([4]);
  });

  it("measures over the time until it was interrupted", async () => {
    const time = virtualTime();
    const stop = new AbortController();
    const send = () => new Promise<object>((resolve) => void time.timer(100, () => resolve({})));
    time.timer(4000, () => stop.abort());
    const inputs = {concurrency: 16, warmupMs: 1000, measuredMs: 10_000, ratePerSecond: 50};
    const loop = await time.until(openLoop({...inputs, send, effects: time, signal: stop.signal}));
    within(throughputOf(loop, "arrivals")!.requestsPerSecond, 50);
  });

  it("keeps more than ten in flight without a warning of Node", async () => {
    const warned: Error[] = [];
    const listen = (warning: Error) => void warned.push(warning);
    process.on("warning", listen);
    try {
      const url = await serverOf(() => 20);
      const effects = {signal: new AbortController().signal};
      await loadTest(target(url), {...options, ratePerSecond: 40, seconds: 0.5}, effects);
      await new Promise((resolve) => setImmediate(resolve));
      expect(warned).toEqual([]);
    } finally {
      process.off("warning", listen);
    }
  });

  it("counts requests against its budget that a server failed to answer", async () => {
    const url = await serverOf(
      () => 1,
      (n) => (n === 0 ? 200 : 502)
    );
    const {stopped} = await loadTest(target(url, true), {...options, concurrency: [8], budgetUsd: 0.1});
    expect(asked).toBeLessThanOrEqual(20);
    expect(stopped).toMatch(/budget/);
  });

  it("counts errors without sending again", async () => {
    const url = await serverOf(
      () => 2,
      (n) => (n % 4 === 3 ? 500 : 200)
    );
    const {levels, requests} = await loadTest(target(url), {
      ...options,
      concurrency: [8],
      ratePerSecond: 100,
      seconds: 0.5,
      warmupSeconds: 0
    });
    expect(requests).toBe(asked);
    expect(levels[0]!.errors).toEqual({server: Math.floor(asked / 4)});
    expect(levels[0]!.answered + levels[0]!.errors["server"]!).toBe(asked - 1);
  });

  it("says why the first request failed, and sends no other", async () => {
    const url = await serverOf(
      () => 1,
      () => 401
    );
    await expect(loadTest(target(url), options)).rejects.toThrow(/auth[^]*No other request was sent/);
    expect(asked).toBe(1);
  });
});

it("knows no quantile that falls among requests without an answer", () => {
  const samples = Array.from({length: 90}, (_, n) => ({dueMs: n, sentMs: n, endedMs: n + 10}));
  const {latencyMs, serviceMs, unanswered} = levelOf(4, undefined, {
    samples,
    fromMs: 0,
    toMs: 1000,
    unsent: 10,
    ratePerSecond: 100
  });
  expect([unanswered, latencyMs]).toEqual([10, {p50: 10, p90: undefined, p95: undefined, p99: undefined}]);
  expect(serviceMs!.p99).toBe(10);
});

describe("a load test of a server that streams", () => {
  /** Streams ten tokens 10 ms apart, and tells the usage 200 ms later. */
  async function streaming() {
    const asked: (boolean | undefined)[] = [];
    const bodies: object[] = [];
    const usage = {prompt_tokens: 10, completion_tokens: 10};
    const choice = (more: object) => `data: ${JSON.stringify({choices: [{index: 0, ...more}]})}\n\n`;
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {stream?: boolean};
      asked.push(body.stream);
      bodies.push(body);
      if (!body.stream) {
        response.writeHead(200, {"content-type": "application/json"});
        const message = {role: "assistant", content: "yes"};
        return response.end(JSON.stringify({choices: [{index: 0, message, finish_reason: "stop"}], usage}));
      }
      response.writeHead(200, {"content-type": "text/event-stream"});
      for (let i = 0; i < 10; i++) {
        response.write(choice({delta: {content: "a"}, finish_reason: null}));
        await sleep(10);
      }
      response.write(choice({delta: {}, finish_reason: "stop"}));
      await sleep(200);
      response.end(`data: ${JSON.stringify({choices: [], usage})}\n\ndata: [DONE]\n\n`);
    });
    await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
    return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, bodies};
  }
  const short = {...options, concurrency: [1], ratePerSecond: 5, seconds: 0.5, warmupSeconds: 0};

  it("measures between its first and its last token, without what comes after", async () => {
    const {url} = await streaming();
    const {levels} = await loadTest(target(url), {...short, stream: true});
    const {interTokenMs, serviceMs} = levels[0]!;
    expect(serviceMs!.p50).toBeGreaterThan(280);
    // The whole time after the first token would be 32 ms a token.
    expect(interTokenMs!.p50).toBeGreaterThan(9);
    expect(interTokenMs!.p50).toBeLessThan(30);
  });

  it("asks for whole answers with --no-stream, whatever the endpoint and the candidate state", async () => {
    const {url, asked, bodies} = await streaming();
    const {ready, prompts} = target(url);
    const endpoint = openAICompatible({
      name: "here",
      baseUrl: url,
      hosting: "on-prem",
      trust: "local",
      stream: true
    });
    const params = {...ready.candidate.params, stream: true, stream_options: {include_usage: true}};
    const whole = {
      prompts,
      ready: {...ready, candidate: {...ready.candidate, params}, prepared: {endpoint, model: "known"}}
    };
    const {levels} = await loadTest(whole, short);
    expect([levels[0]!.firstTokenMs, levels[0]!.interTokenMs]).toEqual([undefined, undefined]);
    expect(new Set(asked)).toEqual(new Set([undefined]));
    expect(bodies[0]).not.toHaveProperty("stream_options");
  });
});

it("sends no request before it is due, though timers fire early", async () => {
  const time = virtualTime();
  const effects = {
    now: time.now,
    timer: (ms: number, fn: () => void) => time.timer(Math.max(0.1, ms - 0.7), fn)
  };
  const send = () => new Promise<object>((resolve) => void time.timer(5, () => resolve({})));
  const loop = openLoop({concurrency: 2, ratePerSecond: 50, warmupMs: 0, measuredMs: 400, effects, send});
  const {samples} = await time.until(loop);
  expect(samples).toHaveLength(20);
  expect(samples.filter(({sentMs, dueMs}) => sentMs < dueMs)).toEqual([]);
});
