import {afterEach, describe, expect, it, vi} from "vitest";
import {headersFor} from "../../../src/data/datasets/sources/follow.js";
import {huggingFace} from "../../../src/inference/endpoints/huggingFace.js";
import {hideRequest} from "../../../src/inference/endpoints/hideText.js";
import {
  openAICompatible,
  type OpenAICompatibleOptions
} from "../../../src/inference/endpoints/openAICompatible.js";
import {type Endpoint, EndpointError} from "../../../src/inference/endpoints/types.js";
import {type Behaviour, type ModelServer, startModelServer} from "../../support/modelServer.js";

const key = "sk-live-7Hq2mZ0pXw93";
const second = "azure-9f8e7d6c5b4a";
const prompt = "My name is Erika Mustermann and my card ends in 4417123456789113, please refund order 88.";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function setup(behaviour: Behaviour | undefined, options: Partial<OpenAICompatibleOptions> = {}) {
  const server = await startModelServer({behave: () => behaviour});
  cleanups.push(() => server.close());
  const endpoint = openAICompatible({
    name: "locked",
    baseUrl: server.url,
    hosting: "api",
    trust: "external",
    apiKeyEnv: "TEST_MODEL_KEY",
    retries: 0,
    ...options
  });
  cleanups.push(() => endpoint.close!());
  return {server, endpoint};
}

const ask = (endpoint: Endpoint) =>
  endpoint.complete({model: "m", messages: [{role: "user", content: prompt}]});

/** Everything that could be written somewhere: own fields at any depth, messages, causes and stacks. */
function everything(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (seen.has(value)) return "";
  seen.add(value);
  return Reflect.ownKeys(value)
    .map((name) => `${String(name)}: ${everything((value as Record<PropertyKey, unknown>)[name], seen)}`)
    .join("\n");
}

