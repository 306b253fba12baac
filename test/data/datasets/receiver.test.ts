// @module-tag long
import {type ChildProcess, spawn} from "node:child_process";
import {createHash} from "node:crypto";
import {readdirSync, readFileSync} from "node:fs";
import {request} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {gzipSync} from "node:zlib";
import {SpanKind, TraceFlags} from "@opentelemetry/api";
import {OTLPTraceExporter} from "@opentelemetry/exporter-trace-otlp-http";
import {resourceFromAttributes} from "@opentelemetry/resources";
import {BasicTracerProvider, BatchSpanProcessor} from "@opentelemetry/sdk-trace-base";
import {afterEach, describe, expect, it} from "vitest";
import {defineDataset, pull, purge, spanReceiver} from "../../../src/data/datasets/index.js";
import {pullRedaction} from "../../../src/data/privacy/index.js";
import {openStore, type Workspace} from "../../../src/base/store/index.js";
import {childScript} from "../../support/childScript.js";
import {inFull} from "../../support/full.js";
import {assayHere} from "../../support/assayHere.js";
import {writeLoader} from "../../support/assay.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const definition = defineDataset({name: "calls", source: {kind: "received"}, append: true, id: "id"});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function receiving(
  workspace: Workspace,
  of = definition,
  options: {mostBytes?: number} = {}
): Promise<{url: string; received: number[]; problems: string[]}> {
  const [received, problems]: [number[], string[]] = [[], []];
  const {server, close} = spanReceiver(workspace, of, {
    redactor: pullRedaction(of).redactor,
    onReceived: (calls) => received.push(calls),
    onProblem: (message) => problems.push(message),
    ...options
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(close);
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, problems};
}

const value = (of: unknown) => (typeof of === "number" ? {intValue: String(of)} : {stringValue: String(of)});
const attributes = (of: object) => Object.entries(of).map(([key, one]) => ({key, value: value(one)}));

const trace = (n: number) => n.toString(16).padStart(32, "0");
const spanId = (n: number) => n.toString(16).padStart(16, "0");

/** A call of a model in a trace, or with no question the trace's first span. */
const span = (ofTrace: number, n: number, asked?: string, more: object = {}) => ({
  traceId: trace(ofTrace),
  spanId: spanId(n),
  parentSpanId: asked === undefined ? undefined : spanId(9999),
  name: asked === undefined ? "support request" : "chat small-1",
  kind: 3,
  startTimeUnixNano: "1790000000000000000",
  endTimeUnixNano: "1790000001500000000",
  attributes:
    asked === undefined
      ? []
      : attributes({
          "gen_ai.operation.name": "chat",
          "gen_ai.request.model": "small-1",
          "gen_ai.provider.name": "openai",
          "gen_ai.usage.input_tokens": 5,
          "gen_ai.input.messages": JSON.stringify([{role: "user", parts: [{type: "text", content: asked}]}]),
          "gen_ai.output.messages": JSON.stringify([
            {role: "assistant", parts: [{type: "text", content: `To ${asked}`}]}
          ])
        }),
  ...more
});

const exported = (...spans: object[]) => ({
  resourceSpans: [
    {resource: {attributes: attributes({"service.name": "desk"})}, scopeSpans: [{scope: {name: "x"}, spans}]}
  ]
});

const send = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/traces`, {
    method: "POST",
    headers: {"content-type": "application/json", ...headers},
    body: typeof body === "string" || body instanceof Uint8Array ? (body as string) : JSON.stringify(body)
  });

async function rowsOf(workspace: Workspace, columns = "*"): Promise<Record<string, unknown>[]> {
  const store = await openStore(workspace);
  try {
    return await store.rows(`select ${columns} from calls order by row_id`);
  } finally {
    store.close();
  }
}

describe("what is received", () => {
  it("comes from OpenTelemetry's own SDK over HTTP", async () => {
    const workspace = await temporaryWorkspace();
    const {url, received} = await receiving(workspace);
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({"service.name": "desk"}),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({url: `${url}/v1/traces`}))]
    });
    const tracer = provider.getTracer("app");
    const root = tracer.startSpan("support request", {startTime: 1_790_000_000_000});
    const call = tracer.startSpan(
      "chat small-1",
      {
        kind: SpanKind.CLIENT,
        startTime: 1_790_000_000_000,
        attributes: {
          "gen_ai.operation.name": "chat",
          "gen_ai.request.model": "small-1",
          "gen_ai.response.model": "small-1-2026",
          "gen_ai.usage.input_tokens": 5,
          "gen_ai.usage.output_tokens": 2,
          "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Who?"}]}]',
          "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Me."}]}]'
        }
      },
      {
        getValue: () => root,
        setValue: () => {
          throw new Error("not asked");
        },
        deleteValue: () => {
          throw new Error("not asked");
        }
      }
    );
    call.addEvent("gen_ai.evaluation.result", {
      "gen_ai.evaluation.name": "helpful",
      "gen_ai.evaluation.score.value": 0.5
    });
    call.end(1_790_000_001_500);
    root.end();
    await provider.forceFlush();
    await provider.shutdown();
    expect(received).toEqual([1]);
    const {traceId, spanId: own, traceFlags} = call.spanContext();
    expect(traceFlags).toBe(TraceFlags.SAMPLED);
    await pull(workspace, definition);
    expect(await rowsOf(workspace)).toMatchObject([
      {
        row_id: `${traceId}/${own}`,
        trace: traceId,
        trace_name: "support request",
        time: "2026-09-21T14:13:20.000Z",
        service: "desk",
        model: "small-1-2026",
        input: "Who?",
        output: "Me.",
        messages: '[{"role":"user","content":"Who?"}]',
        prompt_tokens: 5,
        completion_tokens: 2,
        latency_ms: 1500,
        scores: '{"helpful":0.5}'
      }
    ]);
  });

  it("is one row whatever is sent again, and a first span that comes late names rows of former versions", async () => {
    const workspace = await temporaryWorkspace();
    const {url} = await receiving(workspace);
    const calls = exported(span(1, 1, "One?"), span(1, 2, "Two?"), span(2, 3, "Three?"));
    for (let i = 0; i < 2; i++) expect((await send(url, calls)).status).toBe(200);
    expect((await pull(workspace, definition)).version.rows).toBe(3);
    expect(readdirSync(join(workspace.dir, "received", "calls"))).toEqual([]);
    await send(url, exported(span(1, 90)));
    await send(url, gzipSync(JSON.stringify(exported(span(1, 4, "Late?")))), {"content-encoding": "gzip"});
    await send(url, calls);
    const {version} = await pull(workspace, definition);
    expect(version.changes).toEqual({added: 1, removed: 0, changed: 2});
    expect(await rowsOf(workspace, "input, trace_name")).toEqual([
      {input: "One?", trace_name: "support request"},
      {input: "Two?", trace_name: "support request"},
      {input: "Late?", trace_name: "support request"},
      {input: "Three?", trace_name: null}
    ]);
    expect((await pull(workspace, definition)).changed).toBe(false);
  });

  it("may be protobuf, as SDKs without JSON send", async () => {
    const {ProtobufTraceSerializer} = (await import(
      // A part of the exporter above.
      "@opentelemetry/otlp-transformer" as string
    )) as {ProtobufTraceSerializer: {serializeRequest(spans: object[]): Uint8Array}};
    const workspace = await temporaryWorkspace();
    const {url} = await receiving(workspace);
    const bytes: Uint8Array[] = [];
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({"service.name": "desk"}),
      spanProcessors: [
        new BatchSpanProcessor({
          export(spans, done) {
            bytes.push(ProtobufTraceSerializer.serializeRequest(spans));
            done({code: 0});
          },
          shutdown: () => Promise.resolve()
        })
      ]
    });
    const one = provider.getTracer("app").startSpan("llm", {
      startTime: 1_790_000_000_000,
      attributes: {
        "openinference.span.kind": "LLM",
        "llm.model_name": "small-1",
        "llm.token_count.prompt": 300,
        "llm.cost.total": 0.25,
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Wer? – ü",
        "llm.output_messages.0.message.content": "Ich.",
        "tag.tags": ["a", "b"]
      }
    });
    one.setStatus({code: 2, message: "broken"});
    one.end(1_790_000_001_500);
    await provider.forceFlush();
    const protobuf = {"content-type": "application/x-protobuf"};
    expect((await send(url, bytes[0]!, protobuf)).status).toBe(200);
    for (const cut of [1, 40, bytes[0]!.length - 1])
      expect((await send(url, bytes[0]!.subarray(0, cut), protobuf)).status).toBe(400);
    await pull(workspace, definition);
    expect(await rowsOf(workspace)).toMatchObject([
      {
        trace: one.spanContext().traceId,
        service: "desk",
        model: "small-1",
        input: "Wer? – ü",
        output: "Ich.",
        prompt_tokens: 300,
        cost_usd: 0.25,
        latency_ms: 1500,
        error: "broken"
      }
    ]);
  });

  it("is redacted before it is written, and gone from what waits when it is purged", async () => {
    const workspace = await temporaryWorkspace();
    const careful = defineDataset({...definition, privacy: {actions: {default: "replace"}}});
    const {url} = await receiving(workspace, careful);
    await send(url, exported(span(1, 1, "I am anna.schmidt@example.com"), span(1, 2, "Two?")));
    const folder = join(workspace.dir, "received", "calls");
    const waiting = () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), "utf8"))
        .join("");
    expect(waiting()).toContain("<EMAIL_ADDRESS>");
    expect(waiting()).not.toContain("anna.schmidt");
    const pulling = () => pull(workspace, careful, pullRedaction(careful));
    await pulling();
    expect((await rowsOf(workspace, "input"))[0]!.input).toBe("I am <EMAIL_ADDRESS>");
    await send(url, exported(span(1, 1, "I am anna.schmidt@example.com again"), span(3, 3, "Three?")));
    await purge(workspace, "calls", {where: `row_id = '${trace(1)}/${spanId(1)}'`, reason: "asked for"});
    expect(waiting()).not.toContain("again");
    expect(waiting()).toContain("Three?");
    expect((await pulling()).version.rows).toBe(2);
  });
});

describe("what is refused", () => {
  it("is a dataset that does not receive, or one that does not exist", async () => {
    const project = await temporaryProject();
    writeLoader(project, "mails", '{name: "mails", source: {kind: "files", files: "mails.csv"}}');
    expect(await assayHere(project, "receive", "mails")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Give it `source: {kind: "received"}`')
    });
    expect(await assayHere(project, "receive", "mial")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("mails")
    });
  });

  it("is what is too large, of another form, or sent by a web page, and says what to set", async () => {
    const workspace = await temporaryWorkspace();
    const {url} = await receiving(workspace, definition, {mostBytes: 2 ** 20});
    const told = async (answer: Promise<Response>) => {
      const response = await answer;
      return [response.status, ((await response.json()) as {message: string}).message];
    };
    const large = JSON.stringify(exported(span(1, 1, "a".repeat(2 ** 21))));
    expect(await told(send(url, gzipSync(large), {"content-encoding": "gzip"}))).toEqual([
      413,
      "more than 1 MiB. Set OTEL_BSP_MAX_EXPORT_BATCH_SIZE to fewer spans."
    ]);
    expect(await told(send(url, "{", {"content-type": "text/plain"}))).toEqual([
      415,
      expect.stringContaining("OTEL_EXPORTER_OTLP_PROTOCOL=http/json")
    ]);
    for (const body of ["{", "[]", "null", '{"resourceSpans": 1}', "[".repeat(100_000)])
      expect((await send(url, body)).status).toBe(400);
    expect((await send(url, exported(), {origin: "https://example.com"})).status).toBe(403);
    const rebound = await new Promise<number | undefined>((resolve) => {
      const {port} = new URL(url);
      request(
        {host: "127.0.0.1", port, path: "/v1/traces", method: "POST", headers: {host: "evil.example"}},
        (response) => resolve(response.resume().statusCode)
      ).end("{}");
    });
    expect(rebound).toBe(403);
    expect((await fetch(`${url}/v1/metrics`, {method: "POST"})).status).toBe(404);
    expect((await fetch(`${url}/v1/traces`)).status).toBe(405);
    // Strange spans are rows without what is strange in them.
    const strange = [
      span(1, 1, "One?", {startTimeUnixNano: "soon", events: [null, {name: 5}], status: "bad"}),
      span(1, 2, "Two?", {attributes: [{key: "__proto__", value: {stringValue: "x"}}, null]}),
      {traceId: "../../etc", spanId: "passwd"},
      null
    ];
    expect(
      (await send(url, {resourceSpans: [null, ...exported(...(strange as object[])).resourceSpans]})).status
    ).toBe(200);
    await pull(workspace, definition);
    expect(await rowsOf(workspace, "input, time")).toEqual([{input: "One?", time: null}]);
  });
});

const rounds = inFull(25, 3);
const chance = (name: string) => createHash("sha256").update(name).digest().readUInt32BE() / 2 ** 32;

describe(`a receiver and its pulls killed with SIGKILL (${rounds} rounds)`, {tags: ["counted"]}, () => {
  it("lose nothing that was acknowledged, and have nothing twice", async () => {
    const script = await childScript(new URL("../../fixtures/killedReceiver.ts", import.meta.url));
    const workspace = await temporaryWorkspace();
    const undisturbed = await temporaryWorkspace();
    const {url: calm} = await receiving(undisturbed);
    const child = async (what: string): Promise<{process: ChildProcess; port: number}> => {
      const started = spawn(process.execPath, [script, workspace.project, what], {
        stdio: ["ignore", "pipe", "ignore"]
      });
      const port = await new Promise<number>((resolve) => {
        started.stdout.on("data", (data: Buffer) => {
          const [, found] = /begins (\d+)/.exec(data.toString()) ?? [];
          if (found !== undefined) resolve(Number(found));
        });
      });
      return {process: started, port};
    };
    const ended = (one: ChildProcess) =>
      one.exitCode === null && one.signalCode === null
        ? new Promise((resolve) => one.once("close", resolve))
        : undefined;
    let next = 1;
    for (let round = 0; round < rounds; round++) {
      const {process: receiver, port} = await child("receive");
      setTimeout(() => receiver.kill("SIGKILL"), 20 + 200 * chance(`receive ${round}`));
      // As an exporter does, what was not acknowledged is sent again, to whoever listens then.
      for (;;) {
        const batch = exported(...[0, 1, 2].map((n) => span(next, 10 * next + n, `Question ${next}.${n}?`)));
        const answer = await send(`http://127.0.0.1:${port}`, batch).catch(() => undefined);
        if (answer?.status !== 200) break;
        await send(calm, batch);
        next++;
      }
      await ended(receiver);
      const {process: pulling} = await child("pull");
      setTimeout(() => pulling.kill("SIGKILL"), 400 * chance(`pull ${round}`));
      await ended(pulling);
    }
    // The batch that was open at the last kill may have been kept unacknowledged.
    const last = exported(...[0, 1, 2].map((n) => span(next, 10 * next + n, `Question ${next}.${n}?`)));
    await send((await receiving(workspace)).url, last);
    await send(calm, last);
    const {version} = await pull(workspace, definition);
    expect(version.rows).toBe(3 * next);
    expect(version.id).toBe((await pull(undisturbed, definition)).version.id);
  });
});
