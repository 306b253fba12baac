import {request} from "node:http";
import {afterEach, describe, expect, it} from "vitest";
import {
  type Completion,
  type Endpoint,
  EndpointError,
  openAICompatible,
  recorded,
  serve
} from "../../../src/inference/endpoints/index.js";
import {startModelServer} from "../../support/modelServer.js";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const said: Completion = {text: "yes", finishReason: "stop", latencyMs: 1, attempts: 1};

/** A server of one model, `writer`, and the number of its calls. */
async function served(host = "127.0.0.1", complete: Endpoint["complete"] = async () => said) {
  const calls = {count: 0};
  const endpoint: Endpoint = {
    ...recorded({name: "writer", rows: []}),
    complete: (...asked) => (calls.count++, complete(...asked))
  };
  const service = await serve([], {host, writers: [{name: "writer", endpoint, weights: "w"}]});
  cleanups.push(() => service.close());
  return {service, calls};
}

const question = JSON.stringify({model: "writer", messages: [{role: "user", content: "x"}]});

interface Asked {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
}

function ask(port: number, {method = "POST", path = "/v1/chat/completions", headers = {}}: Asked) {
  return new Promise<{status: number; headers: Record<string, unknown>; text: string}>((resolve, reject) => {
    const asked = request({port, host: "127.0.0.1", method, path, headers}, (answer) => {
      let text = "";
      answer.on("data", (data: Buffer) => (text += data.toString()));
      answer.on("end", () => resolve({status: answer.statusCode!, headers: answer.headers, text}));
    });
    asked.on("error", reject).end(method === "POST" ? question : undefined);
  });
}

describe("a server of models and web pages", () => {
  const crossSite = {"sec-fetch-site": "cross-site"};

  it.each<[string, Record<string, string>]>([
    ["another site's origin", {origin: "https://evil.example", "content-type": "text/plain"}],
    ["no origin that can be named", {origin: "null"}],
    ["an origin that looks like ours", {origin: "http://localhost.evil.example"}],
    ["two origins", {origin: "http://localhost, https://evil.example"}],
    ["another site, without an origin", {...crossSite, "sec-fetch-mode": "no-cors"}],
    ["a form of another site", {...crossSite, "sec-fetch-mode": "navigate"}]
  ])("does not work for %s", async (_name, headers) => {
    for (const host of ["127.0.0.1", "0.0.0.0"]) {
      const {service, calls} = await served(host);
      const {status, text, headers: answered} = await ask(service.port, {headers});
      expect(status).toBe(403);
      const {error} = JSON.parse(text) as {error: {message: string}};
      expect(error).toMatchObject({code: "origin_not_allowed", type: "invalid_request_error", param: null});
      expect(error.message).toMatch(/only pages of this machine may/);
      expect(answered).not.toHaveProperty("access-control-allow-origin");
      expect((await ask(service.port, {method: "OPTIONS", headers})).status).toBe(403);
      expect(calls.count).toBe(0);
    }
  });

  it("works for programs, and for pages of this machine, which may read the answers", async () => {
    const {service, calls} = await served();
    const programs: Record<string, string>[] = [{}, {"sec-fetch-mode": "cors"}];
    const pages = ["http://localhost:3000", "http://127.0.0.1:5173", "http://[::1]", "http://app.localhost"];
    for (const headers of programs) expect((await ask(service.port, {headers})).status).toBe(200);
    for (const origin of pages) {
      const {status, headers} = await ask(service.port, {headers: {origin, ...crossSite}});
      expect([status, headers["access-control-allow-origin"]]).toEqual([200, origin]);
    }
    expect(calls.count).toBe(programs.length + pages.length);
    const link = {method: "GET", path: "/v1/models", headers: {...crossSite, "sec-fetch-mode": "navigate"}};
    expect((await ask(service.port, link)).status).toBe(200);
  });

  it("tells a browser beforehand what a page of this machine may send", async () => {
    const {service, calls} = await served();
    const {status, headers} = await ask(service.port, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:3000",
        "access-control-request-headers": "authorization,content-type"
      }
    });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      "access-control-allow-origin": "http://localhost:3000",
      "access-control-allow-methods": "POST, OPTIONS",
      "access-control-allow-headers": "authorization,content-type",
      vary: "origin"
    });
    expect(calls.count).toBe(0);
  });

  it("answers HEAD as GET, without the body", async () => {
    const {service} = await served();
    for (const path of ["/v1/models", "/health"]) {
      const [head, get] = await Promise.all(
        ["HEAD", "GET"].map((method) => ask(service.port, {method, path}))
      );
      expect([head!.status, head!.text]).toEqual([200, ""]);
      expect(head!.headers["content-length"]).toBe(get!.headers["content-length"]);
    }
    expect((await ask(service.port, {method: "HEAD"})).status).toBe(405);
  });
});

describe("a served answer", () => {
  it("has an id of its own, beside others under way", async () => {
    let allAsked: () => void;
    const all = new Promise<void>((resolve) => (allAsked = resolve));
    const {service, calls} = await served("127.0.0.1", async () => {
      if (calls.count === 5) allAsked();
      await all;
      return said;
    });
    const answers = await Promise.all(Array.from({length: 5}, () => ask(service.port, {})));
    const ids = answers.map(({text}) => (JSON.parse(text) as {id: string}).id);
    expect(new Set(ids).size).toBe(5);
    for (const id of ids) expect(id).toMatch(/^chatcmpl-./);
  });

  it("counts as served when it came whole", async () => {
    const {service} = await served("127.0.0.1", async (_request, options) => {
      options?.onText?.("half");
      throw new EndpointError("server", "it broke");
    });
    const stream = JSON.stringify({...(JSON.parse(question) as object), stream: true});
    const response = await fetch(`${service.url}/v1/chat/completions`, {method: "POST", body: stream});
    expect(await response.text()).toContain("it broke");
    expect(service.served).toBe(0);
  });

  it("passes on the bytes of half a character, as a server behind it says them", async () => {
    const half = {token: "\\xe2\\x98", logprob: -1, bytes: [0xe2, 0x98]};
    const logprobs = {content: [{...half, top_logprobs: [half]}]};
    const choice = {index: 0, message: {content: "x"}, finish_reason: "stop", logprobs};
    const behind = await startModelServer({behave: () => ({status: 200, body: {choices: [choice]}})});
    cleanups.push(() => behind.close());
    const client = openAICompatible({name: "b", baseUrl: behind.url, hosting: "on-prem", trust: "local"});
    const {service} = await served("127.0.0.1", (asked, options) => client.complete(asked, options));
    const response = await fetch(`${service.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({...(JSON.parse(question) as object), logprobs: true, top_logprobs: 1})
    });
    expect(await response.json()).toMatchObject({choices: [{logprobs}]});
  });
});
