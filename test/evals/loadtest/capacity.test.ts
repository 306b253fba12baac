// @module-tag long
import {expect, it} from "vitest";
import {failingText, type LoadLevel, measuredThroughput} from "../../../src/base/costs/index.js";
import {levelOf} from "../../../src/evals/loadtest/level.js";
import {rng} from "../../../src/base/stats/index.js";
import {simulated} from "./support/simulated.js";

/** One machine that answers one request after the other; service times are exponential with a mean of 100 ms. */
function queue(seed: string) {
  const random = rng(seed);
  let free = 0;
  return simulated((_n, at) => {
    free = Math.max(free, at) - 100 * Math.log(1 - random());
    return free - at;
  });
}

it("states a rate within a p95 that keeps it when it is offered", async () => {
  const {levels} = await queue("measured")({concurrency: [1, 4, 8], seconds: 300, maxRequests: 50_000});
  const p95Ms = 700;
  const {requestsPerSecond} = measuredThroughput(levels, p95Ms)!;
  expect(requestsPerSecond).toBeGreaterThan(5);
  const again = await queue("offered")({
    concurrency: [8],
    ratePerSecond: requestsPerSecond,
    seconds: 300,
    maxRequests: 50_000
  });
  expect(again.levels[0]!.latencyMs!.p95).toBeLessThan(p95Ms);
  // What it gets done when saturated does not keep it.
  const saturated = measuredThroughput(levels)!.requestsPerSecond!;
  const full = await queue("full")({
    concurrency: [8],
    ratePerSecond: saturated,
    seconds: 300,
    maxRequests: 50_000
  });
  expect(full.levels[0]!.latencyMs!.p95 ?? Infinity).toBeGreaterThan(p95Ms);
});

it("counts a time-out and a broken stream as longer than every answer", async () => {
  for (const kind of ["timeout", "truncated-stream", "connection"] as const) {
    const load = simulated(
      () => 20,
      (n) => (n % 5 === 4 ? kind : undefined)
    );
    const {levels} = await load({concurrency: [8], seconds: 20});
    const {latencyMs, serviceMs, errors} = levels[0]!;
    expect([latencyMs!.p50, latencyMs!.p95, serviceMs!.p50, serviceMs!.p95]).toEqual([
      expect.closeTo(20, 6),
      undefined,
      expect.closeTo(20, 6),
      undefined
    ]);
    expect(errors[kind]).toBeGreaterThan(100);
    expect([measuredThroughput(levels), measuredThroughput(levels, 300)]).toEqual([undefined, undefined]);
    expect(failingText(levels)).toMatch(new RegExp(`at 8 in flight 20% \\(${kind} \\d+\\)`));
  }
});

it("knows the first token of a stream that broke off", () => {
  const sample = (dueMs: number, more: object) => ({dueMs, sentMs: dueMs, endedMs: dueMs + 50, ...more});
  const samples = [
    ...Array.from({length: 60}, (_, n) => sample(n, {firstTokenMs: 10, completionTokens: 5})),
    ...Array.from({length: 30}, (_, n) => sample(n, {firstTokenMs: 12, error: "truncated-stream"})),
    ...Array.from({length: 10}, (_, n) => sample(n, {error: "timeout"}))
  ];
  const {firstTokenMs, interTokenMs} = levelOf(4, undefined, {
    ...{samples, fromMs: 0, toMs: 1000, unsent: 0},
    ratePerSecond: 100
  });
  expect(firstTokenMs).toEqual({p50: 10, p90: undefined, p95: undefined, p99: undefined});
  expect(interTokenMs).toEqual({p50: 10, p90: undefined, p95: undefined, p99: undefined});
});

it("spreads the time after the first token over those that were streamed", () => {
  const between = (more: object) =>
    levelOf(4, undefined, {
      samples: [{dueMs: 0, sentMs: 0, endedMs: 540, firstTokenMs: 500, completionTokens: 55, ...more}],
      fromMs: 0,
      toMs: 1000,
      unsent: 0,
      ratePerSecond: 1
    }).interTokenMs?.p50;
  expect(between({unseenTokens: 50})).toBe(10);
  expect(between({firstTokenMs: 0})).toBe(10);
  expect(between({unseenTokens: 54})).toBeUndefined();
  expect(between({unseenTokens: 60})).toBeUndefined();
});

it("takes no throughput from a server that refuses more than one request in a hundred", async () => {
  const every = async (nth: number) => {
    const load = simulated(
      () => 20,
      (n) => (n % nth === nth - 1 ? "server" : undefined)
    );
    return (await load({concurrency: [8], seconds: 20, maxRequests: 20_000})).levels;
  };
  expect(measuredThroughput(await every(50))).toBeUndefined();
  expect(failingText(await every(50))).toMatch(/at 8 in flight 2(\.0)?% \(server \d+\)/);
  expect(measuredThroughput(await every(200), 300)?.requestsPerSecond).toBeGreaterThan(100);
  expect(failingText(await every(200))).toBeUndefined();
});

it("reads measurements of before, and of other tools, by the same rule", () => {
  const level = (more: Partial<LoadLevel>): LoadLevel => ({
    concurrency: 8,
    throughput: {basis: "saturated", requestsPerSecond: 10},
    answered: 100,
    errors: {},
    unanswered: 0,
    ...more
  });
  const atRate = level({ratePerSecond: 7, latencyMs: {p95: 400}});
  expect(measuredThroughput([atRate], 700)).toEqual({requestsPerSecond: 7});
  expect(measuredThroughput([atRate])).toEqual({requestsPerSecond: 10});
  // guidellm's latency is that of the saturated load, and it cuts off what is in flight at the end.
  const guidellm = level({serviceMs: {p95: 400}, unanswered: 8});
  expect(measuredThroughput([guidellm], 700)).toEqual({requestsPerSecond: 10});
  expect(measuredThroughput([{...guidellm, errors: {errored: 3}}], 700)).toBeUndefined();
  expect(
    measuredThroughput([level({ratePerSecond: 7, latencyMs: {p95: 400}, unanswered: 8})])
  ).toBeUndefined();
  const nothing = level({throughput: undefined, answered: 0, errors: {server: 9}});
  expect(failingText([nothing])).toBe("more than 1% of the requests failed at 8 in flight 100% (server 9)");
});
