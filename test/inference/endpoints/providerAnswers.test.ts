import {describe, expect, it, onTestFinished, vi} from "vitest";
import {huggingFace} from "../../../src/inference/endpoints/huggingFace.js";
import {askRaw, question, rawEndpoint} from "../../support/askRaw.js";
import {answered, json, type RawAnswer, startRawServer, stream} from "../../support/rawServer.js";

const usage = {prompt_tokens: 5, completion_tokens: 2, total_tokens: 7};
const read = {promptTokens: 5, completionTokens: 2};
const hi = answered({delta: {content: "hi"}}, {usage});

describe("a stream through the hub", () => {
  const viaHub = async (answer: RawAnswer, provider: string) => {
    vi.stubEnv("TEST_HUB_TOKEN", "hf_abcdefghijkl");
    const mapping = {
      inferenceProviderMapping: {together: {status: "live", providerId: "prov/m", task: "conversational"}}
    };
    const server = await startRawServer((...of) => (of[1].method === "GET" ? json(mapping) : answer)(...of));
    const endpoint = huggingFace({
      name: "hub",
      provider,
      apiKeyEnv: "TEST_HUB_TOKEN",
      urls: {router: server.url, hub: server.url},
      stream: true,
      retries: 0
    });
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await endpoint.close!();
      await server.close();
    });
    return {server, answer: await endpoint.complete({...question, model: `org/${provider}`})};
  };

  it("goes to a named provider, whose route is told in JSON", async () => {
    const {server, answer} = await viaHub(stream(hi), "together");
    expect(answer).toMatchObject({text: "hi", usage: read});
    expect(server.requests.map(({method}) => method)).toEqual(["GET", "POST"]);
    expect(server.requests[1]!.body).toMatchObject({model: "prov/m", stream: true});
  });

  it("may hold `error: null`", async () => {
    expect((await viaHub(stream({...hi, error: null}), "auto")).answer.text).toBe("hi");
  });
});

describe("a stream from an address of its own", () => {
  it("is asked for with every parameter as it is, also those that the hub's client takes for its own", async () => {
    const params = {provider: {order: ["groq"]}, accessToken: "a", endpointUrl: "b", urlTransform: "c"};
    const {server, endpoint} = await rawEndpoint(stream(hi), {stream: true});
    expect(await endpoint.complete({...question, params})).toMatchObject({text: "hi"});
    expect(server.requests.map(({path}) => path)).toEqual(["/v1/chat/completions"]);
    expect(server.requests[0]!.body).toEqual({
      ...params,
      model: "m",
      messages: question.messages,
      stream: true,
      stream_options: {include_usage: true}
    });
  });

  it("may hold `error: null`, and usage in its last choice", async () => {
    const answer = await askRaw(stream({error: null, ...answered({delta: {content: "hi"}, usage})}), {
      stream: true
    });
    expect(answer).toMatchObject({text: "hi", usage: read});
  });

  it("has not ended with an empty finish_reason", async () => {
    const cut = stream({choices: [{index: 0, delta: {content: "half"}, finish_reason: ""}]});
    await expect(askRaw(cut, {stream: true})).rejects.toMatchObject({kind: "truncated-stream"});
    const whole = stream(hi, {choices: [{index: 0, delta: {}, finish_reason: ""}]});
    expect(await askRaw(whole, {stream: true})).toMatchObject({finishReason: "stop"});
  });
});

