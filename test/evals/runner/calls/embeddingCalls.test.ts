// @module-tag long
import {readFile} from "node:fs/promises";
import {afterAll, describe, expect, it} from "vitest";
import {embeddingEndpoint} from "../../../../src/inference/endpoints/index.js";
import {runEval} from "../../../../src/evals/runner/index.js";
import {embeddingSimilarity, exactMatch} from "../../../../src/evals/scorers/index.js";
import {runPath} from "../../../../src/base/store/index.js";
import {letters, startEmbeddingServer} from "../../../support/embeddingServer.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "../support/project.js";

const open: {close(): Promise<void>}[] = [];
afterAll(() => Promise.all(open.map((one) => one.close())));
const price = {inputUsdPerMillion: 1000, outputUsdPerMillion: 0, asOf: "2026-01-01", source: "test"};

let shared: {project: Project; model: ModelServer} | undefined;
let evals = 0;

/** One project and one model for all, asked once; each setting has embeddings, and an eval, of its own. */
async function setting() {
  if (!shared) {
    shared = {project: await wordsProject(await temporaryProject(), 24), model: await startModelServer()};
    open.push(shared.model, {close: async () => shared!.project.store.close()});
  }
  const {project, model} = shared;
  const vectors = await startEmbeddingServer();
  open.push(vectors);
  const ownName = `words-${++evals}`;
  const endpoint = (changes: object = {}) =>
    embeddingEndpoint({
      name: "vectors",
      baseUrl: vectors.url,
      hosting: "api",
      trust: "local",
      price,
      retries: {retries: 1, baseDelayMs: 1, maxDelayMs: 2},
      ...changes
    });
  const start = (close: ReturnType<typeof embeddingSimilarity>, options: object = {}, evalName = ownName) =>
    runEval(wordsEval(server(model.url), {scorers: {close}}), {
      ...project,
      evalName,
      options: {preflight: false, ...options}
    });
  return {project, model, vectors, endpoint, start};
}

describe("the calls of an embedding endpoint that a scorer asks", () => {
  it("are forecast, counted, priced, kept, and asked once for equal texts", async () => {
    const {project, vectors, endpoint, start, model} = await setting();
    const scorer = () => embeddingSimilarity({endpoint: endpoint(), model: "small"});
    const {dryRun} = await start(scorer(), {dryRun: true});
    expect(dryRun!.scorers).toMatchObject([
      {name: "close", model: "small", endpoint: "vectors", calls: dryRun!.calls}
    ]);
    expect(vectors.requests).toEqual([]);

    const {manifest} = await start(scorer(), {concurrency: 1});
    const asked = vectors.requests.map((texts) => texts.join("\n"));
    expect(new Set(asked).size).toBe(asked.length);
    expect(manifest!.scorerCalls!.calls).toBe(asked.length);
    const tokens = vectors.requests.flat().join("").length;
    expect(manifest!.scorerCalls!.costUsd).toBeCloseTo((tokens * 1000) / 1e6, 12);
    expect(manifest!.counts.scored).toBe(manifest!.counts.planned);
    const kept = await readFile(
      runPath(project.store.workspace, manifest!.id, "scorer-answers.ndjson"),
      "utf8"
    );
    expect(kept.trim().split("\n").length).toBe(asked.length);

    // Another run asks the same questions of nobody.
    const before = [vectors.requests.length, model.requests.length];
    await start(scorer(), {}, "other");
    expect([vectors.requests.length, model.requests.length]).toEqual(before);
  });

  it.each([4, 64])(
    "stand under the budget at %d in flight: what is left over is owed, and a dry run says how much",
    async (concurrency) => {
      const {vectors, endpoint, start} = await setting();
      const scorer = embeddingSimilarity({endpoint: endpoint(), model: "small"});
      const {manifest} = await start(scorer, {budgetUsd: 0.075, concurrency});
      const billed = () => (vectors.requests.flat().join("").length * 1000) / 1e6;
      expect(manifest!.status).toBe("partial");
      expect(manifest!.owedScores).toBeGreaterThan(0);
      expect(vectors.requests.length).toBeGreaterThan(0);
      expect(billed()).toBeLessThanOrEqual(0.075);
      const {dryRun} = await start(scorer, {dryRun: true});
      expect(dryRun!.scorers[0]!.calls).toBe(manifest!.owedScores! + dryRun!.calls);
      const {manifest: whole} = await start(scorer);
      expect(whole!.owedScores).toBeUndefined();
      expect(whole!.scorerCalls!.costUsd).toBeCloseTo(billed(), 12);
    }
  );

  it("are forecast too when a scorer is added to what is in the store", async () => {
    const {endpoint, start} = await setting();
    await start(exactMatch);
    const {dryRun} = await start(embeddingSimilarity({endpoint: endpoint(), model: "small"}), {dryRun: true});
    expect([dryRun!.calls, dryRun!.scorers[0]!.calls]).toEqual([0, dryRun!.planned]);
  });

  it("are refused a budget without a price, and fail a score, not a run, when the server does", async () => {
    const {start, endpoint} = await setting();
    await expect(
      start(embeddingSimilarity({endpoint: endpoint({price: undefined}), model: "small"}), {budgetUsd: 1})
    ).rejects.toThrow(/none is known for scorer close \(small at vectors\)/);
    const broken = await startEmbeddingServer({status: 400});
    open.push(broken);
    const scorer = embeddingSimilarity({endpoint: endpoint({baseUrl: broken.url}), model: "small"});
    const {manifest} = await start(scorer);
    expect(manifest!.counts).toMatchObject({scored: 0, completed: manifest!.counts.planned});
  });
});

describe("an eval's own embed function", () => {
  const counted = () => {
    const asked: (readonly string[])[] = [];
    const embed = (texts: readonly string[]) => {
      asked.push(texts);
      return Promise.resolve(texts.map(letters));
    };
    return {asked, embed};
  };

  it("is counted call by call, and one that may call a service needs a price for a budget", async () => {
    const {start} = await setting();
    const {asked, embed} = counted();
    const scorer = (rest: object) => embeddingSimilarity({embed, encoder: "letters-1", ...rest});
    await expect(start(scorer({}))).rejects.toThrow(/close \(endpoint letters-1\)/);
    await expect(start(scorer({trust: "internal"}), {budgetUsd: 1})).rejects.toThrow(/scorer close/);
    expect(asked).toEqual([]);
    const {manifest} = await start(scorer({trust: "internal", price}), {budgetUsd: 0.07});
    expect(manifest!.status).toBe("partial");
    expect(manifest!.scorerCalls!.calls).toBe(asked.length);
    // A quarter of the bytes each, as long as the function does not tell.
    const tokens = asked.flat().reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
    expect(manifest!.scorerCalls!.costUsd).toBeCloseTo((tokens * 1000) / 1e6, 12);
  });

  it("of this process needs none", async () => {
    const {start} = await setting();
    const {asked, embed} = counted();
    const {manifest} = await start(embeddingSimilarity({embed, encoder: "letters-2", trust: "local"}), {
      budgetUsd: 1
    });
    expect(manifest!.counts.scored).toBe(manifest!.counts.planned);
    expect(manifest!.scorerCalls!.calls).toBe(asked.length);
  });
});
