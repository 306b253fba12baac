import {afterEach, describe, expect, it} from "vitest";
import {type EndpointEffects, realEffects} from "../../../src/inference/endpoints/effects.js";
import {
  openAICompatible,
  type OpenAICompatibleOptions
} from "../../../src/inference/endpoints/openAICompatible.js";
import {type AttemptOutcome, EndpointError, type Message} from "../../../src/inference/endpoints/types.js";
import {
  type Behaviour,
  completion,
  type ModelServerOptions,
  startModelServer
} from "../../support/modelServer.js";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Real clocks, but every back-off is recorded and cut to a millisecond. */
function quick(): {effects: EndpointEffects; delays: number[]} {
  const delays: number[] = [];
  return {
    delays,
    effects: {
      ...realEffects,
      random: () => 0.5,
      timer: (ms, fn) => {
        if (ms >= 100_000) return realEffects.timer(ms, fn);
        delays.push(ms);
        return realEffects.timer(Math.min(ms, 1), fn);
      }
    }
  };
}

async function setup(server: ModelServerOptions = {}, options: Partial<OpenAICompatibleOptions> = {}) {
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
  return {server: running, endpoint};
}

const ask = (content: string): {model: string; messages: Message[]} => ({
  model: "test-model",
  messages: [{role: "user", content}]
});

async function failure(promise: Promise<unknown>): Promise<EndpointError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown
  );
  expect(error).toBeInstanceOf(EndpointError);
  return error as EndpointError;
}

/** The behaviours in order, then good answers. */
const script =
  (...behaviours: Behaviour[]): ModelServerOptions["behave"] =>
  (_request, seen) =>
    behaviours[seen];

describe("openAICompatible over HTTP", () => {
  it("gives text, usage, finish reason, model, fingerprint and a latency that includes the server's", async () => {
    const {endpoint} = await setup({latencyMs: 30});
    const {latencyMs, ...answer} = await endpoint.complete(ask("is this spam"));
    expect(answer).toEqual({
      text: "spam",
      finishReason: "stop",
      usage: {promptTokens: 12, completionTokens: 3, cachedTokens: 4},
      servedModel: "test-model",
      fingerprint: "fp_test",
      attempts: 1
    });
    expect(latencyMs).toBeGreaterThanOrEqual(29);
    expect(latencyMs).toBeLessThan(5000);
  });

  it("sends a whole conversation with tool calls and results, tools and every parameter unchanged", async () => {
    const {endpoint, server} = await setup();
    const messages: Message[] = [
      {role: "system", content: "Be brief."},
      {role: "user", content: "Weather in Oslo?"},
      {
        role: "assistant",
        content: null,
        tool_calls: [{id: "c1", type: "function", function: {name: "weather", arguments: '{"city":"Oslo"}'}}]
      },
      {role: "tool", tool_call_id: "c1", content: "7 degrees"}
    ];
    const tools = [{type: "function" as const, function: {name: "weather", parameters: {type: "object"}}}];
    await endpoint.complete({
      model: "m/1",
      messages,
      tools,
      params: {temperature: 0, seed: 3, stop: ["\n"], guided_choice: ["a"]}
    });
    expect(server.requests[0]!.body).toEqual({
      model: "m/1",
      messages,
      tools,
      temperature: 0,
      seed: 3,
      stop: ["\n"],
      guided_choice: ["a"]
    });
    expect(server.requests[0]!.path).toBe("/v1/chat/completions");
  });

  it("reads tool calls, and log probabilities with their alternatives", async () => {
    const call = {id: "c9", type: "function", function: {name: "weather", arguments: '{"city":"Oslo"}'}};
    const {endpoint} = await setup({
      behave: (request) =>
        request.body.logprobs
          ? undefined
          : {body: {choices: [{message: {content: null, tool_calls: [call]}, finish_reason: "tool_calls"}]}}
    });
    const called = await endpoint.complete(ask("weather"));
    expect(called).toMatchObject({text: "", toolCalls: [call], finishReason: "tool_calls"});
    expect(called.usage).toBeUndefined();
    const scored = await endpoint.complete({...ask("yes"), params: {logprobs: true, top_logprobs: 2}});
    expect(scored.logprobs).toEqual([
      {
        token: "yes",
        logprob: -0.25,
        top: [
          {token: "yes", logprob: -0.25},
          {token: "other", logprob: -1.5}
        ]
      }
    ]);
  });

  it.each(["", "/", "/v1", "/v1/", "/v1/chat/completions"])(
    "takes a base address ending in %j",
    async (ending) => {
      const server = await startModelServer();
      cleanups.push(() => server.close());
      const endpoint = openAICompatible({
        name: "x",
        baseUrl: server.url + ending,
        hosting: "edge",
        trust: "local"
      });
      await endpoint.complete(ask("hello"));
      await endpoint.close!();
      expect(server.requests[0]!.path).toBe("/v1/chat/completions");
    }
  );

  it.each(["/api/paas/v4", "/v1beta", "/v1/endpoints/openapi", "/inference", "/v1beta/openai/"])(
    "adds no version to a base address ending in %j",
    async (ending) => {
      const server = await startModelServer();
      cleanups.push(() => server.close());
      const baseUrl = server.url + ending;
      const endpoint = openAICompatible({name: "x", baseUrl, hosting: "edge", trust: "local"});
      cleanups.push(() => endpoint.close!());
      await endpoint.complete(ask("hello"));
      expect(server.requests[0]!.path).toBe(`${ending.replace(/\/$/, "")}/chat/completions`);
    }
  );

  it("refuses a base address that is none, or that holds a password, without repeating it", () => {
    const make = (baseUrl: string) => () =>
      openAICompatible({name: "x", baseUrl, hosting: "edge", trust: "local"});
    expect(make("localhost:8000")).toThrow(/http or https/);
    expect(make("https://me:pa55word@host/v1")).toThrow(/credentials/);
    expect(make("https://me:pa55word@host/v1")).not.toThrow(/pa55word/);
  });

  it("keeps connections alive: 200 calls, 8 at a time, open about 8 connections", async () => {
    const {endpoint, server} = await setup();
    let next = 0;
    await Promise.all(
      Array.from({length: 8}, async () => {
        while (next < 200) await endpoint.complete(ask(`row ${next++}`));
      })
    );
    expect(server.served).toBe(200);
    // The pool may open one more when a call starts in the tick in which another ends.
    expect(server.connections).toBeLessThanOrEqual(16);
  });
});