describe("tool calls of a stream", () => {
  const calls = (...pieces: object[]) =>
    askRaw(stream(...pieces.map((piece) => ({choices: [{delta: {tool_calls: [piece]}}]})), answered({})), {
      stream: true
    });
  const call = (id: string, name: string, text: string) => ({
    id,
    type: "function",
    function: {name, arguments: text}
  });

  it("that all have index 0 are told apart by their ids and names", async () => {
    const {toolCalls} = await calls(
      {index: 0, ...call("a", "weather", "")},
      {index: 0, function: {arguments: '{"city":"Bern"}'}},
      {index: 0, ...call("b", "time", '{"tz":')},
      {index: 0, function: {arguments: '"UTC"}'}}
    );
    expect(toolCalls).toEqual([call("a", "weather", '{"city":"Bern"}'), call("b", "time", '{"tz":"UTC"}')]);
  });

  it("are one where each piece has an id of its own", async () => {
    const {toolCalls} = await calls(
      {index: 0, ...call("a", "time", '{"tz":')},
      {index: 0, ...call("b", "", '"UTC"}')}
    );
    expect(toolCalls).toMatchObject([{function: {name: "time", arguments: '{"tz":"UTC"}'}}]);
  });

  it("without an id are known by their place, and without an index by their order", async () => {
    const {toolCalls} = await calls(
      {function: {name: "time", arguments: "{"}},
      {function: {arguments: "}"}},
      call("b", "weather", "{}")
    );
    expect(toolCalls).toEqual([call("call_0", "time", "{}"), call("b", "weather", "{}")]);
  });
});

describe("an answer without words", () => {
  it.each([
    ["length", {}],
    ["stop", {message: {role: "assistant"}}],
    ["content_filter: PROHIBITED_CONTENT", {message: null}]
  ])("is one when it ended: %s", async (end, choice) => {
    const answer = await askRaw(json(answered({...choice, finish_reason: end}, {usage})));
    expect(answer).toMatchObject({text: "", finishReason: end, usage: read});
  });

  it.each([{}, {message: null}, {message: {role: "assistant"}, finish_reason: ""}])(
    "is none without an end: %j",
    async (choice) => {
      await expect(askRaw(json({choices: [choice]}))).rejects.toMatchObject({kind: "malformed"});
    }
  );
});

describe("the usage of an answer", () => {
  const of = async (told: object) =>
    (await askRaw(json(answered({message: {content: "hi"}}, {usage: told})))).usage;

  it("has what is missing of the completion from the total", async () => {
    expect(await of({prompt_tokens: 5, total_tokens: 105})).toEqual({promptTokens: 5, completionTokens: 100});
    expect(await of({prompt_tokens: 5, total_tokens: 3})).toBeUndefined();
  });

  it.each([
    ["OpenAI's", {prompt_tokens_details: {cached_tokens: 4}}, 4],
    ["DeepSeek's", {prompt_cache_hit_tokens: 3, prompt_cache_miss_tokens: 2}, 3],
    ["Moonshot's", {cached_tokens: 2}, 2],
    ["the first stated", {prompt_tokens_details: {cached_tokens: null}, cached_tokens: 2}, 2]
  ])("has the cached tokens from %s place", async (_whose, more, cachedTokens) => {
    expect(await of({...usage, ...more})).toEqual({...read, cachedTokens});
  });

  it.each([[[]], ["none"], [{cached_tokens: "4"}]])("does not need its details: %j", async (details) => {
    expect(await of({...usage, prompt_tokens_details: details})).toEqual(read);
  });
});

describe("a refusal", () => {
  const refusal = "I cannot help with that";

  it("is the answer's text, and its end tells that it is one, whole or streamed", async () => {
    const whole = (finish_reason: string, message: object) =>
      json({choices: [{index: 0, finish_reason, message: {role: "assistant", ...message}}]});
    for (const [end, message, finishReason] of [
      ["stop", {content: null, refusal}, "refusal"],
      ["content_filter", {content: null, refusal}, "content_filter"],
      ["stop", {content: refusal, refusal: null}, "stop"]
    ] as const) {
      const {endpoint} = await rawEndpoint(whole(end, message));
      expect(await endpoint.complete(question)).toMatchObject({text: refusal, finishReason});
    }
    const pieces = ["I cannot", " help with that"].map((piece) =>
      answered({delta: {refusal: piece}, finish_reason: null})
    );
    const {endpoint} = await rawEndpoint(stream(...pieces, answered({delta: {}})), {stream: true});
    expect(await endpoint.complete(question)).toMatchObject({text: refusal, finishReason: "refusal"});
  });
});
