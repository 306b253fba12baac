import {onTestFinished} from "vitest";
import {type EndpointEffects, realEffects} from "../../src/inference/endpoints/effects.js";
import {
  openAICompatible,
  type OpenAICompatibleOptions
} from "../../src/inference/endpoints/openAICompatible.js";
import type {CompletionRequest} from "../../src/inference/endpoints/types.js";
import {type RawAnswer, startRawServer} from "./rawServer.js";

/** An endpoint whose server answers as told, both closed with the test. */
export async function rawEndpoint(answer: RawAnswer, options: Partial<OpenAICompatibleOptions> = {}) {
  const server = await startRawServer(answer);
  const {baseUrl = ""} = options;
  const endpoint = openAICompatible({
    name: "x",
    hosting: "api",
    trust: "external",
    retries: 0,
    ...options,
    baseUrl: server.url + baseUrl
  });
  onTestFinished(async () => {
    await endpoint.close!();
    await server.close();
  });
  return {server, endpoint};
}

export const question: CompletionRequest = {model: "m", messages: [{role: "user", content: "hello there"}]};

/** One call to a server that answers as told. */
export async function askRaw(answer: RawAnswer, options: Partial<OpenAICompatibleOptions> = {}) {
  const {endpoint} = await rawEndpoint(answer, options);
  return endpoint.complete(question);
}

/** Real clocks, but back-offs are noted and cut to a millisecond. */
export function shortPauses(): {effects: EndpointEffects; pauses: number[]} {
  const pauses: number[] = [];
  const timer: EndpointEffects["timer"] = (ms, fn) => {
    if (ms >= 100_000) return realEffects.timer(ms, fn);
    pauses.push(ms);
    return realEffects.timer(Math.min(ms, 1), fn);
  };
  return {pauses, effects: {...realEffects, random: () => 0, timer}};
}