describe("retries over HTTP", () => {
  it.each([
    ["a 429", {status: 429}],
    ["a 500", {status: 500, body: {error: {message: "boom"}}}],
    ["a 503", {status: 503, body: "busy"}],
    ["a connection dropped before the answer", {drop: "before"}],
    ["a connection dropped inside the answer", {drop: "middle"}],
    ["malformed JSON", {body: '{"choices": [{"mess'}]
  ] as [string, Behaviour][])("makes good for %s", async (_name, behaviour) => {
    const {effects, delays} = quick();
    const {endpoint, server} = await setup({behave: script(behaviour)}, {effects});
    const answer = await endpoint.complete(ask("row one"));
    expect(answer).toMatchObject({text: "one", attempts: 2});
    expect(server.served).toBe(2);
    expect(delays).toEqual([250]);
  });

  it("waits as long as Retry-After says, in seconds or as a date, plus the jitter", async () => {
    const {effects, delays} = quick();
    const {endpoint} = await setup(
      {
        behave: script(
          {status: 429, headers: {"retry-after": "2"}},
          {status: 503, headers: {"retry-after": new Date(Date.UTC(2030, 0, 1, 0, 0, 7)).toUTCString()}},
          {status: 429, headers: {"retry-after-ms": "40"}}
        )
      },
      {effects: {...effects, epochMs: () => Date.UTC(2030, 0, 1)}}
    );
    expect((await endpoint.complete(ask("row"))).attempts).toBe(4);
    expect(delays).toEqual([2250, 7500, 1040]);
  });

  it("fails at once when the server asks for a longer pause than allowed", async () => {
    const {effects, delays} = quick();
    const {endpoint, server} = await setup(
      {behave: () => ({status: 429, headers: {"retry-after": "3600"}})},
      {effects}
    );
    const error = await failure(endpoint.complete(ask("row")));
    expect(error.kind).toBe("rate-limit");
    expect(error.message).toMatch(/asks to wait 3600 s, more than the 60 s allowed/);
    expect(error.detail).toMatchObject({status: 429, retryAfterMs: 3_600_000, attempts: 1});
    expect(delays).toEqual([]);
    expect(server.served).toBe(1);
  });

  it("gives up after the retries allowed, with growing pauses between them", async () => {
    const {effects, delays} = quick();
    const {endpoint, server} = await setup({behave: () => ({status: 500})}, {effects, retries: 3});
    const error = await failure(endpoint.complete(ask("row")));
    expect(error).toMatchObject({kind: "server", detail: {status: 500, attempts: 4}});
    expect(error.message).toMatch(/^local: The server answered 500.*after 4 attempts/);
    expect(delays).toEqual([250, 500, 1000]);
    expect(server.served).toBe(4);
  });

  it.each([
    [400, "bad-request"],
    [401, "auth"],
    [402, "auth"],
    [403, "auth"],
    [404, "bad-request"],
    [422, "bad-request"]
  ])("does not repeat a %i", async (status, kind) => {
    const {endpoint, server} = await setup({behave: () => ({status, body: {error: {message: "no"}}})});
    expect(await failure(endpoint.complete(ask("row")))).toMatchObject({kind, detail: {status, attempts: 1}});
    expect(server.served).toBe(1);
  });

  it("does not wait for a quota that is used up", async () => {
    const {endpoint, server} = await setup({
      behave: () => ({status: 429, body: {error: {message: "quota", code: "insufficient_quota"}}})
    });
    expect((await failure(endpoint.complete(ask("row")))).kind).toBe("auth");
    expect(server.served).toBe(1);
  });

  it("tells the hooks of every attempt and asks before each retry", async () => {
    const {effects} = quick();
    const {endpoint} = await setup(
      {behave: script({status: 429, headers: {"retry-after": "1"}}, {drop: "before"})},
      {effects}
    );
    const seen: Partial<AttemptOutcome>[] = [];
    let asked = 0;
    await endpoint.complete(ask("row"), {
      attempts: {
        onAttempt: ({attempt, kind, status, retryAfterMs}) =>
          seen.push({attempt, kind, status, retryAfterMs}),
        beforeRetry: async () => void asked++
      }
    });
    expect(seen).toEqual([
      {attempt: 1, kind: "rate-limit", status: 429, retryAfterMs: 1000},
      {attempt: 2, kind: "connection"},
      {attempt: 3}
    ]);
    expect(asked).toBe(2);
  });

  it("says who does not answer when nothing listens", async () => {
    const server = await startModelServer();
    await server.close();
    const endpoint = openAICompatible({
      name: "gone",
      baseUrl: server.url,
      hosting: "edge",
      trust: "local",
      retries: 0
    });
    const error = await failure(endpoint.complete(ask("row")));
    expect(error.kind).toBe("connection");
    expect(error.message).toBe(
      `gone: No answer from ${server.url} (ECONNREFUSED). Nothing listens there: start the server or check the port.`
    );
  });
});

