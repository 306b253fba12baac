import {createServer, type IncomingMessage, type Server} from "node:http";
import type {AddressInfo} from "node:net";
import {afterAll, afterEach, beforeAll, describe, expect, it} from "vitest";
import {anthropic, type AnthropicOptions} from "../../../src/inference/endpoints/anthropic.js";
import type {CompletionRequest, Endpoint} from "../../../src/inference/endpoints/types.js";

/** Members of a request to the Messages API, as its documentation lists them; the real one refuses others, too. */
const MEMBERS =
  "model messages max_tokens system stop_sequences stream temperature top_p top_k tools tool_choice metadata thinking service_tier".split(
    " "
  );

interface Asked {
  path: string;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
}

interface Block {
  type: string;
  [member: string]: unknown;
}

const KEY = "sk-ant-test-key-0123456789";
let server: Server;
let url: string;
let asked: Asked[];
let blocks: Block[];
let stopReason: string;
/** Answers in place of messages, one a request. */
let failures: {status: number; type: string; message: string; headers?: Record<string, string>}[];
/** Where a stream breaks off: after that many events, with an error event or without a word. */
let breaks: {after: number; error?: string} | undefined;

const usage = {
  input_tokens: 5,
  output_tokens: 7,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 20
};

/** The Messages API as its documentation describes it. */
beforeAll(async () => {
  process.env.TEST_ANTHROPIC_KEY = KEY;
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const text = Buffer.concat(parts).toString();
      const body = (text ? JSON.parse(text) : {}) as Asked["body"];
      asked.push({path: request.url!, headers: request.headers, body});
      const json = (status: number, value: object, headers = {}) =>
        response
          .writeHead(status, {"content-type": "application/json", ...headers})
          .end(JSON.stringify(value));
      const refuse = (status: number, type: string, message: string, headers = {}) =>
        json(status, {type: "error", error: {type, message}, request_id: "req_1"}, headers);
      if (request.headers["x-api-key"] !== KEY)
        return refuse(401, "authentication_error", "invalid x-api-key");
      if (request.headers["anthropic-version"] !== "2023-06-01")
        return refuse(400, "invalid_request_error", "anthropic-version: header is required");
      if (request.method === "GET" && request.url === "/v1/models?limit=1000")
        return json(200, {data: [{type: "model", id: "claude-test"}], has_more: false});
      if (request.url !== "/v1/messages") return refuse(404, "not_found_error", "Not found");
      const failure = failures.shift();
      if (failure) return refuse(failure.status, failure.type, failure.message, failure.headers);
      const extra = Object.keys(body).find((name) => !MEMBERS.includes(name));
      if (extra) return refuse(400, "invalid_request_error", `${extra}: Extra inputs are not permitted`);
      if (typeof body.max_tokens !== "number")
        return refuse(400, "invalid_request_error", "max_tokens: Field required");
      const roles = (body.messages as {role: string}[]).map(({role}) => role);
      if (roles.some((role) => role !== "user" && role !== "assistant"))
        return refuse(400, "invalid_request_error", "messages.0.role: Input should be 'user' or 'assistant'");
      const message = {id: "msg_1", type: "message", role: "assistant", model: "claude-test-1"};
      if (!body.stream)
        return json(200, {...message, content: blocks, stop_reason: stopReason, stop_sequence: null, usage});
      response.writeHead(200, {"content-type": "text/event-stream"});
      const events = eventsOf(message);
      for (const event of events.slice(0, breaks?.after))
        response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      if (breaks?.error)
        response.write(
          `event: error\ndata: ${JSON.stringify({type: "error", error: {type: breaks.error, message: "Overloaded"}})}\n\n`
        );
      return response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  delete process.env.TEST_ANTHROPIC_KEY;
  server.closeAllConnections();
  server.close();
});

const endpoints: Endpoint[] = [];
afterEach(async () => {
  for (const one of endpoints.splice(0)) await one.close!();
});

