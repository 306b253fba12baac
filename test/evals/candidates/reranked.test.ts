// @module-tag long
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {localCandidate, reranked, type RerankedSettings} from "../../../src/evals/candidates/index.js";
import {embedded, type Endpoint, recorded} from "../../../src/inference/endpoints/index.js";
import {localModel, type LocalModel} from "../../../src/inference/localModels/index.js";
import type {ModelManifest, Prediction} from "../../../src/weights/models/types.js";
import {type Candidate, candidate, type PrepareContext, runEval} from "../../../src/evals/runner/index.js";
import {colours, type Project, wordsEval, wordsProject} from "../runner/support/project.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";
import {price} from "./support/questions.js";

const own = {threads: 1, parallel: 2, contextTokens: 128};
/** Not the tiny model's own taste: red is its least likely answer of these. */
const taste: Record<string, number> = {red: Math.log(0.5), green: Math.log(0.3), blue: Math.log(0.2)};

let folder: string;
let project: Project;
let ranker: Candidate;
let judge: LocalModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-reranked-"));
  project = await wordsProject(folder, 12);
  const path = await tinyLanguageModel(join(folder, "tiny"));
  ranker = localCandidate("tiny", path, own);
  judge = localModel(path, {...own, workspace: project.store.workspace});
});
afterAll(async () => {
  await judge.close!();
  project.store.close();
  await rm(folder, {recursive: true});
});

/** Predicts the same for every text. */
const classifier = (logprobs: Record<string, number>, usd?: number): Candidate =>
  candidate(
    "classifier",
    embedded({
      name: "in this process",
      price: usd === undefined ? undefined : price(usd),
      load: () =>
        Promise.resolve({
          manifest: {id: "0".repeat(64), name: "classifier"} as ModelManifest,
          predict: (texts) =>
            Promise.resolve(texts.map((): Prediction => ({label: likeliest(logprobs), logprobs})))
        })
    }),
    "classifier"
  );

const request = (text: string) => ({model: "x", messages: [{role: "user" as const, content: text}]});

async function prepared<T>(candidate: Candidate, use: (endpoint: Endpoint) => Promise<T>): Promise<T> {
  const context = {store: project.store, onProgress: () => undefined} as unknown as PrepareContext;
  const {endpoint, close} = await candidate.prepare(context);
  try {
    return await use(endpoint);
  } finally {
    await close?.();
  }
}

const answer = (proposer: Candidate, settings: RerankedSettings, text = "item 3 is") =>
  prepared(reranked("both", proposer, [ranker], settings), (endpoint) => endpoint.complete(request(text)));

/** The sums that the parts lead to, by answer. */
async function sums(weights: [number, number], text = "item 3 is"): Promise<Record<string, number>> {
  const {logprobs} = await judge.score!({...request(text), model: "tiny"}, colours);
  return Object.fromEntries(
    colours.map((one, i) => [one, weights[0] * taste[one]! + weights[1] * logprobs[i]!])
  );
}

const likeliest = (all: Record<string, number>) =>
  Object.entries(all).reduce((best, one) => (one[1] > best[1] ? one : best))[0];

