import {once} from "node:events";
import {request as rawRequest} from "node:http";
import {connect} from "node:net";
import {afterEach, describe, expect, it} from "vitest";
import {openAICompatible} from "../../../src/inference/endpoints/openAICompatible.js";
import {recorded} from "../../../src/inference/endpoints/recorded.js";
import type {Endpoint, EndpointErrorKind, Message} from "../../../src/inference/endpoints/types.js";
import {serve, type ModelServerOptions} from "../../../src/inference/endpoints/serve.js";
import {keywordModel} from "../../support/keywordModel.js";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function setup(options: ModelServerOptions = {}, delayMs = 0) {
  const model = keywordModel(["ham", "spam"], {name: "inbox", delayMs});
  const service = await serve([model], options);
  cleanups.push(() => service.close());
  return {model, service};
}

async function post(url: string, body: unknown, path = "/v1/chat/completions") {
  const response = await fetch(url + path, {
    method: "POST",
    headers: {"content-type": "application/json"},
    body: typeof body === "string" ? body : JSON.stringify(body)
  });
  return {
    status: response.status,
    json: (await response.json()) as {error?: {message: string}},
    headers: response.headers
  };
}

const chat = (content: string, more: object = {}) => ({
  model: "inbox",
  messages: [{role: "user", content}],
  ...more
});