function eventsOf(message: object): Block[] {
  const content = blocks.flatMap((block, index) => {
    const {type, text, thinking, id, name, input} = block;
    const start = {
      text: {type, text: ""},
      thinking: {type, thinking: ""},
      tool_use: {type, id, name, input: {}}
    };
    const json = JSON.stringify(input ?? {});
    const deltas: Block[] =
      type === "tool_use"
        ? [json.slice(0, 4), json.slice(4)].map((partial_json) => ({type: "input_json_delta", partial_json}))
        : type === "thinking"
          ? [
              {type: "thinking_delta", thinking},
              {type: "signature_delta", signature: "abc"}
            ]
          : [...(text as string)].map((letter) => ({type: "text_delta", text: letter}));
    return [
      {type: "content_block_start", index, content_block: start[type as keyof typeof start]},
      {type: "ping"},
      ...deltas.map((delta) => ({type: "content_block_delta", index, delta})),
      {type: "content_block_stop", index}
    ];
  });
  return [
    {type: "message_start", message: {...message, content: [], usage: {...usage, output_tokens: 1}}},
    ...content,
    {type: "message_delta", delta: {stop_reason: stopReason, stop_sequence: null}, usage: {output_tokens: 7}},
    {type: "message_stop"}
  ];
}

function open(options: Partial<AnthropicOptions> = {}): Endpoint {
  asked = [];
  failures = [];
  breaks = undefined;
  blocks = [{type: "text", text: "Hello"}];
  stopReason = "end_turn";
  const endpoint = anthropic({
    name: "claude",
    baseUrl: url,
    apiKeyEnv: "TEST_ANTHROPIC_KEY",
    retries: {retries: 2, baseDelayMs: 1, maxDelayMs: 2},
    ...options
  });
  endpoints.push(endpoint);
  return endpoint;
}

const request = (more: Partial<CompletionRequest> = {}): CompletionRequest => ({
  model: "claude-test",
  messages: [{role: "user", content: "Hi"}],
  ...more
});

const WEATHER = {
  type: "function",
  function: {name: "weather", description: "Says it.", parameters: {type: "object", properties: {}}}
} as const;

