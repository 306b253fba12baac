// @module-tag long
import {existsSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {cascade, reranked} from "../../../src/evals/candidates/index.js";
import {callsOf} from "../../../src/evals/decisions/index.js";
import {type Endpoint, EndpointError, openAICompatible} from "../../../src/inference/endpoints/index.js";
import {
  type Candidate,
  candidate,
  type RunInputs,
  type RunOptions,
  runEval
} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {runPath} from "../../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "../runner/support/project.js";

let project: Project;
let model: ModelServer;
/** How the server answers `large`. */
let large: () => {status: number} | undefined = () => undefined;
let served = 0;
beforeAll(async () => {
  project = await wordsProject(await temporaryProject(), 12);
  model = await startModelServer({
    behave: ({body}) => (body.model === "large" ? large() : undefined),
    // No two answers agree: the large model is asked about every row.
    answer: () => `answer ${served++}`
  });
});
afterAll(async () => {
  project.store.close();
  await model.close();
});

/** Each answer of the server has 12 prompt tokens and some of 3 completion tokens. */
const price = {inputUsdPerMillion: 1000, outputUsdPerMillion: 0, asOf: "2026-01-01", source: "test"};
const EACH = 0.012;
const endpoint = (changes: Partial<Parameters<typeof openAICompatible>[0]> = {}): Endpoint =>
  openAICompatible({
    name: "gateway",
    baseUrl: model.url,
    hosting: "api",
    trust: "local",
    price,
    retries: 0,
    ...changes
  });
const asked = (name: string) => model.requests.filter(({body}) => body.model === name).length;
const params = {max_tokens: 20};
const both = (at = endpoint()) =>
  cascade("both", [candidate("small", at, "small", {params}), candidate("large", at, "large", {params})], {
    signal: "agreement",
    thresholds: [0.9],
    repeats: 3
  });

async function run(
  one: Candidate,
  options: Partial<RunOptions> = {},
  inputs: Partial<RunInputs> = {},
  repeats = 1
) {
  const before = {small: asked("small"), large: asked("large")};
  const {manifest, spentUsd} = await runEval(wordsEval(endpoint(), {candidates: [one], repeats}), {
    ...project,
    evalName: "words",
    ...inputs,
    options: {preflight: false, ...options}
  });
  const calls = {small: asked("small") - before.small, large: asked("large") - before.large};
  const folder = runPath(project.store.workspace, manifest!.id, "stage-answers.ndjson");
  return {manifest: manifest!, spentUsd, calls, kept: existsSync(folder)};
}

it("a failed answer of a cascade has the tokens and cost of the models that had answered, and they are not asked again", async () => {
  large = () => ({status: 400});
  const first = await run(both(), {budgetUsd: 10});
  const {planned} = first.manifest.counts;
  expect(first.calls).toEqual({small: 3 * planned, large: planned});
  expect(first.manifest.counts.failed).toBe(planned);
  expect(first.manifest.costUsd).toBeCloseTo(3 * EACH * planned, 9);
  expect(first.spentUsd).toBeCloseTo(3 * EACH * planned, 9);
  const rows = await project.store.rows(
    "select distinct prompt_tokens::int as tokens, stage_tokens[:4] as stages, cost_usd from completions where run = $run",
    {run: first.manifest.id}
  );
  expect(rows).toEqual([{tokens: 36, stages: "[[36", cost_usd: expect.closeTo(3 * EACH, 9) as number}]);
  expect(first.kept).toBe(true);
  // What nobody answered has no cost by row.
  expect((await callsOf(project.store, first.manifest))[0]!.cost).toBeUndefined();

  large = () => undefined;
  const second = await run(both(), {budgetUsd: 10, retryFailed: true});
  expect(second.calls).toEqual({small: 0, large: planned});
  expect(second.manifest.counts).toMatchObject({completed: planned, failed: 0});
  expect(second.manifest.costUsd).toBeCloseTo(4 * EACH * planned, 9);
  // The budget is that of one start.
  expect(second.spentUsd).toBeCloseTo(EACH * planned, 9);
  expect(second.kept).toBe(false);
});

it("what models of a cascade had answered when a run was stopped is not asked again", async () => {
  const stop = new AbortController();
  large = () => (stop.abort(), undefined);
  const first = await run(both(), {noReuse: true, concurrency: 2}, {abortSignal: stop.signal});
  const {planned, completed, failed} = first.manifest.counts;
  expect(completed + failed).toBeLessThan(planned);
  expect(first.calls.small).toBeGreaterThanOrEqual(3);
  large = () => undefined;
  const second = await run(both(), {noReuse: true});
  expect(second.manifest.id).toBe(first.manifest.id);
  expect(first.calls.small + second.calls.small).toBeLessThanOrEqual(3 * planned + 2);
  expect(second.manifest.counts.completed).toBe(planned);
  expect(second.manifest.costUsd).toBeCloseTo(4 * EACH * planned, 9);
});

it("a call that is made again after a pause of its endpoint pays the models before it once", async () => {
  let failing = 14;
  large = () => (failing-- > 0 ? {status: 500} : undefined);
  const {manifest, calls, spentUsd} = await run(
    both(),
    {noReuse: true, concurrency: 16, budgetUsd: 100},
    {},
    3
  );
  const {planned, failed} = manifest.counts;
  // Ten in a row pause it; they, and those in flight that fail then, are made again.
  expect(failed).toBe(0);
  expect(calls).toEqual({small: 3 * planned, large: planned + 14});
  expect(manifest.costUsd).toBeCloseTo(4 * EACH * planned, 9);
  expect(spentUsd).toBeGreaterThanOrEqual(4 * EACH * planned - 1e-9);
});

it("what a proposer had answered when a reranked answer failed has its cost, and is not asked again", async () => {
  let works = false;
  const ranker: Endpoint = {
    name: "ranker",
    kind: "embedded",
    hosting: "edge",
    trust: "local",
    identity: () => Promise.resolve({ranker: "test"}),
    complete: () => Promise.reject(new Error("it only ranks")),
    score: (_request, answers) =>
      works
        ? Promise.resolve({
            logprobs: answers.map((_, i) => -i),
            usage: {promptTokens: 0, completionTokens: 0},
            latencyMs: 1,
            costUsd: 0
          })
        : Promise.reject(new EndpointError("bad-request", "it does not work"))
  };
  const one = () =>
    reranked("chosen", candidate("small", endpoint(), "small"), [candidate("ranker", ranker, "ranker")], {
      answers: 2,
      weights: [0, 1]
    });
  const first = await run(one());
  const {planned, failed} = first.manifest.counts;
  expect([failed, first.calls.small]).toEqual([planned, 2 * planned]);
  expect(first.manifest.costUsd).toBeCloseTo(2 * EACH * planned, 9);
  works = true;
  const second = await run(one(), {retryFailed: true});
  expect(second.calls.small).toBe(0);
  expect(second.manifest.counts.completed).toBe(planned);
  expect(second.manifest.costUsd).toBeCloseTo(2 * EACH * planned, 9);
});

const TIERED = {...price, tiers: [{abovePromptTokens: 30, inputUsdPerMillion: 100_000}]};

it("reused answers are priced at the tier of each call, not of all that a model was asked", async () => {
  large = () => undefined;
  const tiered = () => both(endpoint({price: TIERED}));
  const first = await run(tiered(), {noReuse: true});
  const {planned} = first.manifest.counts;
  expect(first.manifest.costUsd).toBeCloseTo(4 * EACH * planned, 9);
  const {manifest} = await runEval(
    wordsEval(endpoint(), {candidates: [tiered()], scorers: {renamed: exactMatch}}),
    {...project, evalName: "words", options: {preflight: false}}
  );
  const [reused] = await project.store.rows<{usd: number; calls: number}>(
    "select sum(cost_usd)::double as usd, count(*)::int as calls from completions where run = $run",
    {run: manifest!.id}
  );
  expect(manifest!.id).not.toBe(first.manifest.id);
  expect(reused).toEqual({usd: expect.closeTo(4 * EACH * planned, 9) as number, calls: planned});
  const {cost} = (await callsOf(project.store, manifest!))[0]!;
  expect(cost!.usdPerThousand).toBeCloseTo(1000 * 4 * EACH, 6);
});

it("a price of the list is that of each call's tier in a budget, too", async () => {
  const folder = join(project.store.workspace.project, "prices");
  mkdirSync(folder, {recursive: true});
  const listed = {asOf: "2026-01-01", source: "test", inputPerMillion: 1000, outputPerMillion: 0};
  const tiers = [{abovePromptTokens: 30, inputPerMillion: 100_000}];
  const prices = ["small", "large"].map((model) => ({model, ...listed, tiers}));
  writeFileSync(join(folder, "list.json"), JSON.stringify({kind: "prices", prices}));
  const {spentUsd, manifest} = await run(both(endpoint({price: undefined})), {
    noReuse: true,
    budgetUsd: 1000
  });
  expect(spentUsd).toBeCloseTo(4 * EACH * manifest.counts.planned, 9);
});
