import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {embeddingEndpoint, type Endpoint} from "../../../src/inference/endpoints/index.js";
import {runEval, runEvalPreflight} from "../../../src/evals/runner/index.js";
import {embeddingSimilarity, exactMatch, judgeRating} from "../../../src/evals/scorers/index.js";
import {type EmbeddingServer, startEmbeddingServer} from "../../support/embeddingServer.js";
import {freePort} from "../../support/freePort.js";
import {type ModelServer, startModelServer, withoutProbes} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "./support/project.js";

let project: Project;
let model: ModelServer;
let vectors: EmbeddingServer;
let gone: string;
let evals = 0;

beforeAll(async () => {
  project = await wordsProject(await temporaryProject(), 12);
  model = await startModelServer();
  vectors = await startEmbeddingServer();
  gone = `http://127.0.0.1:${await freePort()}`;
});
beforeEach(() => void (model.requests.length = vectors.requests.length = 0));
afterAll(async () => {
  project.store.close();
  await Promise.all([model.close(), vectors.close()]);
});

const rating = (endpoint: Endpoint) => judgeRating({endpoint, model: "judge-model", rubric: "good"});
const closeness = (baseUrl: string) =>
  embeddingSimilarity({
    endpoint: embeddingEndpoint({name: "vectors", baseUrl, hosting: "api", trust: "local", retries: 0}),
    model: "small"
  });
const evalWith = (scorers: Parameters<typeof wordsEval>[1]) => wordsEval(server(model.url), scorers);
const start = async (scorers: Record<string, ReturnType<typeof rating>>, options: object = {}) => {
  const told: string[] = [];
  const {manifest, dryRun} = await runEval(evalWith({scorers}), {
    ...project,
    evalName: `words-${++evals}`,
    effects: {onMessage: (message) => told.push(message)},
    options: {noReuse: true, ...options}
  });
  return {manifest, dryRun, told};
};

describe("the endpoints that scorers ask", () => {
  it("stop a run before its first row where the primary scorer's is down, or any lacks its key", async () => {
    const down = {judge: rating(server(gone, "jk"))};
    await expect(start(down)).rejects.toThrow(/not ready:\n {2}- scorer judge: jk: No answer from/);
    await expect(start({close: closeness(gone)})).rejects.toThrow(/- scorer close: .*No answer from/);
    const keyless = rating(server(model.url, "jk", {apiKeyEnv: "ASSAY_NO_SUCH_KEY"}));
    await expect(start({exact: exactMatch, judge: keyless})).rejects.toThrow(
      /- scorer judge: .*needs ASSAY_NO_SUCH_KEY/
    );
    expect(withoutProbes(model.requests)).toEqual([]);
  });

  it("are waited for where a scorer beside the primary one finds nobody", async () => {
    const {told, manifest} = await start(
      {exact: exactMatch, judge: rating(server(gone, "jk"))},
      {giveUpAfterSeconds: 0}
    );
    expect(told.join("\n")).toMatch(/scorer judge: jk: No answer from .* Its calls wait until it answers\./);
    expect(manifest!.counts.scored).toBeGreaterThan(0);
  });

  it("are forecast, asked once and counted as candidates' are, those of embeddings too", async () => {
    const judge = server(model.url, "judge");
    const scorers = {judge: rating(judge), again: rating(judge), close: closeness(vectors.url)};
    const {dryRun} = await start(scorers, {dryRun: true});
    expect(dryRun!.preflightCalls).toBe(4);
    const {manifest} = await start(scorers);
    expect(manifest!.preflightCalls).toMatchObject({
      calls: 4,
      models: expect.arrayContaining([
        expect.objectContaining({endpoint: "judge", model: "judge-model", answers: 1}),
        expect.objectContaining({endpoint: "vectors", model: "small", answers: 1})
      ]) as object
    });
    expect(vectors.requests.filter((texts) => texts.length === 1)).toEqual([["yes"]]);
  });

  it("have a line each in the check of an eval, and a model that several scorers ask is asked once", async () => {
    const judge = server(model.url, "judge");
    const scorers = {judge: rating(judge), again: rating(judge), close: closeness(gone), exact: exactMatch};
    const {store} = project;
    const found = await runEvalPreflight(store, "words", evalWith({scorers}), "words");
    const of = (name: string) => found.filter(({what}) => what === `words: scorer ${name}`);
    for (const name of ["judge", "again"])
      expect(of(name)[0]).toEqual({
        what: `words: scorer ${name}`,
        check: "reachable",
        status: "ok",
        message: "judge answers."
      });
    expect(of("close")).toMatchObject([{check: "reachable", status: "error"}]);
    expect(of("exact")).toEqual([]);
    expect(model.requests.filter(({body}) => body.model === "judge-model")).toHaveLength(1);
  });

  it("are asked anew where an answer of before stands for them and nobody is there any more", async () => {
    const passing = await startEmbeddingServer();
    const close = {close: closeness(passing.url)};
    expect((await start(close, {noReuse: false})).manifest!.counts.scored).toBeGreaterThan(0);
    await passing.close();
    const changed = evalWith({scorers: close, prompt: "say {{text}}"});
    await expect(runEval(changed, {...project, evalName: `words-${++evals}`})).rejects.toThrow(
      /- scorer close: .*No answer from/
    );
  });
});
