import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {type CallMeans, makeCall} from "../../../src/evals/queue/worker/makeCall.js";
import type {CallJobData} from "../../../src/evals/queue/protocol.js";
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
const slots = {hooks: () => ({}), usedBeyond: () => undefined};

describe("a call of a worker", () => {
  let model: ModelServer;
  beforeAll(async () => {
    model = await startModelServer();
  });
  afterAll(() => model.close());

  const made = (begunBefore: number, mayRetry?: boolean) => {
    const channel = {mayRetry: async () => mayRetry!};
    const means: CallMeans = {endpoint: server(model.url), slots, channel, onCall: () => undefined};
    const job = {run: "run", asksBeforeRetry: mayRetry !== undefined} as CallJobData;
    return makeCall({job, request, begunBefore, signal: new AbortController().signal}, means);
  };

  it("counts as attempts that may have been billed what dead workers had begun", async () => {
    expect(await made(0)).toMatchObject({completion: {text: "k"}, uncounted: undefined});
    expect(await made(1)).toMatchObject({completion: {text: "k"}, uncounted: 1});
    expect(await made(2, true)).toMatchObject({completion: {text: "k"}, uncounted: 2});
    const asked = model.requests.length;
    expect(await made(1, false)).toMatchObject({error: {kind: "aborted"}, uncounted: 1});
    expect(model.requests.length).toBe(asked);
  });
});