describe("serve", () => {
  it("answers chat completions with label, usage and the weights' hash as fingerprint", async () => {
    const {service, model} = await setup();
    const {status, json} = await post(service.url, chat("buy spam now"));
    expect(status).toBe(200);
    expect(json).toMatchObject({
      object: "chat.completion",
      model: "inbox",
      system_fingerprint: model.manifest.id,
      choices: [
        {index: 0, message: {role: "assistant", content: "spam"}, logprobs: null, finish_reason: "stop"}
      ],
      usage: {prompt_tokens: 3, completion_tokens: 1, total_tokens: 4}
    });
    expect(service.served).toBe(1);
  });

  it("is an endpoint like any other: plain and streamed answers agree with the model itself", async () => {
    const {service, model} = await setup();
    const [own] = await model.predict(["spam and spam"]);
    for (const stream of [false, true]) {
      const endpoint = openAICompatible({
        name: "served",
        baseUrl: service.url,
        hosting: "on-prem",
        trust: "local",
        stream
      });
      cleanups.push(() => endpoint.close!());
      const answer = await endpoint.complete({
        model: "inbox",
        messages: [{role: "user", content: "spam and spam"}],
        params: {logprobs: true, top_logprobs: 5}
      });
      expect(answer).toMatchObject({
        text: own!.label,
        usage: {promptTokens: 3, completionTokens: 1},
        fingerprint: model.manifest.id,
        finishReason: "stop"
      });
      expect(answer.logprobs![0]!.logprob).toBe(own!.logprobs["spam"]);
      expect(answer.logprobs![0]!.top).toEqual([
        {token: "spam", logprob: own!.logprobs["spam"]},
        {token: "ham", logprob: own!.logprobs["ham"]}
      ]);
      if (stream) expect(answer.firstTokenMs).toBeGreaterThan(0);
    }
  });

  it("passes every check of preflight, except tools", async () => {
    const {service} = await setup();
    const endpoint = openAICompatible({
      name: "served",
      baseUrl: service.url,
      hosting: "on-prem",
      trust: "local"
    });
    cleanups.push(() => endpoint.close!());
    const findings = await endpoint.preflight!("inbox", {
      logprobs: true,
      usage: true,
      streaming: true,
      tools: true
    });
    const statuses = Object.fromEntries(findings.map(({check, status}) => [check, status]));
    expect(statuses).toEqual({
      reachable: "ok",
      key: "ok",
      model: "ok",
      "chat-template": "ok",
      usage: "ok",
      logprobs: "ok",
      streaming: "ok",
      tools: "error"
    });
  });

  it("streams events that end with [DONE], with usage only when asked for", async () => {
    const {service} = await setup();
    const read = async (more: object) => {
      const response = await fetch(`${service.url}/v1/chat/completions`, {
        method: "POST",
        body: JSON.stringify(chat("ham", {stream: true, ...more}))
      });
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      return (await response.text()).split("\n\n").filter(Boolean);
    };
    const plain = await read({});
    expect(plain.at(-1)).toBe("data: [DONE]");
    expect(plain.some((event) => event.includes('"usage"'))).toBe(false);
    const counted = await read({stream_options: {include_usage: true}});
    expect(counted.slice(0, -2).every((event) => event.includes('"usage":null'))).toBe(true);
    expect(JSON.parse(counted.at(-2)!.slice(6))).toMatchObject({
      choices: [],
      usage: {prompt_tokens: 1, total_tokens: 2}
    });
  });

  it("lists its models, gives one by name or by id, and says that it is well", async () => {
    const {service, model} = await setup();
    const get = async (path: string) => (await fetch(service.url + path)).json();
    expect(await get("/v1/models")).toEqual({
      object: "list",
      data: [
        {id: "inbox", object: "model", created: 1767225600, owned_by: "assay", weights: model.manifest.id}
      ]
    });
    expect(await get("/v1/models/inbox")).toMatchObject({id: "inbox"});
    expect(await get("/health")).toEqual({status: "ok", models: 1});
    expect((await post(service.url, {...chat("ham"), model: model.manifest.id})).status).toBe(200);
  });

  it("explains what is wrong with a request, naming every field", async () => {
    const {service} = await setup({maxBodyBytes: 2000});
    const cases: [unknown, number, RegExp][] = [
      [{...chat("x"), model: "other"}, 404, /"other" is not served here\. Served: inbox/],
      ["{oops", 400, /not valid JSON/],
      [{messages: [{role: "robot", content: "x"}]}, 400, /model: .*messages\.0\.role/],
      [{model: "inbox", messages: []}, 400, /messages/],
      [{model: "inbox", messages: [{role: "system", content: "x"}]}, 400, /no user message/],
      [chat("x", {tools: [{type: "function", function: {name: "f"}}]}), 400, /tools.*call no tools/],
      [chat("x", {n: 3}), 400, /n: /],
      [
        {model: "inbox", messages: [{role: "user", content: [{type: "image_url"}]}]},
        400,
        /content: must be a text or parts of type text/
      ],
      [chat("y".repeat(5000)), 413, /larger than 2000 bytes/]
    ];
    for (const [body, status, message] of cases) {
      const answer = await post(service.url, body);
      expect(answer.status).toBe(status);
      expect(answer.json.error!.message).toMatch(message);
    }
    expect((await post(service.url, {}, "/v1/other")).status).toBe(404);
    const wrongMethod = await post(service.url, {}, "/v1/models");
    expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });

  it("takes content as parts of text", async () => {
    const {service} = await setup();
    const content = [
      {type: "text", text: "spam"},
      {type: "text", text: "and eggs"}
    ];
    const {json} = await post(service.url, {model: "inbox", messages: [{role: "user", content}]});
    expect(json).toMatchObject({choices: [{message: {content: "spam"}}]});
  });

  it("hands a model that writes the text of messages, and refuses calls of tools that are none", async () => {
    const asked: Message[][] = [];
    const endpoint: Endpoint = {
      ...recorded({name: "writer", rows: []}),
      complete: async ({messages}) => {
        asked.push(messages);
        return {text: "yes", finishReason: "stop", latencyMs: 1, attempts: 1};
      }
    };
    const service = await serve([], {writers: [{name: "writer", endpoint, weights: "w"}]});
    cleanups.push(() => service.close());
    const said = async (message: object) =>
      (await post(service.url, {model: "writer", messages: [message]})).status;
    const parts = ["a", "b"].map((text) => ({type: "text", text}));
    expect(await said({role: "user", content: parts})).toBe(200);
    expect(asked).toEqual([[{role: "user", content: "a\nb"}]]);
    for (const calls of [5, [null], [{}], [{function: {name: "f"}}]])
      expect(await said({role: "assistant", content: null, tool_calls: calls})).toBe(400);
  });

  it("says what a served candidate's endpoint was refused, and that asking again does not help", async () => {
    const failing = async (kind: EndpointErrorKind) => {
      // A project's own copy of Assay has errors of its own class.
      const error = Object.assign(new Error(`${kind}: no luck`), {name: "EndpointError", kind, detail: {}});
      const endpoint: Endpoint = {
        ...recorded({name: "writer", rows: []}),
        complete: () => Promise.reject(error)
      };
      const service = await serve([], {writers: [{name: "writer", endpoint, weights: "w"}]});
      cleanups.push(() => service.close());
      const {status, json, headers} = await post(service.url, {...chat("x"), model: "writer"});
      return [status, headers.get("x-should-retry"), json.error];
    };
    const shape = {message: expect.stringMatching("no luck") as string, param: null};
    const refused = {...shape, type: "invalid_request_error"};
    expect(await failing("auth")).toEqual([401, "false", {...refused, code: "authentication_error"}]);
    expect(await failing("timeout")).toEqual([
      504,
      "false",
      {...shape, type: "server_error", code: "timeout"}
    ]);
    expect(await failing("rate-limit")).toEqual([429, null, {...refused, code: "rate_limit_exceeded"}]);
    expect((await failing("server")).slice(0, 2)).toEqual([500, null]);
  });

  it("streams log probabilities with the text of their tokens, also beside tools that may not be called", async () => {
    const tokens = ["yes", " and", " no"].map((token, i) => ({token, logprob: -i - 1}));
    const endpoint: Endpoint = {
      ...recorded({name: "writer", rows: []}),
      complete: async (_, {onText} = {}) => {
        for (const one of tokens) onText?.(one.token, [one]);
        return {text: "yes and no", logprobs: tokens, finishReason: "stop", latencyMs: 1, attempts: 1};
      }
    };
    const service = await serve([], {writers: [{name: "writer", endpoint, weights: "w"}]});
    cleanups.push(() => service.close());
    const pieces = async (more: object) => {
      const asked = {...chat("x", {stream: true, ...more}), model: "writer"};
      const response = await fetch(`${service.url}/v1/chat/completions`, {
        method: "POST",
        body: JSON.stringify(asked)
      });
      const events = (await response.text()).split("\n\n").filter((event) => event.includes("content"));
      return events.slice(1).map((event) => {
        const {choices} = JSON.parse(event.slice(6)) as {choices: [Record<string, unknown>]};
        const {delta, logprobs} = choices[0] as {
          delta: {content: string};
          logprobs: {content: {token: string; logprob: number}[]} | null;
        };
        return [delta.content, logprobs?.content.map(({token, logprob}) => ({token, logprob}))];
      });
    };
    expect(await pieces({logprobs: true})).toEqual(tokens.map((one) => [one.token, [one]]));
    expect(await pieces({})).toEqual(tokens.map(({token}) => [token, undefined]));
    const tools = [{type: "function", function: {name: "f"}}];
    expect(await pieces({tools, tool_choice: "none"})).toHaveLength(3);
    expect(await pieces({tools, logprobs: true})).toEqual([["yes and no", tokens]]);
  });

  it("answers 300 concurrent requests from few predictions", async () => {
    const {service, model} = await setup({}, 25);
    const endpoint = openAICompatible({
      name: "served",
      baseUrl: service.url,
      hosting: "on-prem",
      trust: "local"
    });
    cleanups.push(() => endpoint.close!());
    const rows = Array.from({length: 300}, (_, i) => (i % 3 ? "ham" : "spam"));
    const texts = await Promise.all(
      rows.map(
        async (content) =>
          (await endpoint.complete({model: "inbox", messages: [{role: "user", content}]})).text
      )
    );
    expect(texts).toEqual(rows);
    expect(model.batches.length).toBeLessThan(100);
  });

  it("listens on loopback only, unless told otherwise", async () => {
    const {service} = await setup();
    expect(service.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (const host of ["", " "])
      await expect(serve([keywordModel(["a"])], {host})).rejects.toThrow("`host` is empty");
  });

  it("says that a port is taken, and refuses two models of one name", async () => {
    const {service} = await setup();
    await expect(serve([keywordModel(["a"])], {port: service.port})).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/^Port \d+ of 127\.0\.0\.1 is taken/) as string
    });
    const twice = serve([keywordModel(["a"]), keywordModel(["b"])]);
    await expect(twice).rejects.toThrow("two models are named keywords");
    // Words for the person at the keyboard, not a fault of the program.
    await expect(twice).rejects.toHaveProperty("name", "UserError");
    await expect(serve([])).rejects.toThrow("at least one model");
  });

  it("closing lets the answer under way finish, then closes the models, without waiting for idle connections", async () => {
    const model = keywordModel(["ham", "spam"], {name: "inbox", delayMs: 150});
    const service = await serve([model]);
    const answer = post(service.url, chat("spam"));
    await new Promise((resolve) => setTimeout(resolve, 60));
    const start = performance.now();
    await service.close();
    expect((await answer).status).toBe(200);
    expect(model.closed).toBe(true);
    // Idle connections would be kept for 15 seconds.
    expect(performance.now() - start).toBeLessThan(14_000);
    await expect(post(service.url, chat("spam"))).rejects.toThrow();
  });

  it("closing waits for no request that has not come whole, in its head or in its body", async () => {
    const service = await serve([keywordModel(["ham", "spam"], {name: "inbox"})]);
    const head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n";
    const sockets = [head.slice(0, -12), `${head}Content-Length: 900\r\n\r\n{`].map((half) => {
      const socket = connect(service.port, "127.0.0.1").on("error", () => undefined);
      socket.write(half);
      return socket;
    });
    const dropped = sockets.map((socket) => once(socket, "close"));
    // Both halves have come when a whole request that was sent after them is answered.
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    expect((await post(service.url, chat("spam"))).status).toBe(200);
    await service.close();
    await Promise.all(dropped);
  });

  it("survives a client that goes away before its answer", async () => {
    const model = keywordModel(["ham", "spam"], {name: "inbox"});
    let answer: (() => void) | undefined;
    const asked = new Promise<void>((begun) => {
      const {predict} = model;
      model.predict = async (texts) => {
        begun();
        await new Promise<void>((resolve) => (answer ??= resolve));
        model.predict = predict;
        return predict.call(model, texts);
      };
    });
    const service = await serve([model]);
    cleanups.push(() => service.close());
    const gone = rawRequest(`${service.url}/v1/chat/completions`, {method: "POST"});
    gone.on("error", () => undefined);
    gone.end(JSON.stringify(chat("spam")));
    await asked;
    const closed = new Promise((resolve) => gone.once("close", resolve));
    gone.destroy();
    await closed;
    // The server hears of it before it answers what comes later.
    for (let i = 0; i < 2; i++) await fetch(`${service.url}/v1/models`);
    answer!();
    expect((await post(service.url, chat("spam"))).status).toBe(200);
    expect(service.served).toBe(1);
  });

  it("answers only to this machine's own names while it listens to this machine alone", async () => {
    const {service} = await setup();
    const statusFor = (host: string, port = service.port) =>
      new Promise<number | undefined>((resolve, reject) => {
        rawRequest({port, path: "/v1/models", headers: {host}}, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
    for (const host of [
      "localhost",
      `127.0.0.1:${service.port}`,
      "[::1]:80",
      "models.localhost",
      "LOCALHOST:1"
    ])
      expect([host, await statusFor(host)]).toEqual([host, 200]);
    for (const host of [
      "evil.example",
      "evil.example:80",
      "127.0.0.1.evil.example",
      "localhost.evil.example:1"
    ])
      expect([host, await statusFor(host)]).toEqual([host, 403]);
    const {service: open} = await setup({host: "0.0.0.0"});
    expect(await statusFor("models.example", open.port)).toBe(200);
  });
});