describe("answers chosen by several models", () => {
  it("are those with the highest weighted sum of log probabilities", {tags: ["long"]}, async () => {
    const picked = new Set<string>();
    for (const weights of [
      [1, 0],
      [1, 0.05],
      [1, 1],
      [0, 1]
    ] as [number, number][]) {
      const all = await sums(weights);
      const {text, logprobs} = await answer(classifier(taste), {weights});
      expect(text).toBe(likeliest(all));
      picked.add(text);
      const total = Math.log(Object.values(all).reduce((sum, one) => sum + Math.exp(one), 0));
      expect(logprobs).toHaveLength(1);
      expect(logprobs![0]!.logprob).toBeCloseTo(all[text]! - total, 5);
      expect(logprobs![0]!.top!.map(({token}) => token)[0]).toBe(text);
    }
    expect(picked.size).toBeGreaterThan(1);
    expect(await answer(classifier(taste), {})).toMatchObject({text: likeliest(await sums([1, 1]))});
    const words = (await prepared(classifier(taste), (one) => one.complete(request("item 3 is")))).usage!;
    expect((await answer(classifier(taste), {weights: [1, 0]})).usage).toMatchObject(words);
    expect((await answer(classifier(taste), {})).usage!.promptTokens).toBeGreaterThan(words.promptTokens);
  });

  it("are among so many as the proposer is asked for", async () => {
    const {logprobs} = await answer(classifier(taste), {answers: 2, weights: [0, 1]});
    expect(logprobs![0]!.top!.map(({token}) => token).sort()).toEqual(["green", "red"]);
    expect(await answer(classifier(taste), {answers: 1, weights: [0, 1]})).toMatchObject({text: "red"});
    const few = {...request("item 3 is"), params: {top_logprobs: 2}};
    const told = await prepared(reranked("both", classifier(taste), [ranker]), (one) => one.complete(few));
    expect(told.logprobs![0]!.top).toHaveLength(2);
    expect(told.logprobs![0]!.top![0]!.token).toBe(told.text);
  });

  it("may be samples of a language model, whose whole answers are scored", async () => {
    const proposer = localCandidate("writer", join(folder, "tiny"), {
      ...own,
      params: {temperature: 1.2, max_tokens: 4}
    });
    const asked = await prepared(
      reranked("both", proposer, [ranker], {answers: 4, weights: [1, 0]}),
      (endpoint) => endpoint.complete(request("hello"))
    );
    const proposed = asked.logprobs![0]!.top!.map(({token}) => token);
    expect(proposed.length).toBeGreaterThan(1);
    const {logprobs} = await judge.score!({...request("hello"), model: "tiny"}, proposed);
    expect(asked.text).toBe(proposed[logprobs.indexOf(Math.max(...(logprobs as number[])))]);
    expect(asked.usage!.completionTokens).toBeGreaterThan(4);
    // The tiny model never ends an answer by itself so early.
    expect(asked.finishReason).toBe("length");
  });

  it("need a proposer that tells how likely its answers are, unless the rankers choose alone", async () => {
    const silent = candidate(
      "silent",
      recorded({name: "a recording", rows: [{id: "w1", output: "blue"}], price: price(1)}),
      "recorded"
    );
    const asked = (weights: number[]) =>
      prepared(reranked("both", silent, [ranker], {answers: 1, weights}), (endpoint) =>
        endpoint.complete(request("item 1 is"), {rowId: "w1"})
      );
    await expect(asked([1, 1])).rejects.toThrow(
      "reranked both: silent tells no log probabilities of its answers. Give it the weight 0"
    );
    expect(await asked([0, 1])).toMatchObject({text: "blue"});
  });

  it("pass over what a ranker has no room for", async () => {
    const long = "x".repeat(300);
    const {text, logprobs} = await answer(classifier({...taste, [long]: -0.01}), {});
    expect(text).toBe(likeliest(await sums([1, 1])));
    expect(logprobs![0]!.top!.map(({token}) => token)).not.toContain(long);
    expect(await answer(classifier({[long]: -0.01}), {})).toMatchObject({text: long, logprobs: undefined});
  });

  it("come from models that fit together", async () => {
    expect(() => reranked("x", ranker, [])).toThrow("reranked x has no ranker");
    expect(() => reranked("x", ranker, [ranker], {weights: [1]})).toThrow(
      "reranked x has 2 models and 1 weights"
    );
    expect(() => reranked("x", ranker, [ranker], {weights: [1, -1], answers: 0})).toThrow(
      /answers[\s\S]*weights|weights[\s\S]*answers/
    );
    await expect(
      prepared(reranked("x", ranker, [classifier(taste)]), () => Promise.resolve())
    ).rejects.toThrow("reranked x: classifier cannot tell how likely a given answer is");
  });

  it("are known by their models, weights and number", async () => {
    const identity = (settings: RerankedSettings) =>
      prepared(reranked("x", ranker, [ranker], settings), (endpoint) => endpoint.identity("x"));
    const one = await identity({});
    expect(await identity({weights: [1, 1], answers: 10})).toEqual(one);
    expect(await identity({weights: [1, 2]})).not.toEqual(one);
    expect(await identity({answers: 9})).not.toEqual(one);
  });

  it("are a candidate of an eval, with the tokens and costs of all its models", async () => {
    const dear = localCandidate("tiny", join(folder, "tiny"), {...own, price: price(20)});
    const both = reranked("both", classifier(taste, 1), [dear], {weights: [1, 0.05]});
    const definition = wordsEval(recorded({name: "none", rows: []}), {
      candidates: [classifier(taste), ranker, both].map((one) => ({...one, params: {max_tokens: 3}})),
      part: "test"
    });
    const {manifest} = await runEval(definition, {
      ...project,
      evalName: "words",
      options: {preflight: false}
    });
    expect(manifest).toMatchObject({status: "complete", counts: {failed: 0}});
    const recordedAs = manifest!.candidates.find(({name}) => name === "both")!;
    expect(recordedAs.stages!.map(({name}) => name)).toEqual(["classifier", "tiny"]);
    expect(recordedAs.answerers).toMatchObject([
      {name: "classifier", endpointKind: "embedded"},
      {name: "tiny", endpointKind: "embedded"}
    ]);
    const rows = await project.store.rows<{
      output: string;
      prompt_tokens: number;
      least: number;
      stage_tokens: string;
      cost_usd: number;
    }>(
      `select output, prompt_tokens::int as prompt_tokens, stage_tokens::varchar as stage_tokens, cost_usd::double as cost_usd,
         (select min(prompt_tokens)::int from completions where run = $run and candidate = 'tiny') as least
       from completions where run = $run and candidate = 'both'`,
      {run: manifest!.id}
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const {output, prompt_tokens, least, stage_tokens, cost_usd} of rows) {
      expect(colours).toContain(output);
      // The ranker reads the prompt with each of three answers.
      expect(prompt_tokens).toBeGreaterThan(3 * least);
      const [first, second] = JSON.parse(stage_tokens) as [number, number, number][];
      expect(cost_usd).toBeCloseTo((1 * (first![0] + first![1]) + 20 * (second![0] + second![1])) / 1e6, 12);
    }
  });
});