describe("time limits and abort over HTTP", () => {
  it("gives up an attempt after timeoutMs, whether the answer has begun or not", async () => {
    const {endpoint} = await setup({behave: () => ({latencyMs: 60_000})}, {timeoutMs: 60, retries: 0});
    const start = performance.now();
    const error = await failure(endpoint.complete(ask("slow")));
    expect(error).toMatchObject({kind: "timeout", message: "local: No complete answer within 60 ms."});
    expect(performance.now() - start).toBeLessThan(50_000);

    const slow = await setup({behave: () => ({eventGapMs: 500})}, {timeoutMs: 120, retries: 0, stream: true});
    expect((await failure(slow.endpoint.complete(ask("many words in this")))).kind).toBe("timeout");
  });

  it("repeats an attempt that timed out", async () => {
    const {endpoint} = await setup(
      {behave: script({latencyMs: 20_000})},
      {timeoutMs: 1000, retries: {retries: 1, baseDelayMs: 1}}
    );
    expect(await endpoint.complete(ask("row"))).toMatchObject({text: "row", attempts: 2});
  });

  it("stops when aborted: before, during a call, and during a back-off", async () => {
    const {endpoint, server} = await setup({
      behave: ({prompt}) => (prompt === "busy" ? {status: 503} : {latencyMs: 60_000})
    });
    expect((await failure(endpoint.complete(ask("x"), {signal: AbortSignal.abort()}))).kind).toBe("aborted");
    expect(server.requests).toHaveLength(0);
    for (const prompt of ["slow", "busy"]) {
      const controller = new AbortController();
      const call = endpoint.complete(ask(prompt), {signal: controller.signal});
      setTimeout(() => controller.abort(), 80);
      const start = performance.now();
      expect((await failure(call)).kind).toBe("aborted");
      expect(performance.now() - start).toBeLessThan(50_000);
    }
  });
});

