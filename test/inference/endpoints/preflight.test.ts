import {afterEach, describe, expect, it, vi} from "vitest";
import {
  openAICompatible,
  type OpenAICompatibleOptions
} from "../../../src/inference/endpoints/openAICompatible.js";
import type {EndpointNeeds, PreflightFinding} from "../../../src/inference/endpoints/types.js";
import {completion, type ModelServerOptions, startModelServer} from "../../support/modelServer.js";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function preflight(
  server: ModelServerOptions,
  needs: EndpointNeeds = {},
  options: Partial<OpenAICompatibleOptions> = {},
  model = "test-model"
) {
  const running = await startModelServer(server);
  cleanups.push(() => running.close());
  const endpoint = openAICompatible({
    name: "local",
    baseUrl: running.url,
    hosting: "on-prem",
    trust: "internal",
    ...options
  });
  cleanups.push(() => endpoint.close!());
  return {findings: await endpoint.preflight!(model, needs), server: running};
}

const of = (findings: PreflightFinding[], check: string) =>
  findings.find((finding) => finding.check === check);
const statuses = (findings: PreflightFinding[]) =>
  Object.fromEntries(findings.map(({check, status}) => [check, status]));

describe("preflight of a chat server", () => {
  it("finds everything well with one completion of one token", async () => {
    const {findings, server} = await preflight({});
    expect(statuses(findings)).toEqual({
      reachable: "ok",
      key: "ok",
      model: "ok",
      "chat-template": "ok",
      usage: "ok"
    });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]!.body).toMatchObject({model: "test-model", max_tokens: 1});
  });

  it("says that nothing listens", async () => {
    const server = await startModelServer();
    await server.close();
    const endpoint = openAICompatible({
      name: "gone",
      baseUrl: server.url,
      hosting: "edge",
      trust: "local",
      retries: 0
    });
    expect(await endpoint.preflight!("m", {})).toEqual([
      {
        check: "reachable",
        status: "error",
        mayPass: true,
        message: `gone: No answer from ${server.url} (ECONNREFUSED). Nothing listens there: start the server or check the port.`
      }
    ]);
  });

  it("says that a server does not answer in time", async () => {
    const {findings} = await preflight({behave: () => ({latencyMs: 1000})}, {}, {timeoutMs: 50, retries: 0});
    expect(findings).toMatchObject([{check: "reachable", status: "error"}]);
    expect(findings[0]!.message).toContain("within 50 ms");
  });

  it("asks again by the endpoint's policy, when the server says so", async () => {
    let asked = 0;
    const {findings, server} = await preflight({
      behave: () => (asked++ === 0 ? {status: 503, headers: {"retry-after": "1"}} : undefined)
    });
    expect(Object.values(statuses(findings)).every((status) => status === "ok")).toBe(true);
    expect(server.requests.length).toBe(2);
  });

  it("tells what may pass from what will not, after its retries", async () => {
    const found = async (status: number, needs: EndpointNeeds = {}) => {
      const fails = ({body}: {body: {stream?: boolean}}) => !needs.streaming || body.stream === true;
      const {findings, server} = await preflight(
        {behave: (request) => (fails(request) ? {status} : undefined)},
        needs,
        {retries: {retries: 1, baseDelayMs: 1}}
      );
      const told = findings.find((finding) => finding.status !== "ok")!;
      return [told.check, told.status, told.mayPass, server.requests.length];
    };
    expect(await found(500)).toEqual(["reachable", "error", true, 2]);
    expect(await found(401)).toEqual(["key", "error", undefined, 1]);
    expect(await found(429)).toEqual(["reachable", "warning", undefined, 2]);
    expect(await found(503, {streaming: true})).toEqual(["streaming", "error", true, 3]);
    expect(await found(400, {streaming: true})).toEqual(["streaming", "error", undefined, 2]);
  });

  it("names the variable of a key that is refused, and never the key", async () => {
    vi.stubEnv("TEST_KEY", "sk-abcdef-0123456789");
    const {findings} = await preflight(
      {behave: () => ({status: 401, body: {error: {message: "bad key sk-abcdef-0123456789"}}})},
      {},
      {apiKeyEnv: "TEST_KEY"}
    );
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({check: "key", status: "error"});
    expect(findings[0]!.message).toContain("TEST_KEY");
    expect(findings[0]!.message).not.toContain("abcdef");
  });

  it("suggests the names that the server lists when it does not know the model", async () => {
    const {findings, server} = await preflight(
      {
        models: ["meta/Llama-3-8B-Instruct", "other"],
        behave: () => ({status: 404, body: {error: {message: "no such model"}}})
      },
      {},
      {},
      "llama-3-8b-instruct"
    );
    expect(of(findings, "model")).toEqual({
      check: "model",
      status: "error",
      message: `local has no model llama-3-8b-instruct. It lists meta/Llama-3-8B-Instruct and 1 more. The server answered 404: no such model. Check the base URL and the model's name: ${server.url}/v1/chat/completions was asked.`
    });
  });

  it("does not call a model unknown that the server lists: there is nothing at the address of the chat", async () => {
    const {findings} = await preflight({behave: () => ({status: 404, body: {error: {message: "no route"}}})});
    expect(of(findings, "model")!.message).toMatch(
      /^local lists test-model, and has no chat completions at its address: check the path of the base URL/
    );
  });

  it.each([
    [500, "model requires more system memory", "reachable", "error"],
    [429, "rate limited", "reachable", "warning"],
    [400, "messages is required", "model", "error"]
  ])("keeps the words of a %i beside a model that is not listed", async (status, message, check, found) => {
    const {findings} = await preflight(
      {models: ["other"], behave: () => ({status, body: {error: {message}}})},
      {},
      {retries: 0}
    );
    expect(findings.filter((one) => one.status !== "ok")).toMatchObject([
      {check, status: found, message: expect.stringContaining(message) as string}
    ]);
  });

  it.each([
    ["llama3.2", "llama3.2:latest"],
    ["gemini-2.5-flash", "models/gemini-2.5-flash"]
  ])("takes %s for the listed %s", async (model, listed) => {
    const {findings} = await preflight({models: [listed]}, {}, {}, model);
    expect(of(findings, "model")).toMatchObject({status: "ok"});
  });

  it("finds a server ready whose only token was thought away", async () => {
    const usage = {prompt_tokens: 6, total_tokens: 6};
    const {findings} = await preflight({
      behave: () => ({body: {choices: [{finish_reason: "length", index: 0}], usage}})
    });
    expect(new Set(findings.map(({status}) => status))).toEqual(new Set(["ok"]));
  });

  it("warns when a server answers under a name that it does not list", async () => {
    const {findings} = await preflight(
      {models: ["qwen"], behave: () => ({body: completion("qwen", "yes")})},
      {},
      {},
      "llama"
    );
    expect(of(findings, "model")).toMatchObject({status: "warning"});
    expect(of(findings, "model")!.message).toContain("it says qwen");
  });

  it("does not need a list of models", async () => {
    const {findings} = await preflight({listStatus: 401});
    expect(of(findings, "model")).toMatchObject({status: "ok"});
  });

  it("says that the model has no chat template", async () => {
    const message = "default chat template is no longer allowed, so you must provide a chat template";
    const {findings} = await preflight({behave: () => ({status: 400, body: {error: {message}}})});
    expect(of(findings, "chat-template")).toMatchObject({status: "error"});
  });

  it("a missing usage is a warning, and an error when the eval needs it", async () => {
    const without: ModelServerOptions = {behave: () => ({usage: false})};
    expect(of((await preflight(without)).findings, "usage")).toMatchObject({status: "warning"});
    expect(of((await preflight(without, {usage: true})).findings, "usage")).toMatchObject({status: "error"});
  });

  it("log probabilities: asked for when needed, an error when missing, a warning without alternatives", async () => {
    const good = await preflight({}, {logprobs: true});
    expect(of(good.findings, "logprobs")).toMatchObject({status: "ok"});
    expect(good.server.requests[0]!.body).toMatchObject({logprobs: true, top_logprobs: 5});
    const none = await preflight({behave: () => ({logprobs: false})}, {logprobs: true});
    expect(of(none.findings, "logprobs")).toMatchObject({status: "error"});
    const bare = {
      ...completion("m", "yes"),
      choices: [
        {
          message: {content: "yes"},
          finish_reason: "length",
          logprobs: {content: [{token: "yes", logprob: -1}]}
        }
      ]
    };
    const only = await preflight({behave: () => ({body: bare})}, {logprobs: true});
    expect(of(only.findings, "logprobs")).toMatchObject({status: "warning"});
    expect(of((await preflight({})).findings, "logprobs")).toBeUndefined();
  });

  it("streaming: well, without usage, and refused", async () => {
    expect(of((await preflight({}, {streaming: true})).findings, "streaming")).toMatchObject({status: "ok"});
    const silent = await preflight({behave: ({body}) => ({usage: !body.stream})}, {streaming: true});
    expect(of(silent.findings, "streaming")).toMatchObject({status: "warning"});
    const refused = await preflight(
      {behave: ({body}) => (body.stream ? {body: completion("m", "yes")} : undefined)},
      {streaming: true}
    );
    expect(of(refused.findings, "streaming")).toMatchObject({status: "error"});
  });

  it("tools: called, ignored, and refused", async () => {
    const call = {id: "c", type: "function", function: {name: "report", arguments: '{"word":"yes"}'}};
    const calls = await preflight(
      {
        behave: ({body}) =>
          body.tools
            ? {body: {choices: [{message: {content: null, tool_calls: [call]}, finish_reason: "tool_calls"}]}}
            : undefined
      },
      {tools: true}
    );
    expect(of(calls.findings, "tools")).toMatchObject({status: "ok"});
    expect(of((await preflight({}, {tools: true})).findings, "tools")).toMatchObject({status: "warning"});
    const refused = await preflight(
      {
        behave: ({body}) =>
          body.tools ? {status: 400, body: {error: {message: "tools need a parser"}}} : undefined
      },
      {tools: true}
    );
    expect(of(refused.findings, "tools")).toMatchObject({status: "error"});
    expect(of(refused.findings, "tools")!.message).toContain("tools need a parser");
  });

  it("asks again without max_tokens when the model refuses it", async () => {
    const {findings, server} = await preflight({
      behave: ({body}) =>
        body["max_tokens"] === undefined
          ? undefined
          : {
              status: 400,
              body: {error: {message: "Unsupported parameter: max_tokens, use max_completion_tokens"}}
            }
    });
    expect(of(findings, "reachable")).toMatchObject({status: "ok"});
    expect(server.requests).toHaveLength(2);
  });

  it("stops when aborted", async () => {
    const running = await startModelServer({latencyMs: 60_000});
    cleanups.push(() => running.close());
    const endpoint = openAICompatible({name: "slow", baseUrl: running.url, hosting: "edge", trust: "local"});
    cleanups.push(() => endpoint.close!());
    const start = performance.now();
    const [finding] = await endpoint.preflight!("m", {}, AbortSignal.timeout(60));
    expect(finding).toMatchObject({check: "reachable", status: "error"});
    expect(performance.now() - start).toBeLessThan(50_000);
  });
});
