import {readFile} from "node:fs/promises";
import {afterAll, describe, expect, it, vi} from "vitest";
import {trained} from "../../../../src/evals/candidates/index.js";
import {openAICompatible} from "../../../../src/inference/endpoints/index.js";
import {majorityClassifier} from "../../../../src/training/finetunes/index.js";
import {listModels} from "../../../../src/weights/models/index.js";
import {candidate, runEval} from "../../../../src/evals/runner/index.js";
import {judgePairwise} from "../../../../src/evals/scorers/index.js";
import {modelsDir, runIds, runPath} from "../../../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {server, wordsEval, wordsProject} from "../support/project.js";

const servers: ModelServer[] = [];
const serve = async (options: Parameters<typeof startModelServer>[0] = {}) => {
  const started = await startModelServer(options);
  servers.push(started);
  return started;
};
afterAll(() => Promise.all(servers.map((one) => one.close())));
const price = {inputUsdPerMillion: 100, outputUsdPerMillion: 100, asOf: "2026-01-01", source: "test"};

const PROBE = "Answer with the word yes.";
const probes = ({requests}: ModelServer) => requests.filter(({prompt}) => prompt === PROBE).length;

describe("a judge's answers", () => {
  it("that had no score yet when the run was stopped are not asked again, nor by another run", async () => {
    const project = await wordsProject(await temporaryProject(), 24);
    let hangs = true;
    const judge = await serve({
      answer: () => "[[A]]",
      // The second question of each pair is never answered before the stop.
      behave: ({prompt}) => (hangs && prompt.includes("[Answer A]\nnone") ? {latencyMs: 60_000} : undefined)
    });
    const model = await serve();
    const endpoint = server(judge.url, "judge");
    const judged = (rubric: string) => ({
      better: judgePairwise({endpoint, model: "test-model", rubric, baseline: () => "none"})
    });
    const stop = new AbortController();
    const inputs = {...project, evalName: "words", options: {preflight: false}};
    const first = runEval(wordsEval(server(model.url), {scorers: judged("good")}), {
      ...inputs,
      signal: stop.signal,
      abortSignal: stop.signal
    });
    const firsts = () => [...judge.byPrompt.keys()].filter((prompt) => !prompt.includes("[Answer A]\nnone"));
    const kept = async () => {
      const [id] = await runIds(project.store.workspace);
      const path = runPath(project.store.workspace, id ?? "none", "scorer-answers.ndjson");
      return (await readFile(path, "utf8").catch(() => "")).split("\n").length - 1;
    };
    await vi.waitFor(
      async () => {
        expect(await kept()).toBeGreaterThan(0);
        expect(await kept()).toBe(firsts().length);
      },
      {timeout: 60_000, interval: 100}
    );
    stop.abort();
    await expect(first).rejects.toThrow(/abort/);
    const asked = firsts();
    expect(await kept()).toBe(asked.length);
    const [id] = await runIds(project.store.workspace);

    hangs = false;
    const {manifest: whole} = await runEval(wordsEval(server(model.url), {scorers: judged("good")}), inputs);
    expect(whole!.id).toBe(id);
    expect(whole!.counts.scored).toBe(whole!.counts.planned);
    expect(asked.map((prompt) => judge.byPrompt.get(prompt))).toEqual(asked.map(() => 1));
    const all = judge.byPrompt.size;
    expect(whole!.scorerCalls!.calls).toBe(all);
    // The same questions in another run, whose scorer goes by another name.
    const before = judge.requests.length;
    const {better} = judged("good");
    await runEval(wordsEval(server(model.url), {scorers: {other: better!, twice: better!}}), {
      ...inputs,
      evalName: "other"
    });
    expect(judge.requests.length).toBe(before);
    project.store.close();
  });
});

describe("the calls of a preflight", () => {
  it("are forecast, counted and priced, and stand under the budget", async () => {
    const project = await wordsProject(await temporaryProject(), 12);
    const model = await serve({models: ["m"]});
    const endpoint = openAICompatible({
      name: "paid",
      baseUrl: model.url,
      hosting: "api",
      trust: "local",
      price
    });
    const definition = wordsEval(endpoint, {
      candidates: [candidate("one", endpoint, "m", {params: {max_tokens: 5}})],
      needs: {tools: true}
    });
    const start = (options: object) => runEval(definition, {...project, evalName: "words", options});
    const {dryRun} = await start({dryRun: true});
    expect(dryRun!.preflightCalls).toBe(2);
    expect(model.requests).toEqual([]);
    const {manifest: none} = await start({budgetUsd: 1e-9});
    expect(none!.stopped).toMatch(/^budget: \$0\.0000 of/);
    expect(model.requests).toEqual([]);
    const {manifest} = await start({budgetUsd: 1});
    const made = model.requests.length - manifest!.counts.completed;
    expect(manifest!.preflightCalls!.calls).toBe(made);
    expect(probes(model)).toBe(1);
    expect(manifest!.preflightCalls!.costUsd).toBeGreaterThan(0);
    expect(manifest!.preflightCalls!.models).toMatchObject([{endpoint: "paid", model: "m", counted: made}]);
    expect((await start({dryRun: true})).dryRun!.preflightCalls).toBe(0);
    project.store.close();
  });
});

describe("a dry run", () => {
  it("makes no model, and counts the calls of one that the run would make", async () => {
    const project = await wordsProject(await temporaryProject(), 24);
    const definition = wordsEval(server("http://127.0.0.1:1"), {
      candidates: [trained("majority", majorityClassifier({text: "text", label: "answer"}))]
    });
    const start = (options: object) => runEval(definition, {...project, evalName: "words", options});
    const models = () => listModels(modelsDir(project.store.workspace));
    const {dryRun} = await start({dryRun: true});
    expect(await models()).toEqual([]);
    expect(dryRun!.candidates[0]).toMatchObject({notMade: true, calls: dryRun!.planned});
    await start({});
    expect((await models()).length).toBe(1);
    const again = (await start({dryRun: true})).dryRun!;
    expect([again.candidates[0]!.notMade, again.calls]).toEqual([undefined, 0]);
    project.store.close();
  });
});
