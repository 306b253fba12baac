import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {cascade} from "../../../src/evals/candidates/index.js";
import {callsOf} from "../../../src/evals/decisions/index.js";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {candidate, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch, judgeRating} from "../../../src/evals/scorers/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "../runner/support/project.js";

/** Without a price of its own, so that the project's list is what it costs. */
let api: ReturnType<typeof openAICompatible>;
let project: Project;
let model: ModelServer;
beforeAll(async () => {
  project = await wordsProject(await temporaryProject(), 12);
  let served = 0;
  model = await startModelServer({
    answer: ({prompt}) => (prompt.includes("How good") ? "[[10]]" : `answer ${served++}`)
  });
  api = openAICompatible({name: "api", baseUrl: model.url, hosting: "api", trust: "local"});
});
afterAll(async () => {
  project.store.close();
  await model.close();
});

/** Dollars per million tokens, at which a model's answers cost as many as the numbers of their tokens say. */
const LISTED = {small: 1e6, large: 10e6, judge: 100e6};
const list = (times: number) => {
  const prices = Object.entries(LISTED).map(([name, usd]) => ({
    model: name,
    asOf: "2026-02-01",
    source: "a list",
    inputPerMillion: usd * times,
    outputPerMillion: usd * times
  }));
  const folder = join(project.store.workspace.project, "prices");
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, "list.json"), JSON.stringify({kind: "prices", prices}));
};

const run = async (evalName: string) => {
  const shown: (number | undefined)[] = [];
  const params = {max_tokens: 20};
  const [small, large] = ["small", "large"].map((name) => candidate(name, api, name, {params}));
  const both = cascade("both", [small!, large!], {signal: "agreement", thresholds: [0.9], repeats: 3});
  const rated = judgeRating({endpoint: api, model: "judge", rubric: "How good is it?"});
  const definition = wordsEval(api, {candidates: [large!, both], scorers: {exact: exactMatch, rated}});
  const {manifest, calls} = await runEval(definition, {
    ...project,
    evalName,
    options: {preflight: false},
    effects: {onProgress: ({costUsd}) => shown.push(costUsd)}
  });
  return {manifest: manifest!, calls, shown: shown.at(-1)};
};
/** What the server has taken and given, in tokens: 12 and 3 for each answer. */
const tokens = (name: string) => 15 * model.requests.filter(({body}) => body.model === name).length;

it("keeps the prices of the project's list that a run was billed at, with what each call cost, in its record", async () => {
  list(1);
  const {manifest, shown} = await run("words");
  const rows = manifest.counts.planned / 2;
  const price = {inputUsdPerMillion: 10e6, asOf: "2026-02-01", source: "a list"};
  expect(manifest.candidates[0]!.price).toMatchObject(price);
  expect(manifest.candidates[1]!.stages).toMatchObject([{name: "small", price: {source: "a list"}}, {price}]);
  expect(manifest.scorers[1]!.asks).toMatchObject({model: "judge", price: {source: "a list"}});
  expect(manifest.unpricedCalls).toBe(0);
  const billed = tokens("small") + 10 * tokens("large");
  expect(manifest.costUsd).toBeCloseTo(billed, 6);
  expect(shown).toBeCloseTo(billed, 6);
  expect(manifest.scorerCalls!.costUsd).toBeCloseTo(100 * tokens("judge"), 6);
  const stated = await project.store.rows<{candidate: string | null; model: string; input: number}>(
    "select candidate, model, input from run_prices where source = 'a list' order by input, candidate"
  );
  expect(stated).toEqual([
    {candidate: "both", model: "small", input: LISTED.small},
    {candidate: "both", model: "large", input: LISTED.large},
    {candidate: "large", model: "large", input: LISTED.large},
    {candidate: null, model: "judge", input: LISTED.judge}
  ]);

  // A later list is for later runs.
  const before = await callsOf(project.store, manifest);
  expect((before[1]!.costUsdPerThousand! / 1000) * rows).toBeCloseTo(
    billed - (before[0]!.costUsdPerThousand! / 1000) * rows,
    6
  );
  list(2);
  expect(await callsOf(project.store, manifest)).toEqual(before);
  const later = await run("later");
  expect(later).toMatchObject({calls: 0, manifest: {costUsd: undefined}});
  for (const [at, {costUsdPerThousand: usd}] of (await callsOf(project.store, later.manifest)).entries())
    expect(usd).toBeCloseTo(2 * before[at]!.costUsdPerThousand!, 6);
});
