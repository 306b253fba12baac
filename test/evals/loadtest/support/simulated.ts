import {type Completion, EndpointError, openAICompatible} from "../../../../src/inference/endpoints/index.js";
import type {EndpointErrorKind} from "../../../../src/inference/endpoints/types.js";
import {loadTest, type LoadOptions} from "../../../../src/evals/loadtest/index.js";
import {type BenchTarget, candidate} from "../../../../src/evals/runner/index.js";
import {virtualTime} from "../../../support/virtualTime.js";

export function target(baseUrl: string, priced = false): BenchTarget {
  const price = priced
    ? {inputUsdPerMillion: 0, outputUsdPerMillion: 1000, asOf: "2026-01-01", source: "made up"}
    : undefined;
  const endpoint = openAICompatible({name: "here", baseUrl, hosting: "on-prem", trust: "local", price});
  const chosen = candidate("known", endpoint, "known", {params: {max_tokens: 5}});
  return {
    ready: {
      candidate: chosen,
      prepared: {endpoint, model: "known"},
      record: {
        name: "known",
        model: "known",
        endpoint: "here",
        endpointKind: "openai",
        hosting: "on-prem",
        identity: {},
        params: {},
        price
      },
      key: () => "key"
    },
    prompts: [{rowId: "1", messages: [{role: "user", content: "Is it?"}]}]
  };
}
export const options: LoadOptions = {
  concurrency: [64],
  seconds: 3,
  warmupSeconds: 0.3,
  maxRequests: 5000,
  stream: false
};

/** A server on a clock of its own, which answers request n after `wait(n, at)` milliseconds, or fails then. */
export function simulated(
  wait: (n: number, at: number) => number,
  fails: (n: number) => EndpointErrorKind | undefined = () => undefined
) {
  const time = virtualTime();
  let n = 0;
  const {ready, prompts} = target("http://127.0.0.1:9");
  const complete = () =>
    new Promise<Completion>((resolve, reject) => {
      const kind = fails(n);
      const ms = wait(n++, time.now());
      if (kind !== undefined) return void time.timer(ms, () => reject(new EndpointError(kind, "failed")));
      const usage = {promptTokens: 10, completionTokens: 5};
      time.timer(ms, () => resolve({text: "yes", finishReason: "stop", latencyMs: ms, attempts: 1, usage}));
    });
  const endpoint = {...ready.prepared.endpoint, complete};
  const simulatedTarget = {ready: {...ready, prepared: {endpoint, model: "known"}}, prompts};
  return (more: Partial<LoadOptions>) =>
    time.until(loadTest(simulatedTarget, {...options, ...more}, {effects: time}));
}
