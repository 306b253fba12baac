// @module-tag long
import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {localCandidate, quantised} from "../../../src/evals/candidates/index.js";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {localModel} from "../../../src/inference/localModels/index.js";
import {lineage, type ModelManifest, NotMade} from "../../../src/weights/models/index.js";
import {candidate, type PrepareContext, runEval} from "../../../src/evals/runner/index.js";
import {modelsDir, type RunManifest} from "../../../src/base/store/index.js";
import {type Project, server, wordsEval, wordsProject} from "../runner/support/project.js";
import {assay} from "../../support/assay.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

describe("language models of this machine in an eval", () => {
  let folder: string;
  let project: Project | undefined;
  let run: RunManifest;
  let added: ModelManifest;

  beforeAll(async () => {
    folder = await temporaryProject();
    await mkdir(join(folder, "evals"));
    await tinyLanguageModel(join(folder, "tiny"));
    const {stdout, stderr} = await assay(
      folder,
      "models",
      "add",
      "tiny",
      "--name",
      "tiny-llama",
      "--from-job",
      "job-7",
      "--json"
    );
    if (stdout === "") throw new Error(stderr);
    added = JSON.parse(stdout) as ModelManifest;
    project = await wordsProject(folder, 12);
    const own = {threads: 1, parallel: 2, contextTokens: 128, params: {temperature: 0, max_tokens: 6}};
    const definition = wordsEval(server("http://127.0.0.1:9"), {
      candidates: [localCandidate("whole", "tiny-llama", own), quantised("tiny-llama", "q8_0", own)],
      part: "test"
    });
    run = (await runEval(definition, {...project, evalName: "words", options: {preflight: false}})).manifest!;
  });
  afterAll(() => project?.store.close());

  it("answers every row, and the record has what was measured", () => {
    expect(run.status).toBe("complete");
    expect(run.counts.failed).toBe(0);
    for (const {hosting, measured} of run.candidates) {
      expect(hosting).toBe("edge");
      expect(measured!.threads).toBe(1);
      expect(measured!.memoryBytes).toBeGreaterThan(1 << 20);
    }
  });

  it("may name only an adapter that it has, and fetches nothing in a dry run", async () => {
    expect(() => localCandidate("x", "tiny", {adapters: {support: "a"}, adapter: "suport"})).toThrow(
      /candidate "x": there is no adapter "suport"\. `adapters` names support\./
    );
    expect(() => localCandidate("x", "tiny", {adapter: "support"})).toThrow(/names none/);
    const context = {store: project!.store, dryRun: true} as PrepareContext;
    await expect(localCandidate("x", "acme/far-away").prepare(context)).rejects.toThrow(NotMade);
    const {workspace} = project!.store;
    const plain = (source: string) => candidate("x", localModel(source, {workspace}), "x");
    await expect(plain("acme/far-away").prepare(context)).rejects.toThrow(NotMade);
    const {endpoint} = await plain("tiny-llama").prepare(context);
    expect(await endpoint.identity("x")).toMatchObject({weights: run.candidates[0]!.identity.weights});
  });

  it("knows a quantised copy as a child of the model it was made of", async () => {
    const [whole, copy] = run.candidates;
    expect(whole!.modelId).toBe(added.id);
    expect(copy!.name).toBe("tiny-llama q8_0");
    const ancestors = await lineage(modelsDir(project!.store.workspace), copy!.modelId!);
    expect(ancestors.map(({name}) => name)).toEqual(["tiny-llama q8_0", "tiny-llama"]);
    expect(ancestors[0]!.manifest!.recipe!.method).toBe("quantise q8_0");
    expect(added).toMatchObject({settings: {job: "job-7"}, recipe: {method: "job"}});
    expect(copy!.identity.type).toBe("q8_0");
    expect(copy!.identity.weights).toBe(whole!.identity.weights);
  });
});

describe("assay gguf and serve", () => {
  it("write a file, and serve it over HTTP with streaming, tools and errors that say what is wrong", async () => {
    const folder = await temporaryProject();
    await mkdir(join(folder, "evals"));
    await tinyLanguageModel(join(folder, "tiny"));
    const written = await assay(folder, "gguf", "tiny", "-o", "out/tiny.gguf", "--type", "q4_k_m");
    expect(written.stdout).toMatch(/^tiny\.gguf: q4_k_m, 0\.1 MiB/);
    const refused = await assay(folder, "gguf", "tiny", "-o", "x.gguf", "--type", "q9");
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/no GGUF type "q9"\. Choose one of f32/)
    ]);

    const {serve} = await import("../../../src/inference/endpoints/index.js");
    const {openWorkspace} = await import("../../../src/base/store/index.js");
    const model = localModel("out/tiny.gguf", {
      workspace: await openWorkspace(folder),
      threads: 1,
      contextTokens: 128
    });
    const service = await serve([], {
      writers: [{name: "tiny", endpoint: model, weights: (await model.find()).weights}]
    });
    try {
      const asked = (stream: boolean) =>
        openAICompatible({name: "http", baseUrl: service.url, hosting: "on-prem", trust: "local", stream});
      const request = {
        model: "tiny",
        messages: [{role: "user" as const, content: "hi"}],
        params: {temperature: 0, max_tokens: 12}
      };
      const own = await model.complete(request);
      const whole = await asked(false).complete(request);
      const streamed = await asked(true).complete(request);
      expect(whole.text).toBe(own.text);
      expect(streamed.text).toBe(own.text);
      expect(streamed.usage).toMatchObject({completionTokens: own.usage!.completionTokens});
      const called = await asked(true).complete({
        ...request,
        tools: [
          {
            type: "function",
            function: {
              name: "look",
              parameters: {type: "object", properties: {up: {type: "boolean"}}, required: ["up"]}
            }
          }
        ],
        params: {temperature: 1, max_tokens: 90, tool_choice: "required"}
      });
      expect(called.toolCalls![0]!.function.name).toBe("look");
      const post = (body: object) =>
        fetch(`${service.url}/v1/chat/completions`, {method: "POST", body: JSON.stringify(body)});
      const wrong = await post({model: "tiny", messages: request.messages, presence_penalty: 2});
      expect(wrong.status).toBe(400);
      expect(await wrong.text()).toContain("`presence_penalty` must be 0");
      const listed = (await (await fetch(`${service.url}/v1/models`)).json()) as {data: {id: string}[]};
      expect(listed.data.map(({id}) => id)).toEqual(["tiny"]);
    } finally {
      await service.close();
      await model.close!();
    }
  });
});
