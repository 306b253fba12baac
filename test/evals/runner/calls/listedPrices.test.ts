// @module-tag long
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, describe, expect, it} from "vitest";
import {cascade} from "../../../../src/evals/candidates/index.js";
import {dryRunText} from "../../../../src/cli/evals/run/dryRunText.js";
import {runReport} from "../../../../src/evals/decisions/index.js";
import {runRace} from "../../../../src/evals/races/runRace.js";
import {candidate} from "../../../../src/evals/runner/index.js";
import {exactMatch, judgeRating} from "../../../../src/evals/scorers/index.js";
import {startModelServer} from "../../../support/modelServer.js";
import {
  api,
  closeAll,
  DAY_MS,
  effects,
  keepsListedBudget,
  NOW,
  open,
  params,
  row,
  start,
  USD,
  words,
  writePrices
} from "../support/listedPrices.js";
import {wordsEval} from "../support/project.js";

afterAll(closeAll);

describe("a budget kept by the project's price list", () => {
  it.each([0.15])(
    "is not passed by candidates, a cascade, a judge, embeddings and preflights, 64 in flight and some late (at %d of the cost)",
    keepsListedBudget
  );

  it("refuses a model that neither its endpoint nor the list knows, a cascade's by its name", async () => {
    const project = await words(12);
    writePrices(project, [row("cheap")]);
    const paid = api("http://127.0.0.1:1", "paid");
    const [cheap, dear] = ["cheap", "dear"].map((name) => candidate(name, paid, name, {params}));
    const both = cascade("both", [cheap!, dear!], {signal: "length", thresholds: [-4]});
    await expect(
      start(project, wordsEval(paid, {candidates: [cheap!, both]}), {budgetUsd: 1})
    ).rejects.toThrow(/a budget needs prices, and none is known for both \(dear at paid\)/);
    writeFileSync(join(project.store.workspace.project, "prices", "list.json"), "{");
    await expect(start(project, wordsEval(paid, {candidates: [cheap!]}), {budgetUsd: 1})).rejects.toThrow(
      /prices\/list\.json is not JSON[^]*none is known for cheap \(cheap at paid\)/
    );
  });

  it("takes of several providers' rows that of the endpoint, and says what to do where none is its", async () => {
    const project = await words(12);
    writePrices(project, [
      row("azure/cheap"),
      row("cheapo/cheap", {inputPerMillion: 1, outputPerMillion: 1})
    ]);
    const model = await startModelServer();
    open.push(model);
    const evalOf = (name: string) => {
      const paid = api(model.url, name);
      return wordsEval(paid, {candidates: [candidate("cheap", paid, "cheap", {params})]});
    };
    await expect(start(project, evalOf("paid"), {budgetUsd: 1})).rejects.toThrow(
      /the price list has several prices for cheap at paid: azure\/cheap .*, cheapo\/cheap .*Name the endpoint/
    );
    const unknown = await start(project, evalOf("paid"));
    const {verdict} = await runReport(project.store, unknown.manifest!);
    expect(verdict.costs).toBeUndefined();
    expect(verdict.warnings.join()).toContain("several prices for cheap at paid");

    const known = await start(project, evalOf("our azure"), {budgetUsd: 1});
    const priced = await runReport(project.store, known.manifest!);
    expect(priced.verdict.costs!["cheap"]!.price!.inputUsdPerMillion).toBe(USD);
    expect(priced.verdict.warnings.join()).not.toContain("several prices");
  });

  it("changes no run: with another list there is nothing to do", async () => {
    const project = await words(12);
    const model = await startModelServer();
    open.push(model);
    const paid = api(model.url, "paid");
    const definition = wordsEval(paid, {candidates: [candidate("cheap", paid, "cheap", {params})]});
    const first = await start(project, definition);
    writePrices(project, [row("cheap")]);
    const again = await start(project, definition, {budgetUsd: 1});
    expect(again).toMatchObject({unchanged: true, calls: 0});
    expect(again.manifest!.planHash).toBe(first.manifest!.planHash);
    expect(again.manifest!.candidates[0]!.price).toBeUndefined();
  });

  it("holds in a race, its judge included", async () => {
    const project = await words(200);
    writePrices(project, [row("cheap"), row("dear"), row("judge-model")]);
    const model = await startModelServer();
    const judge = await startModelServer({answer: () => "[[7]]"});
    open.push(model, judge);
    const paid = api(model.url, "paid");
    const rating = judgeRating({
      endpoint: api(judge.url, "judge"),
      model: "judge-model",
      rubric: "good",
      params
    });
    const definition = wordsEval(paid, {
      candidates: ["cheap", "dear"].map((name) => candidate(name, paid, name, {params})),
      scorers: {exact: exactMatch, rating}
    });
    const budgetUsd = (15 * USD * 120) / 1e6;
    const inputs = {...project, evalName: "words", options: {preflight: false}, effects};
    await runRace(definition, inputs, {budgetUsd}).catch(() => undefined);
    const spent = ((model.requests.length + judge.requests.length) * 15 * USD) / 1e6;
    expect(spent).toBeLessThanOrEqual(budgetUsd * (1 + 1e-9));
    expect(spent).toBeGreaterThan(0.5 * budgetUsd);
  });
});

