// @module-tag long
import {spawn} from "node:child_process";
import {afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi} from "vitest";
import {costsVerb} from "../../../../src/cli/evals/costs/costs.js";
import {costWords, scorersCost} from "../../../../src/cli/evals/runs/runCost.js";
import {embeddingEndpoint} from "../../../../src/inference/endpoints/index.js";
import {type RunOptions, runEval} from "../../../../src/evals/runner/index.js";
import {embeddingSimilarity} from "../../../../src/evals/scorers/index.js";
import {openStore, type RunManifest} from "../../../../src/base/store/index.js";
import {childScript} from "../../../support/childScript.js";
import {startEmbeddingServer} from "../../../support/embeddingServer.js";
import {type Behaviour, type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {printed} from "../../../support/printed.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {judgedRun, pricedJudge} from "../support/judgedRun.js";
import {openWordsProject, type Project, server, wordsEval, wordsProject} from "../support/project.js";

const script = await childScript(new URL("../support/killedJudge.ts", import.meta.url));

let project: Project;
let folder: string;
let model: ModelServer;
/** How a judge answers. */
let behave: () => Behaviour;
/** Replies of the judge that were billed. */
let billed = 0;
/** Dollars of each at one for a token: more than a budget sets aside by the prompt's bytes, so that it holds as many replies as told. */
const EACH = 9000;
const budget = (replies: number) => ({budgetUsd: (replies - 0.5) * EACH});
const usage = {prompt_tokens: EACH - 3, completion_tokens: 3};
const empty: Behaviour = {body: {choices: [], usage}};
const answer = {message: {role: "assistant", content: "[[10]]"}, finish_reason: "stop", index: 0};
const good: Behaviour = {body: {choices: [answer], usage}};
const untold: Behaviour = {body: {choices: [answer]}};

beforeAll(async () => {
  model = await startModelServer({
    behave({body}) {
      if (body.model !== "judge") return undefined;
      const how = behave();
      if (!how.latencyMs) billed++;
      return how;
    }
  });
});
afterAll(() => model.close());
beforeEach(async () => {
  billed = 0;
  behave = () => good;
  folder = await temporaryProject();
  project = await wordsProject(folder, 24);
  return () => project.store.close();
});

const run = (endpoint?: ReturnType<typeof pricedJudge>, options: RunOptions = {}) =>
  judgedRun(project, model.url, {endpoint, options});
const costs = async (id: string) => {
  vi.stubEnv("ASSAY_PROJECT", folder);
  try {
    return await printed(() => costsVerb(id, {volume: 1000, months: 12}));
  } finally {
    vi.unstubAllEnvs();
  }
};
const modelsUsd = ({scorerCalls}: RunManifest) =>
  scorerCalls!.models!.reduce((sum, {costUsd}) => sum + costUsd!, 0);

it("a judge's answers to a start that was killed are in the cost beside what was sealed before, failed calls among it", async () => {
  let times = 0;
  behave = () => (times++ < 3 ? empty : good);
  const first = await run(undefined, budget(6));
  expect(first.scorerCalls!.costUsd).toBeCloseTo(billed * EACH, 6);
  expect(first.status).toBe("partial");
  project.store.close();
  const sealed = billed;
  const killed = spawn(process.execPath, [script, folder, model.url]);
  behave = () => {
    if (billed < sealed + 3) return good;
    setTimeout(() => killed.kill("SIGKILL"), 50);
    return {latencyMs: 60_000};
  };
  expect(await new Promise((resolve) => killed.once("close", (_code, signal) => resolve(signal)))).toBe(
    "SIGKILL"
  );
  expect(billed).toBe(sealed + 3);
  project = await openWordsProject(await openStore(folder));
  behave = () => good;
  const whole = await run();
  expect(whole).toMatchObject({id: first.id, status: "complete"});
  expect(billed).toBeGreaterThan(sealed + 3);
  expect(whole.scorerCalls!.costUsd).toBeCloseTo(billed * EACH, 6);
  expect(modelsUsd(whole)).toBeCloseTo(billed * EACH, 6);
  // Asked for once more it is the same.
  expect((await run()).scorerCalls).toEqual(whole.scorerCalls);
});

it("a judge whose price changed between two starts is billed at each, in the record, its prices and assay costs", async () => {
  const first = await run(pricedJudge(model.url, 1), budget(4));
  const dear = billed;
  const whole = await run(pricedJudge(model.url, 3));
  expect([first.id, billed > dear]).toEqual([whole.id, true]);
  const usd = EACH * (dear + 3 * (billed - dear));
  expect(whole.scorerCalls!.costUsd).toBeCloseTo(usd, 6);
  expect(whole.scorerCalls!.models).toMatchObject([{counted: dear}, {counted: billed - dear}]);
  expect(await project.store.rows("select scorer, input from run_prices order by input")).toEqual([
    {scorer: "rated", input: 1e6},
    {scorer: "rated", input: 3e6}
  ]);
  expect(
    await project.store.rows("select asked_by, model, cost_usd, priced from run_side_calls order by priced")
  ).toEqual(
    [
      {asked_by: "scorers", model: "judge", cost_usd: dear * EACH, priced: dear},
      {asked_by: "scorers", model: "judge", cost_usd: (billed - dear) * 3 * EACH, priced: billed - dear}
    ].sort((a, b) => a.priced - b.priced)
  );
  const text = await costs(whole.id);
  expect(text).toContain(`${dear} answers, $${(dear * EACH).toFixed(4)} for the run, not in`);
  expect(text).toContain(
    `${billed - dear} answers, $${((billed - dear) * 3 * EACH).toFixed(4)} for the run, not in`
  );
});

it("the cost of a judge whose server tells no tokens is called not known, and estimated in assay costs", async () => {
  behave = () => untold;
  const none = await run();
  const {calls, costUsd, models} = none.scorerCalls!;
  expect([calls, costUsd]).toEqual([billed, undefined]);
  expect(models).toMatchObject([{counted: 0, estimated: {answers: billed, by: "a token for each 4 bytes"}}]);
  expect(costWords(none)).toEqual([
    `cost of its ${calls} scorer calls not known: ${calls} that told no tokens`
  ]);
  expect(scorersCost(none)).toBe("not known");
  const {promptTokens, completionTokens} = models![0]!.estimated!;
  const about = `(about $${(promptTokens + completionTokens).toFixed(4)} by a token for each 4 bytes, an estimate)`;
  expect(await costs(none.id)).toContain(
    `${calls} answers, cost not known: ${calls} that told no tokens ${about}, not in the costs above`
  );
});

it("says in assay costs, as in the record, that a judge's cost is of some of its answers", async () => {
  behave = () => (billed % 2 > 0 ? untold : good);
  const some = await run();
  const {calls, costUsd} = some.scorerCalls!;
  const left = billed - Math.round(costUsd! / EACH);
  const words = `at least $${costUsd!.toFixed(4)} for`;
  expect(costWords(some)).toEqual([
    `${words} its ${calls} scorer calls, not counting ${left} that told no tokens`
  ]);
  expect(await costs(some.id)).toContain(
    `${words} the run, not counting ${left} that told no tokens (about $`
  );
});

it("counts the tokens of an encoder whose server tells none, without its vectors", async () => {
  const vectors = await startEmbeddingServer({usage: false});
  onTestFinished(() => vectors.close());
  const encoder = embeddingEndpoint({
    name: "vectors",
    baseUrl: vectors.url,
    hosting: "api",
    trust: "local",
    price: {inputUsdPerMillion: 1e6, outputUsdPerMillion: 1e6, asOf: "2026-01-01", source: "test"}
  });
  const {manifest} = await runEval(
    wordsEval(server(model.url), {
      scorers: {close: embeddingSimilarity({endpoint: encoder, model: "small"})}
    }),
    {...project, evalName: "close", options: {preflight: false}}
  );
  const {calls, models} = manifest!.scorerCalls!;
  expect(models).toMatchObject([{counted: 0, estimated: {answers: calls, completionTokens: 0}}]);
  expect(models![0]!.estimated!.promptTokens).toBeGreaterThan(0);
});

it("says in assay costs of a judge's failed calls that told nothing that they are in no amount", async () => {
  let times = 0;
  behave = () => (times++ < 2 ? {status: 400} : good);
  const {id, scorerCalls} = await run();
  const {calls, models} = scorerCalls!;
  expect(models).toMatchObject([{answers: calls - 2}]);
  const text = await costs(id);
  expect(text).toContain(`${calls - 2} answers, $${((calls - 2) * EACH).toFixed(4)} for the run, not in`);
  expect(text).toContain("2 scorer calls failed and told no tokens: what they cost is in no amount");
});
