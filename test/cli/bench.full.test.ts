import {describe, expect, it} from "vitest";
import {benchVerb, type BenchVerbOptions} from "../../src/cli/evals/bench/bench.js";
import {startModelServer} from "../support/modelServer.js";
import {printed} from "../support/printed.js";
import {quick, setUpBench} from "./support/benchProject.js";

setUpBench();

describe("assay bench", () => {
  it("calls an answered rate no capacity, and says when no level keeps to --p95-ms", async () => {
    const server = await startModelServer({behave: () => ({latencyMs: 10, usage: true, text: "one"})});
    const text = (more: Partial<BenchVerbOptions>) =>
      printed(() =>
        benchVerb("sums", {...quick, concurrency: [2], url: server.url, model: "m", json: false, ...more})
      );
    try {
      const light = await text({rate: 10, warmup: 0});
      expect(light).toMatch(/at least [\d.]+ requests\/s: .*Measure without --rate/s);
      expect(light).not.toContain("requestsPerSecond");
      expect(await printed(() => benchVerb(undefined, {...quick, list: true, json: false}))).toMatch(
        /≥ [\d.]+ /
      );
      expect(await text({p95Ms: 1})).toMatch(/No level kept its p95 within 1 ms: the lowest was [\d.]+ ms/);
      expect(await text({})).toMatch(/on the machine that was measured takes requestsPerSecond: \d+/);
    } finally {
      await server.close();
    }
  });
});
