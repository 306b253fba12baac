import {describe, expect, it} from "vitest";
import type {EndpointError} from "../../../src/inference/endpoints/types.js";
import {askRaw, question, rawEndpoint, shortPauses} from "../../support/askRaw.js";
import {answered, json, type RawAnswer, stream} from "../../support/rawServer.js";
import {mayBeBilled} from "../../../src/evals/runner/calls/callErrors.js";

const usage = {prompt_tokens: 5, completion_tokens: 2, total_tokens: 7};
const good = answered({message: {content: "hi"}}, {usage});

async function failure(
  answer: RawAnswer,
  options: Parameters<typeof askRaw>[1] = {}
): Promise<EndpointError> {
  const error: unknown = await askRaw(answer, options).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({name: "EndpointError"});
  return error as EndpointError;
}

const billed = ({kind, detail}: EndpointError) => mayBeBilled({kind, ...detail});

describe("a 403", () => {
  it.each([
    [{message: "no", metadata: {reasons: ["violence"]}}],
    [{message: "no", metadata: {flagged_input: "hello"}}],
    [{message: "Your input was flagged"}],
    [{message: "Blocked by the guardrail pii"}],
    [{message: "This violates our content policy"}]
  ])("about what was asked is no refused key: %j", async (error) => {
    const failed = await failure(json({error}, 403));
    expect(failed).toMatchObject({kind: "bad-request", detail: {status: 403}});
    expect(failed.message).toMatch(/not the key/);
    expect(billed(failed)).toBe(false);
  });

  it("about anything else is a refused key", async () => {
    expect(await failure(json({error: {message: "no access to this model"}}, 403))).toMatchObject({
      kind: "auth"
    });
  });
});

describe("a provider that fails inside a 200", () => {
  const broken = [
    ["an error in the choice", {error: {code: 502, message: "Provider disconnected"}}, "server", 502],
    ["an error code that is a text", {error: {code: "429", message: "slow"}}, "rate-limit", 429],
    ["finish_reason error", {finish_reason: "error"}, "server", 200],
    ["finish_reason abort", {finish_reason: "abort"}, "server", 200]
  ] as const;

  it.each(broken)("%s is no answer, and is billed by its usage", async (_name, choice, kind, status) => {
    const failed = await failure(json(answered({message: {content: "half an"}, ...choice}, {usage})));
    const spent = {usage: {promptTokens: 5, completionTokens: 2}};
    expect(failed).toMatchObject({kind, detail: {status, spent}});
    expect(billed(failed)).toBe(false);
  });

  it.each(broken)("%s without a usage may be billed", async (_name, choice, kind, status) => {
    const failed = await failure(json(answered({message: {content: "half an"}, ...choice}, {})));
    expect(failed).toMatchObject({kind, detail: {status}});
    expect(failed.detail.spent).toBeUndefined();
    expect(billed(failed)).toBe(true);
  });

  it.each(broken)("%s ends a stream", async (_name, choice, kind, status) => {
    const failed = await failure(
      stream(
        {choices: [{index: 0, delta: {content: "half an"}}]},
        {choices: [{index: 0, delta: {content: ""}, finish_reason: "error", ...choice}]}
      ),
      {stream: true}
    );
    expect(failed).toMatchObject({kind, detail: {status}});
    expect(billed(failed)).toBe(true);
  });

  it("is asked again", async () => {
    const {effects} = shortPauses();
    const broke = json(answered({message: {content: ""}, error: {code: 502, message: "gone"}}));
    const answer = await askRaw((...of) => (of[2] === 0 ? broke : json(good))(...of), {effects, retries: 1});
    expect(answer).toMatchObject({text: "hi", attempts: 2});
  });

  it("has billed what it streamed before its 429, and nothing where that came first", async () => {
    const error = {error: {code: 429, message: "slow down"}};
    const later = await failure(stream({choices: [{index: 0, delta: {content: "a"}}]}, error), {
      stream: true
    });
    expect([later.kind, billed(later)]).toEqual(["rate-limit", true]);
    const first = await failure(stream(error), {stream: true});
    expect([first.kind, billed(first)]).toEqual(["rate-limit", false]);
  });
});

