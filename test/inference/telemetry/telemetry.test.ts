import {type ChildProcess, spawn, spawnSync} from "node:child_process";
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {afterEach, beforeEach, expect, it} from "vitest";
import {type Endpoint, EndpointError} from "../../../src/inference/endpoints/types.js";
import {observedCall, startTelemetry} from "../../../src/inference/telemetry/index.js";
import {answererOf} from "../../../src/inference/telemetry/provider.js";
import {signalsOf} from "../../../src/inference/telemetry/settings.js";
import {compiled} from "../../support/compiledEngine.js";
import {writeLoader} from "../../support/assay.js";
import {setEnvironment} from "../../support/environment.js";
import {startModelServer} from "../../support/modelServer.js";
import {type OtlpServer, startOtlpServer} from "../../support/otlpServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

const start = pathToFileURL(compiled("inference/telemetry/start.js")).href;
const KEY = "planted-telemetry-key";

let collector: OtlpServer;
const before = {...process.env};
beforeEach(async () => {
  collector = await startOtlpServer();
});
afterEach(async () => {
  setEnvironment(before);
  await collector.close();
});

it(
  "an interrupted run sends its span, its calls and metrics, and no prompt and no key",
  {tags: ["long"]},
  async () => {
    const project = await temporaryProject();
    // The fourth call is in flight when the command is told to stop, and finishes.
    let served = 0;
    const model = await startModelServer({
      behave: ({prompt}) => {
        if (!prompt.startsWith("private words")) return {};
        served++;
        if (served === 4) child.kill("SIGINT");
        return served === 2 ? {status: 400, body: {error: {message: "no"}}} : {latencyMs: 300};
      }
    });
    const rows = Array.from({length: 8}, (_, id) => ({
      id: `${id}`,
      text: `private words number ${id}`,
      label: "a",
      part: "test"
    }));
    writeLoader(
      project,
      "rows",
      `{name: "rows", source: {kind: "rows", rows: () => ${JSON.stringify(rows)}}, sensitivity: "public"}`
    );
    mkdirSync(join(project, "evals"));
    writeFileSync(
      join(project, "evals", "words.eval.ts"),
      `import {candidate, defineEval, exactMatch, openAICompatible} from ${JSON.stringify(compiled("bundle/index.js"))};
const endpoint = openAICompatible({name: "server", baseUrl: "${model.url}", hosting: "on-prem", trust: "local", apiKeyEnv: "TELEMETRY_TEST_KEY",
  price: {inputUsdPerMillion: 1000, outputUsdPerMillion: 1000, asOf: "2026-01-01", source: "https://prices.test"}});
export default defineEval({dataset: "rows", split: {strategy: "given", column: "part"},
  candidates: [candidate("one", endpoint, "test-model", {params: {temperature: 0, max_tokens: 8}})], prompt: "{{text}}", expected: "label", scorers: {exact: exactMatch}});
`
    );
    const child: ChildProcess = spawn(process.execPath, [compiled("bundle/main.js"), "run", "-j", "1"], {
      cwd: project,
      stdio: "ignore",
      env: {
        ...process.env,
        TELEMETRY_TEST_KEY: KEY,
        ASSAY_PROJECT: project,
        ASSAY_DIR: join(project, ".assay"),
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_SERVICE_NAME: "nightly"
      }
    });
    await new Promise((resolve) => child.on("close", resolve));
    await model.close();

    const run = collector.spans.find(({name}) => name === "run words")!;
    const chats = collector.spans.filter(({name}) => name === "chat test-model");
    const calls = chats.filter(({attributes}) => attributes["assay.preflight"] === undefined);
    const asked = chats.filter(({attributes}) => attributes["assay.preflight"] === true);
    expect(asked.map(({parentSpanId}) => parentSpanId)).toEqual([run.spanId]);
    const failed = calls.filter(({status}) => status.code === 2);
    const answered = calls.filter(({status}) => status.code !== 2);
    expect(run.attributes).toMatchObject({
      "assay.eval": "words",
      "assay.dataset": "rows",
      "assay.run.calls": 4,
      "assay.run.planned": 8,
      "assay.run.failed": 1
    });
    expect(calls).toHaveLength(4);
    for (const call of calls)
      expect(call).toMatchObject({kind: 3, traceId: run.traceId, parentSpanId: run.spanId});
    expect(failed).toHaveLength(1);
    expect(failed[0]!.attributes).toMatchObject({
      "error.type": "bad-request",
      "http.response.status_code": 400
    });
    expect(failed[0]!.status).toEqual({code: 2});
    expect(answered[0]!.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "server",
      "gen_ai.request.model": "test-model",
      "gen_ai.request.max_tokens": 8,
      "gen_ai.request.temperature": 0,
      "gen_ai.response.model": "test-model",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": expect.any(Number) as number,
      "gen_ai.usage.output_tokens": expect.any(Number) as number,
      "server.address": "127.0.0.1",
      "server.port": model.port
    });
    const sum = (name: string) =>
      chats.reduce((total, {attributes}) => total + Number(attributes[name] ?? 0), 0);
    const pointOf = (metric: string, more: object) =>
      collector.points.find(
        (point) =>
          point.metric === metric &&
          Object.entries(more).every(([name, value]) => point.attributes[name] === value)
      );
    expect(pointOf("gen_ai.client.token.usage", {"gen_ai.token.type": "input"})).toMatchObject({
      unit: "{token}",
      count: 4,
      sum: sum("gen_ai.usage.input_tokens"),
      bounds: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864]
    });
    expect(pointOf("gen_ai.client.token.usage", {"gen_ai.token.type": "output"})?.sum).toBe(
      sum("gen_ai.usage.output_tokens")
    );
    expect(pointOf("gen_ai.client.operation.duration", {"error.type": "bad-request"})).toMatchObject({
      unit: "s",
      count: 1
    });
    const durations = pointOf("gen_ai.client.operation.duration", {"gen_ai.response.model": "test-model"});
    expect(durations?.count).toBe(4);
    expect(durations!.sum! / 3).toBeGreaterThan(0.3);
    expect(pointOf("assay.client.cost", {})?.value).toBeCloseTo(sum("assay.cost.usd"), 12);
    expect(sum("assay.cost.usd")).toBeGreaterThan(0);
    expect(collector.resource).toMatchObject({"service.name": "nightly"});
    expect(collector.text).not.toContain("private words");
    expect(collector.text).not.toContain(KEY);
  }
);

