import {afterAll, beforeAll, beforeEach, expect, it} from "vitest";
import {
  candidate,
  type EvalDefinition,
  type RunOptions,
  runEval
} from "../../../../src/evals/runner/index.js";
import {exactMatch, judgeRating} from "../../../../src/evals/scorers/index.js";
import {type Behaviour, type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "../support/project.js";

let project: Project;
let model: ModelServer;
/** How the server answers to a model that was asked the same so many times before. */
let behave: (name: string, seen: number) => Behaviour | undefined;
let billed = 0;
const usage = {prompt_tokens: 12, completion_tokens: 3};
/** A reply that is billed and holds no answer. */
const empty: Behaviour = {body: {choices: [], usage}};
const EACH = 15;

beforeAll(async () => {
  model = await startModelServer({
    behave({body, prompt}, seen) {
      const how = behave(body.model!, seen);
      if (!how || how === empty) billed += EACH;
      return how ?? (prompt.includes("how good") ? {text: "[[10]]"} : undefined);
    }
  });
});
afterAll(() => model.close());
beforeEach(async () => {
  billed = 0;
  model.byPrompt.clear();
  project = await wordsProject(await temporaryProject(), 24);
  return () => project.store.close();
});

/** A dollar for each token. */
const api = () =>
  server(model.url, "api", {
    hosting: "api",
    price: {inputUsdPerMillion: 1e6, outputUsdPerMillion: 1e6, asOf: "2026-01-01", source: "test"}
  });
const run = async (changes: Partial<EvalDefinition> = {}, options: Partial<RunOptions> = {}) => {
  const candidates = [candidate("one", api(), "test-model", {params: {max_tokens: 3}})];
  const result = await runEval(wordsEval(api(), {candidates, ...changes}), {
    ...project,
    evalName: "words",
    options: {preflight: false, concurrency: 4, ...options}
  });
  return {...result, manifest: result.manifest!};
};

it("counts what a call took that was put off after a reply without an answer, in the budget and in the cost", async () => {
  behave = (_name, seen) => [empty, {status: 429}][seen];
  const budgetUsd = 20 * EACH;
  const first = await run({}, {budgetUsd});
  expect(first.manifest.status).toBe("partial");
  expect(first.spentUsd).toBeCloseTo(billed, 6);
  expect(billed).toBeLessThanOrEqual(budgetUsd);
  expect(first.manifest.costUsd).toBeCloseTo(billed, 6);

  const whole = await run();
  expect(whole.manifest).toMatchObject({status: "complete", counts: {failed: 0}});
  expect(billed).toBe(2 * EACH * whole.manifest.counts.planned);
  expect(whole.manifest.costUsd).toBeCloseTo(billed, 6);
  // Of calls that only waited, all attempts are in the cost of the answer.
  expect(whole.manifest.supersededUsd).toBeGreaterThan(0);
});

it.each([
  ["of every row", "{{text}}"],
  ["of rows that ask the same", "{{topic}}"]
])("keeps in the cost what failed calls %s were billed when they are asked again", async (_which, prompt) => {
  behave = () => empty;
  const failed = await run({prompt});
  const {planned} = failed.manifest.counts;
  expect(failed.manifest.counts).toMatchObject({failed: planned, completed: 0});
  expect(failed.manifest.costUsd).toBeCloseTo(billed, 6);
  const lost = billed;
  behave = () => undefined;
  const mended = await run({prompt}, {retryFailed: true});
  expect(mended.manifest).toMatchObject({id: failed.manifest.id, counts: {failed: 0}});
  expect(billed).toBeGreaterThan(lost);
  expect(mended.manifest.costUsd).toBeCloseTo(billed, 6);
  expect(mended.manifest.supersededUsd).toBeCloseTo(lost, 6);
});

it("counts what a judge's failed calls took, and says how many attempts told nothing", async () => {
  const seen = new Map<string, number>();
  behave = (name) => {
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    if (name !== "judge") return undefined;
    return times < 3 ? empty : times < 5 ? {drop: "middle"} : undefined;
  };
  const rated = judgeRating({endpoint: api(), model: "judge", rubric: "how good"});
  const {manifest, uncountedAttempts} = await run({scorers: {exact: exactMatch, rated}}, {concurrency: 1});
  const {calls, costUsd, models} = manifest.scorerCalls!;
  expect(manifest.costUsd! + costUsd!).toBeCloseTo(billed, 6);
  expect(models).toMatchObject([{model: "judge", counted: calls}]);
  expect(models![0]!.answers).toBeLessThan(calls);
  expect(uncountedAttempts).toBe(2);
});