describe("a dry run", () => {
  it("counts by the list where an endpoint states no price, and says where each price comes from", async () => {
    const project = await words(24);
    const old = new Date(NOW - 91 * DAY_MS).toISOString().slice(0, 10);
    writePrices(project, [row("cheap", {asOf: old}), row("dear"), row("judge-model"), row("own")]);
    const paid = api("http://127.0.0.1:1", "paid");
    const price = {inputUsdPerMillion: 7, outputUsdPerMillion: 9, asOf: "2026-11-20", source: "its page"};
    const stating = api("http://127.0.0.1:1", "stating", {price});
    const [cheap, dear] = ["cheap", "dear"].map((name) => candidate(name, paid, name, {params}));
    const both = cascade("both", [cheap!, dear!], {signal: "length", thresholds: [-4]});
    const definition = wordsEval(paid, {
      candidates: [cheap!, dear!, both, candidate("own", stating, "own", {params})],
      scorers: {
        exact: exactMatch,
        rating: judgeRating({
          endpoint: api("http://127.0.0.1:1", "judge"),
          model: "judge-model",
          rubric: "good"
        })
      }
    });
    const {dryRun} = await start(project, definition, {dryRun: true});
    const [first, second, third, fourth] = dryRun!.candidates;
    const cost = (one: typeof first, input: number, output = input) =>
      (one!.promptTokens * input + one!.calls * 20 * output) / 1e6;
    expect(first!.costUsd).toBeCloseTo(cost(first, USD), 9);
    expect(third!.costUsd).toBeCloseTo(first!.costUsd! + second!.costUsd!, 9);
    expect(fourth!.costUsd).toBeCloseTo(cost(fourth, 7, 9), 9);
    expect(dryRun!.costUsd).toBeCloseTo(
      dryRun!.candidates.reduce((sum, {costUsd}) => sum + costUsd!, 0),
      9
    );
    expect(dryRun!.scorers[0]!.prices[0]).toMatchObject({model: "judge-model", from: "price list"});
    const text = dryRunText("words", dryRun!, {raced: false});
    expect(text).toContain(
      `price of cheap: $100 in, $100 out a million tokens, from the project's price list, ${old}, the list of this test · OLD: 91 days, more than 90 (cheap, both)`
    );
    expect(text).toContain(
      "price of dear: $100 in, $100 out a million tokens, from the project's price list, 2026-11-01, the list of this test (dear, both)"
    );
    expect(text).toContain(
      "price of own: $7 in, $9 out a million tokens, stated by the endpoint, 2026-11-20, its page (own)"
    );
    expect(text).toContain("both: at most, when every row is put to all of its models");
  });
});
