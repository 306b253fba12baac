import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {type Endpoint, serve} from "../../../src/inference/endpoints/index.js";
import {createSealing, queueAddress, startWorker} from "../../../src/evals/queue/index.js";
import {observedAnswer, observedRun, startTelemetry} from "../../../src/inference/telemetry/index.js";
import {queuedRun} from "../../evals/queue/support/queuedRun.js";
import {hasValkey, startValkey} from "../../evals/queue/support/valkey.js";
import {server, wordsProject} from "../../evals/runner/support/project.js";
import {startModelServer} from "../../support/modelServer.js";
import {type OtlpServer, startOtlpServer} from "../../support/otlpServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

let collector: OtlpServer;
beforeEach(async () => {
  collector = await startOtlpServer();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await collector.close();
});

const start = () => startTelemetry({version: "1", onMessage: (text) => expect.unreachable(text)});

describe.skipIf(!hasValkey())("a worker", () => {
  it("sends a span for each call that it makes, under the span of the run", async () => {
    const [valkey, model] = await Promise.all([startValkey(), startModelServer()]);
    const endpoint = server(model.url);
    const telemetry = await start();
    const worker = await startWorker(queueAddress(valkey.url), {
      reached: [{endpoint, model: "test-model"}],
      concurrency: 8,
      sealing: createSealing(undefined)
    });
    const project = await wordsProject(await temporaryProject(), 20);
    const {calls} = await observedRun("words", {}, () => queuedRun(project, valkey.url, endpoint));
    await worker.close();
    await telemetry!.end();
    expect(calls).toBeGreaterThan(0);
    const spans = collector.spans.filter(({name}) => name.startsWith("chat test-model"));
    expect(spans).toHaveLength(calls);
    const run = collector.spans.find(({name}) => name === "words")!;
    for (const {traceId, parentSpanId} of spans)
      expect([traceId, parentSpanId]).toEqual([run.traceId, run.spanId]);
    expect(spans[0]!.attributes).toMatchObject({"assay.endpoint": "local", "gen_ai.usage.output_tokens": 3});
    project.store.close();
    await Promise.all([valkey.close(), model.close()]);
  });
});

it("serving sends a server span and a duration for each request, failed ones too, and no text", async () => {
  const endpoint = {
    name: "mine",
    complete: ({messages}: {messages: {content: string}[]}) =>
      messages[0]!.content === "fail"
        ? Promise.reject(new TypeError("private cause"))
        : Promise.resolve({
            text: "private answer",
            finishReason: "stop",
            usage: {promptTokens: 5, completionTokens: 2},
            latencyMs: 1,
            attempts: 1
          })
  } as unknown as Endpoint;
  const telemetry = await start();
  const service = await serve([], {
    writers: [{name: "writer", endpoint, weights: "w"}],
    observe: observedAnswer
  });
  for (const content of ["private question", "fail"])
    await fetch(`${service.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({model: "writer", messages: [{role: "user", content}]})
    }).then((answer) => answer.text());
  await service.close();
  await telemetry!.end();
  expect(collector.spans).toHaveLength(2);
  expect(collector.spans[0]).toMatchObject({
    name: "chat writer",
    kind: 2,
    attributes: {"gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 2}
  });
  expect(collector.spans[1]).toMatchObject({status: {code: 2}, attributes: {"error.type": "TypeError"}});
  const durations = collector.points.filter(({metric}) => metric === "gen_ai.server.request.duration");
  expect(durations.map(({count}) => count)).toEqual([1, 1]);
  expect(collector.text).not.toContain("private");
});