describe("keys", () => {
  it("come from the environment and are sent as a bearer token", async () => {
    vi.stubEnv("TEST_MODEL_KEY", ` ${key}\n`);
    const {server, endpoint} = await setup(undefined);
    await ask(endpoint);
    expect(server.requests[0]!.headers["authorization"]).toBe(`Bearer ${key}`);
  });

  it("that are not set stop the call before anything is sent, naming each variable", async () => {
    const {server, endpoint} = await setup(undefined, {headersEnv: {"x-team": "TEST_TEAM_KEY"}});
    const error = await ask(endpoint).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      kind: "auth",
      message:
        'locked: The endpoint "locked" needs TEST_MODEL_KEY and TEST_TEAM_KEY in the environment. Export it and run again.'
    });
    expect(server.requests).toHaveLength(0);
    expect(await endpoint.preflight!("m", {})).toMatchObject([{check: "key", status: "error"}]);
  });

  it("of the environment's proxy are in no error and no answer, in whichever form a gateway repeats them", async () => {
    for (const name of ["NO_PROXY", "no_proxy", "HTTPS_PROXY", "https_proxy"]) vi.stubEnv(name, "");
    const password = "p@ss/w\u00f6rd+9";
    const pair = `ann:${password}`;
    const encoded = `ann:${encodeURIComponent(password)}`;
    const basic = Buffer.from(pair).toString("base64");
    const echoed = `{"proxy-authorization":"Basic ${basic}"} ${pair} ${encoded} ${password}`;
    for (const variable of ["HTTP_PROXY", "http_proxy"]) {
      for (const behaviour of [
        {status: 400, body: {error: {message: `headers: ${echoed}`}}},
        {text: `headers: ${echoed}`}
      ] satisfies Behaviour[]) {
        const {server, endpoint} = await setup(behaviour, {
          baseUrl: "http://models.example",
          apiKeyEnv: undefined
        });
        vi.stubEnv("http_proxy", undefined);
        vi.stubEnv(variable, server.url.replace("//", `//${encoded}@`));
        const said: unknown = await ask(endpoint).catch((error: unknown) => error);
        expect(server.requests[0]!.headers["proxy-authorization"]).toBe(`Basic ${basic}`);
        expect(everything(said)).toContain("[hidden]");
        for (const secret of [basic, password, encodeURIComponent(password)])
          expect(everything(said)).not.toContain(secret);
      }
    }
  });

  it("that a proxy is asked by are not taken for words of an error", () => {
    const hide = hideRequest(undefined, []);
    expect(hide("Basic authentication is required: Basic cHU6cHdTRUNSRVRwcm94eQ==.")).toBe(
      "Basic authentication is required: [hidden]."
    );
  });

  it("that no header can hold are refused by their variables' names before anything is sent", async () => {
    vi.stubEnv("TEST_MODEL_KEY", "sk-live\u20137Hq2mZ0pXw93");
    vi.stubEnv("TEST_TEAM_KEY", "one\ntwo");
    const {server, endpoint} = await setup(undefined, {headersEnv: {"x-team": "TEST_TEAM_KEY"}});
    const error: unknown = await ask(endpoint).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      kind: "auth",
      message: expect.stringContaining("cannot send TEST_MODEL_KEY and TEST_TEAM_KEY") as string
    });
    expect(everything(error)).not.toMatch(/7Hq2mZ0pXw93|two/);
    expect(server.requests).toHaveLength(0);
  });

  it("no Authorization header is sent without a key", async () => {
    const {server, endpoint} = await setup(undefined, {apiKeyEnv: undefined});
    await ask(endpoint);
    expect(server.requests[0]!.headers).not.toHaveProperty("authorization");
  });

  it("and prompts are in no error, log or stored object, whatever the server echoes", async () => {
    vi.stubEnv("TEST_MODEL_KEY", key);
    vi.stubEnv("TEST_SECOND_KEY", second);
    const logged: unknown[] = [];
    for (const method of ["log", "warn", "error", "info", "debug"] as const)
      vi.spyOn(console, method).mockImplementation((...words) => void logged.push(words));
    const echo = `Incorrect key ${key} or ${second} for Bearer ${key}: ${JSON.stringify(prompt)}`;
    const behaviours: Behaviour[] = [
      {status: 401, body: {error: {message: echo}}},
      {
        status: 400,
        body: {
          detail: [{loc: ["body"], msg: "bad", input: {messages: [{content: prompt}], auth: `Bearer ${key}`}}]
        }
      },
      {status: 500, body: echo, headers: {"content-type": "text/plain"}},
      {status: 422, body: {message: echo.toUpperCase()}},
      {status: 429, body: {error: echo}},
      {body: {error: {message: echo}}},
      {body: `{"choices": ${echo}`},
      {body: {choices: [{message: {content: {echo}}}]}},
      {body: echo, headers: {"content-type": "text/html"}},
      {events: [JSON.stringify({error: {message: echo}})]},
      {events: [`{${echo}`]},
      {drop: "before"},
      {drop: "middle"},
      {latencyMs: 5000}
    ];
    const seen: string[] = [];
    const checks: string[] = [];
    for (const behaviour of behaviours)
      for (const stream of behaviour.events ? [true] : [false, true]) {
        const {endpoint} = await setup(behaviour, {
          stream,
          timeoutMs: 300,
          headersEnv: {"x-second": "TEST_SECOND_KEY"}
        });
        const error = await ask(endpoint).catch((thrown: unknown) => thrown);
        if (stream && !(error instanceof EndpointError)) continue;
        expect(error).toBeInstanceOf(EndpointError);
        seen.push(everything(error));
        seen.push(everything(await endpoint.identity("m")), JSON.stringify(endpoint));
        checks.push(
          everything(await endpoint.preflight!("m", {logprobs: true, tools: true, streaming: true}))
        );
      }
    const good = await setup(undefined);
    seen.push(everything(await ask(good.endpoint)), everything(logged));
    expect(seen.length).toBeGreaterThan(50);
    for (const text of seen)
      for (const words of ["Mustermann", "4417123456789113", "refund order"])
        expect(text.toLowerCase()).not.toContain(words.toLowerCase());
    for (const text of [...seen, ...checks])
      for (const secret of [key, second]) expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
  });
});