it(
  "a collector that is not there is said once, and keeps nothing from ending",
  {tags: ["long"]},
  async () => {
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:9";
    const stays = staysAfterEnd();
    const told: string[] = [];
    const telemetry = await startTelemetry({version: "1", onMessage: (text) => told.push(text)});
    const answer = await observedCall(endpoint, {model: "m", messages: []}, () =>
      Promise.resolve({text: "yes", finishReason: "stop", latencyMs: 1, attempts: 1})
    );
    expect(answer.text).toBe("yes");
    await telemetry!.end();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^telemetry could not be sent: .*ECONNREFUSED/);
    expect(await stays).toBeLessThan(1000);
  }
);

/** How many milliseconds a process of its own goes on after telemetry has ended. */
async function staysAfterEnd(): Promise<number> {
  const active = pathToFileURL(compiled("inference/telemetry/active.js")).href;
  const script = `const {startTelemetry} = await import(${JSON.stringify(start)});
    const {observedCall} = await import(${JSON.stringify(active)});
    const telemetry = await startTelemetry({version: "1", onMessage() {}});
    await observedCall({name: "mine", kind: "openai", identity: async () => ({})}, {model: "m", messages: []}, async () => ({}));
    await telemetry.end();
    const ended = performance.now();
    process.on("exit", () => console.log(performance.now() - ended));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"]
  });
  let printed = "";
  child.stdout.on("data", (part: Buffer) => (printed += part.toString()));
  await new Promise((resolve) => child.on("close", resolve));
  return Number(printed || "NaN");
}

it("an address that is none is named, and nothing is loaded for it", async () => {
  process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = "not a url";
  const told: string[] = [];
  expect(await startTelemetry({version: "1", onMessage: (text) => told.push(text)})).toBeUndefined();
  expect(told).toEqual([
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is no address such as http://localhost:4318: no traces or metrics are sent. Mend it, or unset it."
  ]);
});

it("embeddings are told as such, and what failed calls were billed counts", async () => {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  const telemetry = await startTelemetry({version: "1", onMessage: (text) => expect.fail(text)});
  const usage = {promptTokens: 7, completionTokens: 0};
  const request = {model: "e", messages: [], params: {max_tokens: 0}};
  await observedCall({...endpoint, operation: "embeddings"}, request, () =>
    Promise.resolve({usage, finishReason: "stop", costUsd: 0.25})
  );
  const spent = {usage: {promptTokens: 5, completionTokens: 3}, costUsd: 0.5};
  const failed = observedCall(endpoint, {model: "m", messages: []}, () =>
    Promise.reject(new EndpointError("malformed", "no answer", {spent}))
  );
  await expect(failed).rejects.toThrow("no answer");
  await telemetry!.end();
  const spanOf = (name: string) => collector.spans.find((span) => span.name === name)!.attributes;
  const vectors = spanOf("embeddings e");
  expect(vectors).toMatchObject({
    "gen_ai.operation.name": "embeddings",
    "gen_ai.usage.input_tokens": 7,
    "assay.cost.usd": 0.25
  });
  for (const name of ["request.max_tokens", "response.finish_reasons", "usage.output_tokens"])
    expect(vectors).not.toHaveProperty(`gen_ai.${name}`);
  expect(spanOf("chat m")).toMatchObject({
    "error.type": "malformed",
    "gen_ai.usage.input_tokens": 5,
    "gen_ai.usage.output_tokens": 3,
    "assay.cost.usd": 0.5
  });
  const sumOf = (metric: string, type?: string) =>
    collector.points
      .filter((one) => one.metric === metric && one.attributes["gen_ai.token.type"] === type)
      .reduce((sum, one) => sum + (one.sum ?? one.value ?? 0), 0);
  expect(sumOf("gen_ai.client.token.usage", "input")).toBe(12);
  expect(collector.points.filter((one) => one.attributes["gen_ai.token.type"] === "output")).toHaveLength(1);
  expect(sumOf("assay.client.cost")).toBeCloseTo(0.75, 12);
});

it("without OTEL_* none of it is loaded, and with it packages that are missing are said once", () => {
  const hooks = `export const resolve = (specifier, context, next) => {
    if (specifier.startsWith("@opentelemetry/")) throw Object.assign(new Error("Cannot find package " + specifier), {code: "ERR_MODULE_NOT_FOUND"});
    return next(specifier, context);
  };`;
  const script = `import {register} from "node:module"; register(${JSON.stringify(dataUrl(hooks))});
    const {startTelemetry} = await import(${JSON.stringify(start)});
    const onMessage = (text) => console.log("told " + text);
    console.log(await startTelemetry({version: "1", onMessage}));
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = "http://127.0.0.1:9";
    console.log(await startTelemetry({version: "1", onMessage}));`;
  const {stdout, stderr} = spawnSync(
    process.execPath,
    ["--disable-warning=DEP0205", "--input-type=module", "--eval", script],
    {
      encoding: "utf8"
    }
  );
  expect(stderr).toBe("");
  expect(stdout).toMatch(
    /^undefined\ntold OTEL_\* asks .*Run `npm install @opentelemetry\/sdk-trace-base .*`\.\nundefined\n$/
  );
});

const endpoint = {name: "mine", kind: "openai", identity: () => Promise.resolve({})} as unknown as Endpoint;
const dataUrl = (script: string) => `data:text/javascript,${encodeURIComponent(script)}`;

it.each([
  [{}, false, false],
  [{OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318"}, true, true],
  [{OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c:4318/v1/traces"}, true, false],
  [{OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_METRICS_EXPORTER: "none"}, true, false],
  [{OTEL_METRICS_EXPORTER: "otlp"}, false, true],
  [{OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_SDK_DISABLED: "true"}, false, false],
  [{OTEL_EXPORTER_OTLP_ENDPOINT: "", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c:4318"}, true, false],
  [{OTEL_EXPORTER_OTLP_ENDPOINT: " ", OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://c:4318"}, false, true],
  [
    {OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_TRACES_EXPORTER: "", OTEL_SDK_DISABLED: ""},
    true,
    true
  ],
  [{OTEL_EXPORTER_OTLP_ENDPOINT: "", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ""}, false, false]
])("%j asks for traces: %s, metrics: %s", (env, traces, metrics) => {
  expect(signalsOf(env)).toEqual({traces, metrics});
});

it.each([
  ["https://api.openai.com/v1", "openai", 443],
  ["https://mine.openai.azure.com/openai", "azure.ai.openai", 443],
  ["https://notopenai.com/v1", "mine", 443],
  ["http://10.0.0.5:8000/v1", "mine", 8000]
])("the answerer at %s is %s", (baseUrl, provider, port) => {
  expect(answererOf(endpoint, {baseUrl})).toEqual({provider, port, address: new URL(baseUrl).hostname});
});