describe("answers that are no completion", () => {
  const once = (behaviour: Behaviour) => setup({behave: () => behaviour}, {retries: 0});

  it.each([
    ["malformed JSON", {body: "{oops"}, "malformed", /not valid JSON/],
    ["no choices", {body: {id: "x"}}, "malformed", /choices is not an array/],
    ["an empty list of choices", {body: {choices: []}}, "malformed", /choices/],
    [
      "a message without content",
      {body: {choices: [{message: {role: "assistant"}}]}},
      "malformed",
      /neither content nor tool_calls/
    ],
    ["a number as content", {body: {choices: [{message: {content: 5}}]}}, "malformed", /message\.content/],
    ["a bare list", {body: []}, "malformed", /not an object/],
    [
      "a web page",
      {body: "<html>hello</html>", headers: {"content-type": "text/html"}},
      "malformed",
      /text\/html instead of JSON/
    ],
    ["an error with status 200", {body: {error: {message: "no capacity"}}}, "server", /no capacity/],
    [
      "an error code inside status 200",
      {body: {error: {message: "slow down", code: 429}}},
      "rate-limit",
      /429: slow down/
    ],
    ["a redirect", {status: 302, headers: {location: "/elsewhere"}}, "bad-request", /redirects/]
  ] as [string, Behaviour, string, RegExp][])(
    "%s is an error of its kind",
    async (_name, behaviour, kind, message) => {
      const {endpoint} = await once(behaviour);
      const error = await failure(endpoint.complete(ask("row")));
      expect(error.kind).toBe(kind);
      expect(error.message).toMatch(message);
    }
  );

  it("repeats a wrong shape once only", async () => {
    const {effects} = quick();
    const {endpoint, server} = await setup({behave: () => ({body: {choices: "none"}})}, {effects});
    expect((await failure(endpoint.complete(ask("row")))).detail.attempts).toBe(2);
    expect(server.served).toBe(2);
  });

  it("takes a missing, malformed or all-zero usage as unknown, never as 0, and then knows no cost", async () => {
    const price = {inputUsdPerMillion: 1, outputUsdPerMillion: 2, asOf: "2026-01-01", source: "test"};
    for (const usage of [
      undefined,
      null,
      {prompt_tokens: "12"},
      {prompt_tokens: 0, completion_tokens: 0},
      {prompt_tokens: 5}
    ]) {
      const {endpoint} = await setup({behave: () => ({body: {...completion("m", "ok"), usage}})}, {price});
      const answer = await endpoint.complete(ask("row"));
      expect(answer.text).toBe("ok");
      expect(answer).not.toHaveProperty("usage");
      expect(answer).not.toHaveProperty("costUsd");
    }
  });

  it("computes the cost from usage and price, cached tokens at their own price", async () => {
    const price = {
      inputUsdPerMillion: 10,
      outputUsdPerMillion: 30,
      cachedInputUsdPerMillion: 1,
      asOf: "2026-01-01",
      source: "test"
    };
    const {endpoint} = await setup({}, {price: {"test-model": price}});
    // 12 prompt tokens of which 4 are cached, 3 completion tokens
    expect((await endpoint.complete(ask("row"))).costUsd).toBeCloseTo((8 * 10 + 4 * 1 + 3 * 30) / 1e6, 12);
    expect((await endpoint.complete({...ask("row"), model: "another"})).costUsd).toBeUndefined();
  });
});