describe("hideRequest", () => {
  const hide = hideRequest({model: "m", messages: [{role: "user", content: prompt}]}, [key]);

  it("keeps the server's own words", () => {
    expect(hide("max_tokens must be at most 4096, found 9000")).toBe(
      "max_tokens must be at most 4096, found 9000"
    );
  });

  it("hides stretches of the prompt in any escaping", () => {
    expect(hide("cannot parse 'my\\nname is  ERIKA \\u004dustermann' here")).toBe(
      "cannot parse '[hidden]' here"
    );
  });

  it("hides a long number alone, a short prompt alone, and things that look like keys", () => {
    expect(hide("bad 4417123456789113!")).toBe("bad [hidden]!");
    expect(hideRequest({model: "m", messages: [{role: "user", content: "Erika"}]}, [])("no Erika")).toBe(
      "no [hidden]"
    );
    expect(hide("use sk-proj-abcdef123456 instead")).toBe("use [hidden] instead");
  });

  it("hides a secret in every form that an address or JSON gives it", async () => {
    const secret = 'ab/CD12+xyz KEY"9876/QQ==';
    const forms = [
      secret,
      encodeURIComponent(secret),
      encodeURIComponent(encodeURIComponent(secret)),
      encodeURIComponent(secret).toLowerCase().replaceAll("%2f", "/"),
      new URLSearchParams({"": secret}).toString().slice(1),
      JSON.stringify(secret).slice(1, -1)
    ];
    const hideSecret = hideRequest(undefined, [secret]);
    for (const form of forms)
      expect(hideSecret(`No route for /v1?code=${form}&x`)).toBe("No route for /v1?code=[hidden]&x");
    vi.stubEnv("TEST_BASIC", "Basic dXNlcjpwYXNzd29yZA==");
    const echoing = {
      status: 404,
      body: {
        error: {
          message: `No route for ${new URLSearchParams({code: secret}).toString()} of dXNlcjpwYXNzd29yZA==`
        }
      }
    };
    const options = {apiKeyEnv: undefined, headersEnv: {authorization: "TEST_BASIC"}, query: {code: secret}};
    const {endpoint} = await setup(echoing, options);
    await expect(ask(endpoint)).rejects.toThrow("No route for code=[hidden] of [hidden].");
    const told = await setup({text: `You asked ?code=${encodeURIComponent(secret)}`}, options);
    expect(await ask(told.endpoint)).toMatchObject({text: "You asked ?code=[hidden]"});
  });

  it("hides stretches of a prompt without spaces, beside words of the server's own", () => {
    const long =
      "请根据以下客户来信判断类别。".repeat(20) + "我叫张伟住在北京市朝阳区建国路八十八号想退货。谢谢";
    const of = (content: string) => hideRequest({model: "m", messages: [{role: "user", content}]}, []);
    expect(of(long)("Invalid input near '张伟住在北京市朝阳区建国路八十八号想退'")).toBe(
      "Invalid input near '[hidden]'"
    );
    expect(of(long)("参数错误 max_tokens")).toBe("参数错误 max_tokens");
    expect(
      of("私の名前は山田太郎です、電話は09012345678です。".repeat(9))("不正: 山田太郎で、09012345678")
    ).toBe("不正: [hidden]");
    expect(of("ฉันชื่อสมชายอยู่กรุงเทพ ".repeat(20))("bad สมชาย")).toBe("bad [hidden]");
  });

  it("cuts long texts", () => {
    expect(hide("word ".repeat(200)).length).toBeLessThanOrEqual(301);
  });
});

describe("servers with their own ways", () => {
  it("Azure: key in the api-key header, api-version in the query, deployment in the path", async () => {
    vi.stubEnv("TEST_AZURE_KEY", second);
    const server: ModelServer = await startModelServer();
    cleanups.push(() => server.close());
    const endpoint = openAICompatible({
      name: "azure",
      baseUrl: `${server.url}/openai/deployments/{model}`,
      hosting: "api",
      trust: "contract",
      headersEnv: {"api-key": "TEST_AZURE_KEY"},
      query: {"api-version": "2024-10-21"}
    });
    cleanups.push(() => endpoint.close!());
    await endpoint.complete({model: "gpt 4", messages: [{role: "user", content: "x"}]});
    const [received] = server.requests;
    expect(received!.path).toBe("/openai/deployments/gpt%204/chat/completions?api-version=2024-10-21");
    expect(received!.headers["api-key"]).toBe(second);
    expect(received!.headers).not.toHaveProperty("authorization");
    expect(await endpoint.identity("gpt 4")).toEqual({
      baseUrl: `${server.url}/openai/deployments/{model}`,
      query: "api-version=2024-10-21"
    });
  });

  it("Anthropic's compatible endpoint: a bearer key under /v1, and its 529 is repeated", async () => {
    vi.stubEnv("TEST_ANTHROPIC_KEY", key);
    const server = await startModelServer({
      behave: (_request, seen) =>
        seen
          ? undefined
          : {status: 529, body: {type: "error", error: {type: "overloaded_error", message: "Overloaded"}}}
    });
    cleanups.push(() => server.close());
    const endpoint = openAICompatible({
      name: "anthropic",
      baseUrl: `${server.url}/v1/`,
      hosting: "api",
      trust: "external",
      apiKeyEnv: "TEST_ANTHROPIC_KEY",
      retries: {baseDelayMs: 1}
    });
    cleanups.push(() => endpoint.close!());
    const answer = await endpoint.complete({model: "claude", messages: [{role: "user", content: "hello"}]});
    expect(answer).toMatchObject({text: "hello", attempts: 2});
    expect(server.requests[0]).toMatchObject({
      path: "/v1/chat/completions",
      headers: {authorization: `Bearer ${key}`}
    });
  });
});