describe("the words of an error", () => {
  it.each([
    [
      "a list, as Gemini sends it",
      [{error: {code: 400, message: "Unknown name max_tokens"}}],
      /Unknown name max_tokens/
    ],
    [
      "an object in message, as Mistral sends it",
      {
        message: {
          detail: [{type: "x", loc: ["body", "top_k"], msg: "Extra inputs are not permitted", input: 1}]
        }
      },
      /: body\.top_k: Extra inputs are not permitted\. *$/
    ]
  ])("are read from %s", async (_name, body, words) => {
    expect((await failure(json(body, 400))).message).toMatch(words);
  });

  it.each([
    [{error: {message: "slow", code: "429"}}, "rate-limit"],
    [{error: {message: "long", code: "400"}}, "bad-request"],
    [{error: {message: "slow", status_code: 429}}, "rate-limit"],
    [[{error: {message: "slow", code: 429}}], "rate-limit"],
    [{object: "error", message: "slow", code: 429}, "rate-limit"],
    [{error: {message: "Request too large for gpt-4o on tokens per min (TPM)", code: "429"}}, "bad-request"],
    [{error: {message: "used up", type: "insufficient_quota", code: "429"}}, "auth"]
  ])("%j names its kind, in a 200 and in a stream", async (body, kind) => {
    expect((await failure(json(body))).kind).toBe(kind);
    expect((await failure(stream(body), {stream: true})).kind).toBe(kind);
  });

  it("say that a quota is used up by the error's type, too", async () => {
    expect(await failure(json({error: {message: "no", type: "insufficient_quota"}}, 429))).toMatchObject({
      kind: "auth"
    });
  });

  const google = (quotaId: string) => ({
    error: {
      code: 429,
      message: "You exceeded your current quota, please check your plan and billing details.",
      status: "RESOURCE_EXHAUSTED",
      details: [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{quotaId}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "17s"}
      ]
    }
  });
  const ofDay = google("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
  it.each([
    [429, {error: {message: "You exceeded your current quota", code: "insufficient_quota"}}],
    [400, {error: {message: "Billing hard limit has been reached", code: "billing_hard_limit_reached"}}],
    [400, {error: {message: "Your credit balance is too low to access the Anthropic API."}}],
    [400, {type: "error", error: {message: "You have reached your specified API usage limits."}}],
    [402, {error: {message: "Insufficient credits. Add more", code: 402}}],
    [402, {error: "You have exceeded your monthly included credits for Inference Providers."}],
    [403, {error: {message: "Key limit exceeded (total limit). Manage it using …", code: 403}}],
    [403, {error: "Key limit exceeded (monthly limit)."}],
    [429, {error: {message: "Your account is suspended", type: "exceeded_current_quota_error"}}],
    [429, {error: {message: "Your account is suspended due to insufficient balance"}}],
    [429, ofDay],
    [429, [ofDay]]
  ])("say that credit or quota is used up: %d %j", async (status, body) => {
    expect(await failure(json(body, status))).toMatchObject({
      kind: "auth",
      message: expect.stringMatching(/used up: waiting does not help/) as string,
      detail: {status, usedUp: true}
    });
  });

  it.each([
    [400, {error: {message: "max_tokens exceeds the limit of this model"}}, "bad-request"],
    [400, {error: {message: "Summarise: your credit balance is too low"}}, "bad-request"],
    [403, {error: {message: "Your input was flagged: insufficient credits"}}, "bad-request"],
    [403, {error: {message: "no access to this model"}}, "auth"],
    [401, {error: {message: "Incorrect API key"}}, "auth"],
    [429, google("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"), "rate-limit"],
    [429, {error: {message: "Rate limit reached on tokens per day (TPD)"}}, "rate-limit"],
    [500, {error: {message: "Insufficient credits"}}, "server"]
  ])("do not say so: %d %j", async (status, body, kind) => {
    const failed = await failure(json(body, status));
    expect(failed.kind).toBe(kind);
    expect(failed.detail.usedUp).toBeUndefined();
  });

  it("of a 404 name the address that was asked, without its query", async () => {
    const failed = await failure(json({}, 404), {query: {"api-key": "secret-0123456789"}});
    expect(failed.message).toMatch(/: http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions was asked\.$/);
  });
});

describe("a server without room", () => {
  it.each([
    ["20s", 20_000],
    ["6m0s", 360_000],
    ["120ms", 120],
    ["1m2.5s", 62_500],
    ["12.5", 12_500],
    ["soon", undefined]
  ])("says by its limits' headers when to come again: %s", async (reset, ms) => {
    const failed = await failure(
      json({message: "Rate limit exceeded"}, 429, {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": reset,
        "x-ratelimit-remaining-tokens": "900",
        "x-ratelimit-reset-tokens": "59m"
      })
    );
    expect(failed.detail.retryAfterMs).toBe(ms);
  });

  it("says it in Google's way", async () => {
    const details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "38s"}];
    const failed = await failure(json([{error: {code: 429, message: "quota", details}}], 429));
    expect(failed).toMatchObject({kind: "rate-limit", detail: {retryAfterMs: 38_000}});
  });

  it("is heard by its Retry-After first", async () => {
    const failed = await failure(
      json({}, 429, {
        "retry-after": "3",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "20s"
      })
    );
    expect(failed.detail.retryAfterMs).toBe(3000);
  });

  it("is waited for as long", async () => {
    const {effects, pauses} = shortPauses();
    const full = json({}, 429, {
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "1.5s"
    });
    await askRaw((...of) => (of[2] === 0 ? full : json(good))(...of), {effects, retries: 1});
    expect(pauses).toEqual([1500]);
  });

  it("may say so with Groq's 498: it is asked again, and has billed nothing", async () => {
    const {effects} = shortPauses();
    const full = json({error: {message: "Flex tier capacity exceeded"}}, 498);
    const answer = await askRaw((...of) => (of[2] === 0 ? full : json(good))(...of), {effects, retries: 1});
    expect(answer.attempts).toBe(2);
    expect(billed(await failure(full))).toBe(false);
  });
});

describe("a server that knows no stream_options", () => {
  const strict: RawAnswer = (response, request, seen) =>
    (request.body?.["stream_options"]
      ? json({error: {message: "Unknown field: stream_options"}}, 422)
      : stream(answered({delta: {content: "hi"}}, {usage})))(response, request, seen);

  it("is asked once more without them, and never again with them", async () => {
    const {server, endpoint} = await rawEndpoint(strict, {stream: true});
    const both = await Promise.all([endpoint.complete(question), endpoint.complete(question)]);
    expect(both.map(({text, attempts}) => [text, attempts])).toEqual([
      ["hi", 1],
      ["hi", 1]
    ]);
    const before = server.requests.length;
    await endpoint.complete(question);
    expect(server.requests.slice(before).map(({body}) => body?.["stream_options"])).toEqual([undefined]);
  });

  it("refuses those of the request as they are", async () => {
    const {server, endpoint} = await rawEndpoint(strict, {stream: true});
    const params = {stream_options: {include_usage: true}};
    await expect(endpoint.complete({...question, params})).rejects.toMatchObject({kind: "bad-request"});
    expect(server.requests).toHaveLength(1);
  });
});
