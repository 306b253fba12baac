import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {dryRunText} from "../../../src/cli/evals/run/dryRunText.js";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import type {ModelParameters} from "../../../src/inference/endpoints/types.js";
import {candidate, runEval, type RunOptions} from "../../../src/evals/runner/index.js";
import {type Behaviour, type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "./support/project.js";

const price = {inputUsdPerMillion: 10, outputUsdPerMillion: 30, asOf: "2026-11-01", source: "test"};

describe("a dry run", () => {
  let model: ModelServer;
  let project: Project;
  let rows: number;
  let behave: (() => Behaviour | undefined) | undefined;
  beforeAll(async () => {
    model = await startModelServer({behave: () => behave?.()});
  });
  afterAll(() => model.close());
  beforeEach(async () => {
    behave = undefined;
    project = await wordsProject(await temporaryProject(), 40);
    rows = project.split.counts["test"]!;
    return () => project.store.close();
  });

  const definition = (priced = true, params: ModelParameters = {max_tokens: 20}) => {
    const endpoint = openAICompatible({
      name: "paid",
      baseUrl: model.url,
      hosting: "api",
      trust: "local",
      retries: 0,
      price: priced ? price : undefined
    });
    return wordsEval(endpoint, {candidates: [candidate("one", endpoint, "test-model", {params})]});
  };
  const run = (options: RunOptions, of = definition()) =>
    runEval(of, {...project, evalName: "words", options: {preflight: false, ...options}});
  const planned = async (options: RunOptions, of = definition()) => {
    const {dryRun} = await run({dryRun: true, ...options}, of);
    return {dryRun: dryRun!, text: dryRunText("words", dryRun!, {raced: false})};
  };

  it("says with a budget that the run would be refused, in the words of the run", async () => {
    const {dryRun, text} = await planned({budgetUsd: 1}, definition(false));
    expect(dryRun.calls).toBe(rows);
    const refusal = await run({budgetUsd: 1}, definition(false)).catch((error: Error) => error.message);
    expect(refusal).toMatch(/^a budget needs prices, and none is known for one \(test-model at paid\)/);
    expect(dryRun.budget).toEqual({usd: 1, refusal});
    expect(text).toContain(`The run would be refused: ${String(refusal)}`);
    expect((await planned({}, definition(false))).dryRun.budget).toBeUndefined();
  });

  it("says whether the expected cost fits a budget, and nothing of it where nothing is asked", async () => {
    const usd = (await planned({})).dryRun.costUsd!;
    const little = await planned({budgetUsd: usd / 2});
    expect(little.dryRun.budget).toEqual({usd: usd / 2, fits: false});
    expect(little.text).toMatch(
      /for this command: the expected cost of \$[\d.]+ does not fit, the run would stop at the budget/
    );
    const enough = await planned({budgetUsd: 2 * usd});
    expect(enough.text).toMatch(/for this command: the expected cost fits/);
    const open = await planned({budgetUsd: usd}, definition(true, {}));
    expect(open.text).toMatch(/for this command: the run stops at it; whether the calls fit is not known/);
    await run({});
    expect((await planned({budgetUsd: 0})).dryRun.budget).toBeUndefined();
  });

  it("says what its tokens rest on, and takes prompt tokens from earlier answers", async () => {
    const guess = await planned({});
    expect(guess.text).toMatch(
      /prompt tokens \(a guess from their characters\), \d+ completion tokens \(at most, by max_tokens\)/
    );
    await run({limit: 5});
    const seen = await planned({});
    // The server counts 12 for every prompt.
    const mean = seen.dryRun.promptTokens / seen.dryRun.calls;
    expect(mean).toBeGreaterThan(11.8);
    expect(mean).toBeLessThan(12.2);
    expect(guess.dryRun.promptTokens / rows).not.toBeCloseTo(12, 1);
    expect(seen.text).toMatch(
      /prompt tokens \(as observed in earlier answers\), \d+ completion tokens \(as observed/
    );
    const whole = await planned({noReuse: true});
    expect(whole.dryRun.candidates[0]!.promptBasis).toBe("observed");
  });

  it("names calls that failed and how to make them again, and counts one call as one", async () => {
    let asked = 0;
    behave = () => (asked++ < 3 ? {status: 400} : undefined);
    const {manifest} = await run({concurrency: 1});
    const {failed} = manifest!.counts;
    expect(failed).toBeGreaterThan(0);
    const {dryRun, text} = await planned({});
    expect(dryRun).toMatchObject({calls: 0, reused: rows - failed, failed});
    expect(text).toContain(
      `0 calls of ${rows} planned (${rows - failed} in the store already, ${failed} failed)`
    );
    expect(text).toContain("failed before: --retry-failed makes");
    expect(text).toContain("cost $0.0000");
    const again = await planned({retryFailed: true});
    expect(again.dryRun).toMatchObject({calls: failed, failed: 0});
    expect((await planned({limit: 1, noReuse: true})).text).toMatch(/^words: 1 call of 1 planned/);
  });
});
