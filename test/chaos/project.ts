import {type Endpoint, openAICompatible} from "../../src/inference/endpoints/index.js";
import {candidate, type EvalDefinition} from "../../src/evals/runner/index.js";
import {wordsEval} from "../evals/runner/support/project.js";

/** The most calls in flight over all workers, for each endpoint. */
export const MOST = 8;

/** Two ways to the faulty server: whole answers and streamed ones. */
export function endpointsAt(url: string): Endpoint[] {
  const common = {
    baseUrl: url,
    hosting: "on-prem",
    trust: "local",
    retries: {retries: 2, baseDelayMs: 5, maxDelayMs: 40}
  } as const;
  return [
    openAICompatible({...common, name: "whole"}),
    openAICompatible({...common, name: "streamed", stream: true})
  ];
}

export function chaosEval([whole, streamed]: readonly Endpoint[]): EvalDefinition {
  return wordsEval(whole!, {
    candidates: [candidate("one", whole!, "test-model"), candidate("two", streamed!, "test-model-2")]
  });
}