describe("anthropic speaks the Messages API", () => {
  it("with its key and version as headers, no bearer, and the tokens it requires", async () => {
    const answer = await open().complete(request());
    expect(asked[0]).toMatchObject({
      path: "/v1/messages",
      headers: {"x-api-key": KEY, "anthropic-version": "2023-06-01"},
      body: {model: "claude-test", max_tokens: 4096, messages: [{role: "user", content: "Hi"}]}
    });
    expect(asked[0]!.headers.authorization).toBeUndefined();
    expect(answer).toMatchObject({
      text: "Hello",
      finishReason: "stop",
      servedModel: "claude-test-1",
      attempts: 1
    });
  });

  it("counts cached tokens as a part of the prompt, and prices them so", async () => {
    const price = {
      inputUsdPerMillion: 1,
      outputUsdPerMillion: 10,
      cachedInputUsdPerMillion: 0.1,
      asOf: "2026-01-01",
      source: "x"
    };
    const answer = await open({price}).complete(request());
    expect(answer.usage).toEqual({promptTokens: 125, completionTokens: 7, cachedTokens: 20});
    expect(answer.costUsd).toBeCloseTo((105 + 2 + 70) / 1e6, 12);
  });

  it("has system messages in a place of their own, and stop as a list; its own parameters go through", async () => {
    await open().complete(
      request({
        messages: [
          {role: "system", content: "Be brief."},
          {role: "developer", content: "In English."},
          {role: "user", content: "Hi"}
        ],
        params: {stop: "END", temperature: 0, top_k: 5, max_tokens: 9}
      })
    );
    expect(asked[0]!.body).toEqual({
      model: "claude-test",
      max_tokens: 9,
      temperature: 0,
      top_k: 5,
      system: "Be brief.\n\nIn English.",
      stop_sequences: ["END"],
      messages: [{role: "user", content: "Hi"}]
    });
  });

  it("takes tools, their calls, and the results of one turn together", async () => {
    const endpoint = open();
    blocks = [
      {type: "text", text: "I look."},
      {type: "tool_use", id: "toolu_1", name: "weather", input: {city: "Rome"}}
    ];
    stopReason = "tool_use";
    const call = (id: string) =>
      ({id, type: "function", function: {name: "weather", arguments: '{"city":"Rome"}'}}) as const;
    const answer = await endpoint.complete(
      request({
        tools: [WEATHER],
        params: {tool_choice: "required"},
        messages: [
          {role: "user", content: "Rome and Rome?"},
          {role: "assistant", content: null, tool_calls: [call("a"), call("b")]},
          {role: "tool", tool_call_id: "a", content: "sun"},
          {role: "tool", tool_call_id: "b", content: "rain"}
        ]
      })
    );
    const use = (id: string) => ({type: "tool_use", id, name: "weather", input: {city: "Rome"}});
    expect(asked[0]!.body).toMatchObject({
      tools: [{name: "weather", description: "Says it.", input_schema: {type: "object", properties: {}}}],
      tool_choice: {type: "any"},
      messages: [
        {role: "user", content: "Rome and Rome?"},
        {role: "assistant", content: [use("a"), use("b")]},
        {
          role: "user",
          content: [
            {type: "tool_result", tool_use_id: "a", content: "sun"},
            {type: "tool_result", tool_use_id: "b", content: "rain"}
          ]
        }
      ]
    });
    expect(answer).toMatchObject({
      text: "I look.",
      finishReason: "tool_calls",
      toolCalls: [
        {id: "toolu_1", type: "function", function: {name: "weather", arguments: '{"city":"Rome"}'}}
      ]
    });
  });

  it("streams text, thinking and tool calls, with the usage that the last event states", async () => {
    const endpoint = open({stream: true});
    blocks = [
      {type: "thinking", thinking: "hm"},
      {type: "text", text: "Hello"},
      {type: "tool_use", id: "toolu_1", name: "weather", input: {city: "Rome"}},
      {type: "tool_use", id: "toolu_2", name: "weather", input: {}}
    ];
    stopReason = "max_tokens";
    const answer = await endpoint.complete(request());
    expect(asked[0]!.body).toMatchObject({stream: true});
    expect(answer).toMatchObject({
      text: "Hello",
      finishReason: "length",
      servedModel: "claude-test-1",
      usage: {promptTokens: 125, completionTokens: 7, cachedTokens: 20},
      toolCalls: [
        {id: "toolu_1", function: {name: "weather", arguments: '{"city":"Rome"}'}},
        {id: "toolu_2", function: {name: "weather", arguments: "{}"}}
      ]
    });
    expect(answer.firstTokenMs).toBeLessThanOrEqual(answer.lastTokenMs!);
  });

  it("never takes half a stream for an answer", async () => {
    const endpoint = open({stream: true, retries: 0});
    breaks = {after: 5};
    await expect(endpoint.complete(request())).rejects.toMatchObject({kind: "truncated-stream"});
    breaks = {after: 5, error: "overloaded_error"};
    await expect(endpoint.complete(request())).rejects.toMatchObject({kind: "server"});
  });

  it("asks again when it is overloaded or its rate is limited, and names the other refusals", async () => {
    const endpoint = open();
    failures = [
      {status: 529, type: "overloaded_error", message: "Overloaded"},
      {status: 429, type: "rate_limit_error", message: "Slow down", headers: {"retry-after": "0"}}
    ];
    expect((await endpoint.complete(request())).attempts).toBe(3);
    await expect(endpoint.complete(request({params: {seed: 1}}))).rejects.toThrow(
      "claude: The server answered 400: seed: Extra inputs are not permitted."
    );
    failures = [
      {
        status: 400,
        type: "invalid_request_error",
        message: "Your credit balance is too low to access the Anthropic API."
      }
    ];
    await expect(endpoint.complete(request())).rejects.toMatchObject({kind: "auth", detail: {usedUp: true}});
  });

  it("says a refusal as one", async () => {
    const endpoint = open();
    blocks = [];
    stopReason = "refusal";
    expect(await endpoint.complete(request())).toMatchObject({text: "", finishReason: "refusal"});
  });

  it("is ready by its list of models and one short answer, and has no log probabilities", async () => {
    const findings = await open().preflight!("claude-test", {logprobs: true, streaming: true});
    const status = Object.fromEntries(findings.map((one) => [one.check, one.status]));
    expect(status).toMatchObject({
      reachable: "ok",
      key: "ok",
      model: "ok",
      usage: "ok",
      streaming: "ok",
      logprobs: "error"
    });
  });

  it("is a remote API outside the team unless stated, whose key is ANTHROPIC_API_KEY", async () => {
    const endpoint = anthropic({name: "claude"});
    expect(endpoint).toMatchObject({
      kind: "anthropic",
      hosting: "api",
      trust: "external",
      host: "api.anthropic.com",
      asksWith: {headersEnv: {"x-api-key": "ANTHROPIC_API_KEY"}}
    });
    expect(await endpoint.identity("m")).toEqual({baseUrl: "https://api.anthropic.com/v1"});
    await endpoint.close!();
  });
});
