import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {type CallMeans, makeCall} from "../../../src/evals/queue/makeCall.js";
import type {Places} from "../../../src/evals/queue/places.js";
import type {JobData} from "../../../src/evals/queue/protocol.js";
import type {Telling} from "../../../src/evals/queue/telling.js";
import type {CallRequest} from "../../../src/evals/runner/index.js";
import {server} from "../runner/support/project.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";

const request: CallRequest = {
  key: "k",
  candidate: "one",
  endpoint: "loopback",
  model: "test-model",
  messages: [{role: "user", content: "k"}],
  rowId: "row",
  repeat: 0,
  estimateTokens: 10
};
const places = {hooks: () => ({}), used: () => undefined} as unknown as Places;

describe("a call of a worker", () => {
  let model: ModelServer;
  beforeAll(async () => {
    model = await startModelServer();
  });
  afterAll(() => model.close());

  const made = (begun: boolean, mayRetry?: boolean) => {
    const telling = {question: async () => mayRetry} as unknown as Telling;
    const means: CallMeans = {endpoint: server(model.url), places, telling, onCall: () => undefined};
    const job = {scope: "run", asks: mayRetry !== undefined} as JobData;
    return makeCall({job, request, begun, signal: new AbortController().signal}, means);
  };

  it("counts as an attempt that may have been billed what a dead worker had begun", async () => {
    expect(await made(false)).toMatchObject({completion: {text: "k"}, uncounted: undefined});
    expect(await made(true)).toMatchObject({completion: {text: "k"}, uncounted: 1});
    expect(await made(true, true)).toMatchObject({completion: {text: "k"}, uncounted: 1});
    const asked = model.requests.length;
    expect(await made(true, false)).toMatchObject({error: {kind: "aborted"}, uncounted: 1});
    expect(model.requests.length).toBe(asked);
  });
});
