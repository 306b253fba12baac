// @module-tag long
import {afterAll, beforeAll, expect, it} from "vitest";
import {cascade} from "../../../../src/evals/candidates/index.js";
import {openAICompatible} from "../../../../src/inference/endpoints/index.js";
import {candidate, type RunOptions, runEval} from "../../../../src/evals/runner/index.js";
import {judgeRating} from "../../../../src/evals/scorers/index.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "../support/project.js";

let project: Project;
const servers: ModelServer[] = [];
beforeAll(async () => {
  project = await wordsProject(await temporaryProject(), 12);
});
afterAll(async () => {
  project.store.close();
  await Promise.all(servers.map((one) => one.close()));
});

const price = {inputUsdPerMillion: 1, outputUsdPerMillion: 1, asOf: "2026-01-01", source: "test"};

/** A plain candidate, a cascade and a judge on one endpoint. */
async function runOn(
  limits: Parameters<typeof openAICompatible>[0]["limits"],
  options: Partial<RunOptions> = {}
) {
  const arrived: number[] = [];
  const model = await startModelServer({
    behave: () => void arrived.push(performance.now()),
    latencyMs: 5,
    // No two repeats agree: every cascade asks its second model.
    answer: ({prompt}) => (prompt.includes("[[") ? "[[7]]" : `answer ${arrived.length}`)
  });
  servers.push(model);
  const endpoint = openAICompatible({
    name: "one server",
    baseUrl: model.url,
    hosting: "api",
    trust: "local",
    price,
    limits
  });
  const params = {max_tokens: 20};
  const small = candidate("small", endpoint, "test-model", {params});
  const large = candidate("large", endpoint, "test-model-2", {params});
  const both = cascade("both", [small, large], {signal: "agreement", thresholds: [0.9], repeats: 2});
  const rating = judgeRating({endpoint, model: "test-model", rubric: "good", params});
  const definition = wordsEval(endpoint, {candidates: [small, both], scorers: {rating}});
  const {manifest} = await runEval(definition, {
    ...project,
    evalName: "limited",
    options: {preflight: false, noReuse: true, ...options}
  });
  return {...manifest!, arrived, most: model.maxInFlight};
}

it("keeps to an endpoint's requests a minute over plain candidates, cascades and judges together", async () => {
  const {counts, arrived} = await runOn({requestsPerMinute: 900});
  expect(counts.scored).toBe(counts.planned);
  // A row takes one call of the plain candidate, three of the cascade, and one of the judge for each of both.
  expect(arrived.length).toBe(3 * counts.planned);
  const seconds = (arrived.at(-1)! - arrived[0]!) / 1000;
  // The bucket holds those of one second.
  expect(seconds).toBeGreaterThan((arrived.length - 1) / 15 - 1.05);
});

it("keeps to an endpoint's concurrency and to -j over all of them", async () => {
  expect((await runOn({concurrency: 2})).most).toBe(2);
  expect((await runOn(undefined, {concurrency: 2})).most).toBe(2);
});

it("ends under a budget with one place for all of them", async () => {
  const {counts} = await runOn(undefined, {concurrency: 1, budgetUsd: 0.01});
  expect(counts.scored).toBe(counts.planned);
  const {counts: few, stopped} = await runOn({concurrency: 1}, {budgetUsd: 0.0006});
  expect(few.completed).toBeLessThan(few.planned);
  expect(stopped).toContain("budget");
});