describe("streams over HTTP", () => {
  it("put the text together, with time to first token, usage and log probabilities", async () => {
    const {endpoint, server} = await setup(
      {behave: () => ({text: "general-discussion", eventGapMs: 15})},
      {stream: true}
    );
    const answer = await endpoint.complete({...ask("row"), params: {logprobs: true}});
    expect(answer).toMatchObject({
      text: "general-discussion",
      finishReason: "stop",
      usage: {promptTokens: 12, completionTokens: 3, cachedTokens: 4},
      servedModel: "test-model",
      fingerprint: "fp_test"
    });
    expect(answer.logprobs!.map(({token}) => token).join("")).toBe("general-discussion");
    expect(answer.firstTokenMs!).toBeGreaterThan(10);
    expect(answer.firstTokenMs!).toBeLessThan(answer.latencyMs - 40);
    expect(server.requests[0]!.body).toMatchObject({stream: true, stream_options: {include_usage: true}});
  });

  it("put tool calls together from their pieces", async () => {
    const piece = (tool_calls: unknown[], finish_reason: string | null = null) =>
      JSON.stringify({choices: [{index: 0, delta: {tool_calls}, finish_reason}]});
    const {endpoint} = await setup(
      {
        behave: () => ({
          events: [
            piece([{index: 0, id: "a", function: {name: "weather", arguments: ""}}]),
            piece([{index: 0, function: {arguments: '{"city":'}}]),
            piece([{index: 1, id: "b", function: {name: "time", arguments: "{}"}}]),
            piece([{index: 0, function: {arguments: '"Oslo"}'}}]),
            piece([], "tool_calls"),
            "[DONE]"
          ]
        })
      },
      {stream: true}
    );
    expect((await endpoint.complete(ask("row"))).toolCalls).toEqual([
      {id: "a", type: "function", function: {name: "weather", arguments: '{"city":"Oslo"}'}},
      {id: "b", type: "function", function: {name: "time", arguments: "{}"}}
    ]);
  });

  it.each([
    ["ends early", {cutAfterEvents: 2}],
    ["is cut off", {cutAfterEvents: 2, drop: "middle"}],
    ["is empty", {cutAfterEvents: 0}]
  ] as [string, Behaviour][])(
    "one that %s is no answer, and is asked for again",
    async (_name, behaviour) => {
      const {effects} = quick();
      const half = await setup(
        {behave: () => ({text: "general-discussion", ...behaviour})},
        {stream: true, retries: 0}
      );
      expect((await failure(half.endpoint.complete(ask("row")))).kind).toBe("truncated-stream");
      const {endpoint} = await setup(
        {behave: script({text: "general-discussion", ...behaviour})},
        {stream: true, effects}
      );
      expect(await endpoint.complete(ask("row"))).toMatchObject({text: "row", attempts: 2});
    }
  );

  it("one without [DONE] is whole when it gave its finish_reason", async () => {
    const {endpoint} = await setup({behave: () => ({withoutDone: true})}, {stream: true});
    expect(await endpoint.complete(ask("row"))).toMatchObject({text: "row", attempts: 1});
  });

  it("an error inside one, malformed events and a plain JSON answer are errors", async () => {
    const cases: [Behaviour, string][] = [
      [{events: [JSON.stringify({error: {message: "out of memory"}})]}, "server"],
      [{events: ["{oops"]}, "malformed"],
      [{events: [JSON.stringify({choices: "none"})]}, "malformed"],
      [{body: completion("m", "ok")}, "malformed"]
    ];
    for (const [behaviour, kind] of cases) {
      const {endpoint} = await setup({behave: () => behaviour}, {stream: true, retries: 0});
      expect((await failure(endpoint.complete(ask("row")))).kind).toBe(kind);
    }
  });

  it("give their connection back: 30 in a row use one", async () => {
    const {endpoint, server} = await setup({}, {stream: true});
    for (let i = 0; i < 30; i++) await endpoint.complete(ask(`row ${i}`));
    expect(server.connections).toBeLessThanOrEqual(2);
  });
});
