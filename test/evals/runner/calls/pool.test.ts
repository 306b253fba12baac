// @module-tag long
import {expect, it} from "vitest";
import type {Completion, Endpoint} from "../../../../src/inference/endpoints/index.js";
import {createPool} from "../../../../src/evals/runner/calls/pool.js";
import {describeExecutor} from "../executorSuite.js";

describeExecutor("the pool of this process", async (setup) => ({executor: createPool(setup)}));

it("gives what has ended before all that arrive in one turn of the event loop have", async () => {
  const waiting: ((completion: Completion) => void)[] = [];
  const endpoint: Endpoint = {
    name: "one",
    kind: "embedded",
    hosting: "on-prem",
    trust: "local",
    identity: async () => ({}),
    complete: () => new Promise((resolve) => waiting.push(resolve))
  };
  const pool = createPool({endpoints: new Map([["one", endpoint]]), concurrency: 40});
  const requests = Array.from({length: 40}, (_, n) => ({
    key: `k${n}`,
    candidate: "one",
    endpoint: "one",
    model: "m",
    messages: [],
    rowId: `r${n}`,
    repeat: 0,
    estimateTokens: 1
  }));
  async function* stream() {
    yield* requests;
  }
  const batches = pool.execute(stream());
  while (waiting.length < 40) await new Promise(setImmediate);
  for (const end of waiting)
    setImmediate(() => end({text: "", finishReason: "stop", latencyMs: 1, attempts: 1}));
  const sizes: number[] = [];
  for await (const batch of batches) sizes.push(batch.length);
  expect(sizes).toEqual([16, 16, 8]);
});
