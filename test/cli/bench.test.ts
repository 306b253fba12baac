import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {benchVerb, importBenchVerb} from "../../src/cli/evals/bench/bench.js";
import {showBench} from "../../src/cli/evals/bench/benchText.js";
import {measuredThroughput} from "../../src/base/costs/index.js";
import type {BenchRecord} from "../../src/base/store/index.js";
import {answeringServer} from "../inference/endpoints/support/answering.js";
import {startModelServer} from "../support/modelServer.js";
import {printed} from "../support/printed.js";
import {json, project, quick, setUpBench} from "./support/benchProject.js";

setUpBench();

describe("assay bench", () => {
  it(
    "sends the eval's own prompts to a server, keeps what it measured and lists it",
    {tags: ["long"]},
    async () => {
      const server = await startModelServer({
        behave: () => ({latencyMs: 10, eventGapMs: 2, usage: true, text: "one two three"})
      });
      try {
        const record = await json<BenchRecord>(() =>
          benchVerb("sums", {...quick, url: server.url, model: "m", p95Ms: 5000})
        );
        expect(record.levels.map(({concurrency}) => concurrency)).toEqual([1, 2]);
        expect(record).toMatchObject({kind: "bench", eval: "sums", model: "m", prompts: 300});
        expect(record.candidate).toBeUndefined();
        for (const {latencyMs, firstTokenMs, throughput, errors} of record.levels) {
          expect(errors).toEqual({});
          expect(firstTokenMs!.p50).toBeGreaterThan(9);
          expect(latencyMs!.p50).toBeGreaterThan(firstTokenMs!.p50!);
          expect(throughput!.completionTokensPerSecond).toBeGreaterThan(0);
        }
        expect(server.requests.length).toBe(record.requests);
        for (const {body} of server.requests)
          expect(body.messages![0]!.content).toMatch(/^What is \d+ and 1\?$/);
        const listed = await json<BenchRecord[]>(() => benchVerb(undefined, {...quick, list: true}));
        expect(listed.map(({id, p95Ms}) => [id, p95Ms])).toEqual([[record.id, 5000]]);
        expect(await printed(() => benchVerb(undefined, {...quick, list: true, json: false}))).toContain(
          "sums:m"
        );
      } finally {
        await server.close();
      }
    }
  );

  it("says how to measure a server that does not stream", {tags: ["long"]}, async () => {
    const choices = [{index: 0, message: {role: "assistant", content: "one"}, finish_reason: "stop"}];
    const {port} = await answeringServer((_request, response) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify({choices}))
    );
    const target = {...quick, url: `http://127.0.0.1:${port}`, model: "m"};
    await expect(benchVerb("sums", target)).rejects.toThrow(/malformed.*measure with --no-stream/s);
    const {levels} = await json<BenchRecord>(() => benchVerb("sums", {...target, stream: false}));
    expect(levels[0]!.answered).toBeGreaterThan(0);
    expect(levels[0]!.errors).toEqual({});
  });

  it("names no machine where an API was measured", async () => {
    const throughput = {basis: "saturated" as const, requestsPerSecond: 5};
    const levels = [{throughput, answered: 1, errors: {}, unanswered: 0}];
    const record: BenchRecord = {
      ...{kind: "bench", schemaVersion: 1, id: "b", at: "2026-11-01", tool: "assay", model: "m"},
      levels
    };
    const show = (json: boolean) => printed(() => Promise.resolve(showBench(record, {hosting: "api", json})));
    expect(await show(false)).toMatch(/the API answered up to 5 requests\/s/);
    expect(await show(false)).not.toContain("machine");
    expect(await show(true)).not.toContain("hosting");
  });

  it("names the levels that give no throughput because requests failed", async () => {
    const level = (concurrency: number, errors: Record<string, number>) => ({
      ...{concurrency, throughput: {basis: "saturated" as const, requestsPerSecond: 10 * concurrency}},
      ...{ratePerSecond: 7 * concurrency, answered: 100, errors, unanswered: 0, latencyMs: {p95: 50}}
    });
    const show = (levels: BenchRecord["levels"], p95Ms?: number) => {
      const record: BenchRecord = {
        ...{kind: "bench", schemaVersion: 1, id: "b", at: "2026-11-01", tool: "assay", model: "m"},
        levels
      };
      return printed(() => Promise.resolve(showBench(record, {hosting: "on-prem", p95Ms})));
    };
    const failed = /No throughput comes from levels where more than 1% .* at 8 in flight 80% \(server 400\)/;
    const some = await show([level(1, {}), level(8, {server: 400})], 300);
    expect(some).toMatch(/takes requestsPerSecond: 7 \(p95 within 300 ms\)/);
    expect(some).toMatch(failed);
    const none = await show([level(8, {server: 400})]);
    expect(none).toMatch(failed);
    expect(none).not.toContain("requestsPerSecond");
  });

  it("asks for a cap before it calls what is paid", async () => {
    await expect(benchVerb("sums:paid", quick)).rejects.toThrow(/--budget-usd/);
    const other = {...quick, url: "https://api.example.invalid", model: "m"};
    await expect(benchVerb("sums", other)).rejects.toThrow(/--max-requests/);
    await expect(benchVerb("sums", {...other, budgetUsd: 1})).rejects.toThrow(/no price/);
  });

  it("takes what guidellm and AIPerf measured", async () => {
    const file = (name: string, value: unknown) => {
      writeFileSync(join(project, name), JSON.stringify(value));
      return join(project, name);
    };
    const percentiles = (p50: number) => ({
      successful: {percentiles: {p50, p90: 2 * p50, p95: 3 * p50, p99: 4 * p50}}
    });
    const guidellm = file("benchmarks.json", {
      benchmarks: [
        {
          config: {strategy: {type_: "concurrent", streams: 4}, backend: {model: "llama"}},
          metrics: {
            request_totals: {successful: 90, errored: 3, incomplete: 1, total: 94},
            requests_per_second: {successful: {mean: 9}},
            output_tokens_per_second: {successful: {mean: 180}},
            request_latency: percentiles(0.4),
            time_to_first_token_ms: percentiles(30)
          }
        }
      ]
    });
    const aiperf = file("profile_export_aiperf.json", {
      request_throughput: {unit: "requests/sec", avg: 12},
      output_token_throughput: {unit: "tokens/sec", avg: 240},
      request_count: {unit: "requests", avg: 120},
      request_latency: {unit: "ms", p50: 300, p90: 350, p95: 370, p99: 400},
      input_config: {endpoint: {model_names: ["llama"]}, loadgen: {concurrency: 8}}
    });
    const first = await json<BenchRecord>(() => importBenchVerb(guidellm, {json: true}));
    expect(first).toMatchObject({tool: "guidellm", model: "llama"});
    expect(first.levels[0]).toEqual({
      concurrency: 4,
      throughput: {basis: "saturated", requestsPerSecond: 9, completionTokensPerSecond: 180},
      answered: 90,
      errors: {errored: 3},
      unanswered: 1,
      serviceMs: {p50: 400, p90: 800, p95: expect.closeTo(1200, 6) as number, p99: 1600},
      firstTokenMs: {p50: 30, p90: 60, p95: 90, p99: 120}
    });
    const second = await json<BenchRecord>(() => importBenchVerb(aiperf, {json: true}));
    expect(second.levels[0]).toMatchObject({concurrency: 8, answered: 120, serviceMs: {p99: 400}});
    // The same file again is the same record.
    await printed(() => importBenchVerb(aiperf, {}));
    const listed = await json<BenchRecord[]>(() => benchVerb(undefined, {...quick, list: true}));
    expect(listed.filter(({tool}) => tool !== "assay").length).toBe(2);
    for (const bad of [{}, [], null, {benchmarks: [{}]}, {benchmarks: []}, {request_latency: {}}])
      await expect(importBenchVerb(file("bad.json", bad), {})).rejects.toThrow(/bad\.json/);
  });
});

it("gives hosting models the most requests per second within a latency", () => {
  const level = (
    requestsPerSecond: number,
    p95: number | undefined,
    basis: "saturated" | "arrivals" = "saturated"
  ) => ({
    throughput: {basis, requestsPerSecond},
    answered: 1,
    errors: {},
    unanswered: 0,
    latencyMs: {p95}
  });
  const levels = [level(5, 100), level(9, 200), level(12, undefined)];
  expect(measuredThroughput(levels)).toEqual({requestsPerSecond: 12});
  expect(measuredThroughput(levels, 200)).toEqual({requestsPerSecond: 9});
  expect(measuredThroughput(levels, 50)).toBeUndefined();
  expect(measuredThroughput([])).toBeUndefined();
  // What came and was answered is only the least that a server can do.
  expect(measuredThroughput([...levels, level(40, 100, "arrivals")])).toEqual({requestsPerSecond: 12});
  expect(measuredThroughput([level(40, 100, "arrivals")])).toBeUndefined();
  // Another tool's latency counts from the sending.
  const sent = {...level(7, undefined), latencyMs: undefined, serviceMs: {p95: 150}};
  expect(measuredThroughput([sent], 200)).toEqual({requestsPerSecond: 7});
});
