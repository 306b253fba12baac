// @module-tag long
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, describe, expect, it, vi} from "vitest";
import {costsVerb} from "../../../../src/cli/evals/costs/costs.js";
import {openAICompatible} from "../../../../src/inference/endpoints/index.js";
import {runEval} from "../../../../src/evals/runner/index.js";
import {judgePairwise, judgeRating} from "../../../../src/evals/scorers/index.js";
import {runPath} from "../../../../src/base/store/index.js";
import {printed} from "../../../support/printed.js";
import {type ModelServer, startModelServer, withoutProbes} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {judgedUnderBudget, price} from "../support/judgedUnderBudget.js";
import {server, wordsEval, wordsProject} from "../support/project.js";

const servers: ModelServer[] = [];
afterAll(() => Promise.all(servers.map((one) => one.close())));

describe("the calls of scorers", () => {
  it("are counted before, made once for equal questions, and kept to -j", async () => {
    const project = await wordsProject(await temporaryProject(), 60);
    let [open, most] = [0, 0];
    const judge = await startModelServer({
      answer: () => "[[7]]",
      behave: () => ((most = Math.max(most, ++open)), setTimeout(() => open--, 8), {latencyMs: 10})
    });
    const model = await startModelServer();
    servers.push(judge, model);
    const endpoint = server(judge.url, "judge");
    const definition = wordsEval(server(model.url), {
      repeats: 3,
      scorers: {
        rating: judgeRating({endpoint, model: "test-model", rubric: "good"}),
        better: judgePairwise({endpoint, model: "test-model", rubric: "good", baseline: () => "none"})
      }
    });
    const inputs = {...project, evalName: "words"};
    const {dryRun} = await runEval(definition, {...inputs, options: {dryRun: true}});
    expect(dryRun!.scorers.map(({name, calls}) => ({name, calls}))).toEqual([
      {name: "rating", calls: dryRun!.calls},
      {name: "better", calls: 2 * dryRun!.calls}
    ]);
    expect(judge.requests).toEqual([]);
    const {manifest, scorerCalls} = await runEval(definition, {...inputs, options: {concurrency: 4}});
    // Three repeats of one answer make one question.
    const asked = withoutProbes(judge.requests).map(({prompt}) => prompt);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThan((dryRun!.calls * 3) / 2);
    expect(manifest!.scorerCalls).toMatchObject({calls: asked.length});
    expect(scorerCalls).toBe(asked.length);
    expect(manifest!.counts.scored).toBe(manifest!.counts.completed);
    expect(most).toBeLessThanOrEqual(4);
    project.store.close();
  });

  it.each([0.5])(
    "never take a run over its budget at 64 in flight, with time-outs (at %d of the cost); what is owed is asked next",
    judgedUnderBudget
  );

  it("stand in the run's record with the judge's price, and are priced again by another list", async () => {
    const folder = await temporaryProject();
    const project = await wordsProject(folder, 24);
    const model = await startModelServer();
    const judge = await startModelServer({answer: () => "[[7]]"});
    servers.push(model, judge);
    const rating = (stated: boolean) =>
      judgeRating({
        endpoint: openAICompatible({
          name: "judge",
          baseUrl: judge.url,
          hosting: "api",
          trust: "local",
          price: stated ? price : undefined
        }),
        model: "judge-model",
        rubric: "good"
      });
    const run = async (stated: boolean, evalName: string, options: object = {}) => {
      const definition = wordsEval(server(model.url), {scorers: {rating: rating(stated)}});
      return (await runEval(definition, {...project, evalName, options})).manifest!;
    };
    const manifest = await run(true, "words");
    const made = withoutProbes(judge.requests).length;
    expect(manifest.scorers[0]!.asks).toEqual({model: "judge-model", endpoint: "judge", price});
    const tokens = {answers: made, counted: made, promptTokens: 12 * made, completionTokens: 3 * made};
    expect(manifest.scorerCalls).toMatchObject({
      calls: made,
      costUsd: expect.closeTo((15 * made * 100) / 1e6, 9),
      models: [{endpoint: "judge", model: "judge-model", price, ...tokens}]
    });
    const kept = await run(false, "unpriced", {noReuse: true});
    expect(kept.scorers[0]!.asks).toEqual({model: "judge-model", endpoint: "judge"});
    project.store.refresh();
    expect(await project.store.rows("select scorer, candidate, model, input from run_prices")).toEqual([
      {scorer: "rating", candidate: null, model: "judge-model", input: 100}
    ]);
    const file = join(folder, "other.json");
    const row = {
      model: "judge-model",
      asOf: "2026-11-01",
      source: "a list",
      inputPerMillion: 2,
      outputPerMillion: 4
    };
    await writeFile(file, JSON.stringify({kind: "prices", prices: [row]}));
    vi.stubEnv("ASSAY_PROJECT", folder);
    const costs = (options: object) =>
      printed(() => costsVerb(manifest.id, {volume: 1000, months: 12, ...options}));
    expect(await costs({})).toContain(
      `scorers asked judge-model at judge: ${made} answers, $${((15 * made * 100) / 1e6).toFixed(4)} for the run`
    );
    const again = await costs({prices: file, at: "2026-11-02"});
    expect(again).toContain(
      `${made} answers, $${((((12 - 4) * 2 + 4 * 2 + 3 * 4) * made) / 1e6).toFixed(4)} for the run`
    );
    expect(again).toContain(
      "price of judge-model, asked by scorers: $2 in, $4 out a million tokens, 2026-11-01, a list"
    );
    // A run made before its record had them.
    const path = runPath(project.store.workspace, manifest.id, "manifest.json");
    await writeFile(
      path,
      JSON.stringify({
        ...manifest,
        scorerCalls: {...manifest.scorerCalls, models: undefined},
        scorers: manifest.scorers.map((scorer) => ({...scorer, asks: undefined}))
      })
    );
    expect(await costs({})).not.toContain("scorers asked");
    vi.unstubAllEnvs();
    project.store.close();
  });

  it("are refused a budget without a price", async () => {
    const project = await wordsProject(await temporaryProject(), 12);
    const judge = openAICompatible({
      name: "judge",
      baseUrl: "http://127.0.0.1:1",
      hosting: "api",
      trust: "local"
    });
    const definition = wordsEval(server("http://127.0.0.1:1"), {
      scorers: {rating: judgeRating({endpoint: judge, model: "m", rubric: "good"})}
    });
    await expect(
      runEval(definition, {...project, evalName: "words", options: {budgetUsd: 1, preflight: false}})
    ).rejects.toThrow(/none is known for scorer rating \(m at judge\)/);
    project.store.close();
  });
});