describe("huggingFace", () => {
  it("asks the router with HF_TOKEN and needs no usage in the answer", async () => {
    vi.stubEnv("HF_TOKEN", "hf_test0123456789");
    const server = await startModelServer({behave: (_request, seen) => ({usage: seen === 0})});
    cleanups.push(() => server.close());
    const endpoint = huggingFace({name: "hf", urls: {router: server.url}});
    cleanups.push(() => endpoint.close!());
    const request = {
      model: "org/model",
      messages: [{role: "user" as const, content: "hello"}],
      params: {seed: 1}
    };
    expect(await endpoint.complete(request)).toMatchObject({text: "hello", usage: {promptTokens: 12}});
    const second = await endpoint.complete(request);
    expect(second.text).toBe("hello");
    expect(second).not.toHaveProperty("usage");
    expect(server.requests[0]).toMatchObject({
      path: "/v1/chat/completions",
      headers: {authorization: "Bearer hf_test0123456789"},
      body: {model: "org/model", seed: 1}
    });
    expect(endpoint).toMatchObject({kind: "hosted", hosting: "api", trust: "external"});
  });

  it("streams, and names the provider in its identity", async () => {
    vi.stubEnv("HF_TOKEN", "hf_test0123456789");
    const server = await startModelServer();
    cleanups.push(() => server.close());
    const endpoint = huggingFace({name: "hf", urls: {router: server.url}, stream: true});
    cleanups.push(() => endpoint.close!());
    const answer = await endpoint.complete({
      model: "org/model",
      messages: [{role: "user", content: "hello"}]
    });
    expect(answer).toMatchObject({text: "hello", usage: {promptTokens: 12}});
    expect(answer.firstTokenMs).toBeGreaterThan(0);
    expect(await endpoint.identity("org/model")).toEqual({provider: "auto", router: server.url});
  });

  it("sends a named provider's requests through its route, by the mapping that the hub gives", async () => {
    vi.stubEnv("HF_TOKEN", "hf_test0123456789");
    const server = await startModelServer({
      mapping: {
        inferenceProviderMapping: {
          together: {status: "live", providerId: "together/model-x", task: "conversational"}
        }
      }
    });
    cleanups.push(() => server.close());
    const endpoint = huggingFace({
      name: "hf",
      provider: "together",
      urls: {router: server.url, hub: server.url}
    });
    cleanups.push(() => endpoint.close!());
    const answer = await endpoint.complete({
      model: "org/model-x",
      messages: [{role: "user", content: "hello"}]
    });
    expect(answer.text).toBe("hello");
    expect(server.requests[0]).toMatchObject({
      path: "/together/v1/chat/completions",
      headers: {authorization: "Bearer hf_test0123456789"},
      body: {model: "together/model-x"}
    });
  });

  it("says what is missing without a token", async () => {
    vi.stubEnv("HF_TOKEN", "");
    const endpoint = huggingFace({name: "hf"});
    await expect(endpoint.complete({model: "m", messages: []})).rejects.toThrow(
      /needs HF_TOKEN in the environment/
    );
  });
});

describe("a secret in an endpoint's query", () => {
  const secret = "q9f8e7d6c5b4a3210ffee";

  it.each([
    [{key: secret, "api-version": "2024-10-21"}, {query: "key=hidden&api-version=2024-10-21"}],
    [{"subscription-key": "abc"}, {query: "subscription-key=hidden"}],
    [{code: "x"}, {query: "code=hidden"}],
    [{deployment: secret}, {query: "deployment=hidden"}],
    [{deployment: "gpt-large-europe-west"}, {query: "deployment=gpt-large-europe-west"}]
  ])("is not in its identity: %j", async (query, identity) => {
    const {endpoint} = await setup(undefined, {query});
    expect(await endpoint.identity("m")).toMatchObject(identity);
  });

  it("is sent, and in no error and no answer", async () => {
    vi.stubEnv("TEST_MODEL_KEY", key);
    const {server, endpoint} = await setup(
      {status: 500, body: {error: {message: `bad request to ?key=${secret}`}}},
      {query: {key: secret}}
    );
    const refused = await endpoint
      .complete({model: "m", messages: [{role: "user", content: prompt}]})
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(EndpointError);
    expect(JSON.stringify([String(refused), refused, (refused as Error).stack])).not.toContain(secret);
    expect(server.requests).toHaveLength(1);
  });
});

it("a redirect takes a loader's headers to its own origin only, and not from https to http", () => {
  const headers = {authorization: "Bearer x", "X-Api-Key": "y", range: "bytes=5-", "if-range": "tag"};
  const kept = {range: "bytes=5-", "if-range": "tag"};
  const from = new URL("https://data.example.org/a");
  expect(headersFor(new URL("https://data.example.org/b"), from, headers)).toEqual(headers);
  for (const to of [
    "http://data.example.org/b",
    "https://data.example.org:8443/b",
    "https://example.org/b",
    "https://data.example.org.evil.test/b",
    "https://user@evil.test/data.example.org"
  ])
    expect(headersFor(new URL(to), from, headers)).toEqual(kept);
});
