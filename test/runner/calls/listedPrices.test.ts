import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, describe, expect, it} from "vitest";
import {cascade} from "../../../src/candidates/index.js";
import {dryRunText} from "../../../src/cli/dryRunText.js";
import {runReport} from "../../../src/decisions/index.js";
import {runRace} from "../../../src/races/runRace.js";
import {embeddingEndpoint, openAICompatible} from "../../../src/endpoints/index.js";
import {candidate, type EvalDefinition, runEval} from "../../../src/runner/index.js";
import {embeddingSimilarity, exactMatch, judgeRating} from "../../../src/scorers/index.js";
import {startEmbeddingServer} from "../../support/embeddingServer.js";
import {type ReceivedRequest, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "../support/project.js";

const open: {close(): Promise<void> | void}[] = [];
afterAll(() => Promise.all(open.map((one) => one.close())));

const USD = 100;
const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-27T12:00:00Z");
const row = (model: string, changes: object = {}) => ({
  model,
  asOf: "2026-11-01",
  source: "the list of this test",
  inputPerMillion: USD,
  outputPerMillion: USD,
  ...changes
});

function writePrices({store}: Project, prices: object[]) {
  const folder = join(store.workspace.project, "prices");
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, "list.json"), JSON.stringify({kind: "prices", prices}));
}

async function words(rows: number): Promise<Project> {
  const project = await wordsProject(await temporaryProject(), rows);
  open.push(project.store);
  return project;
}

const api = (url: string, name: string, options: object = {}) =>
  openAICompatible({
    name,
    baseUrl: url,
    hosting: "api",
    trust: "local",
    timeoutMs: 1000,
    retries: {retries: 2, baseDelayMs: 1, maxDelayMs: 2},
    ...options
  });

const params = {max_tokens: 20};
const effects = {now: () => NOW};
const start = (project: Project, definition: EvalDefinition, options: object = {}) =>
  runEval(definition, {...project, evalName: "words", options: {preflight: false, ...options}, effects});

describe("a budget kept by the project's price list", () => {
  it.each([0.15, 0.5, 0.9])(
    "is not passed by candidates, a cascade, a judge, embeddings and preflights, 64 in flight and some late (at %d of the cost)",
    async (share) => {
      const project = await words(60);
      writePrices(
        project,
        ["cheap", "dear", "judge-model", "vectors-model"].map((model) => row(model))
      );
      let seen = 0;
      let billable = 0;
      // Every seventh is answered too late, and may be billed for all that it could have said.
      const behave = ({body, prompt}: ReceivedRequest) => {
        const late = seen++ % 7 === 0 && !prompt.startsWith("Answer with");
        const most = Buffer.byteLength(JSON.stringify(body.messages)) + 20;
        billable += ((late ? most : 12 + 3) * USD) / 1e6;
        return {latencyMs: late ? 2500 : 3};
      };
      const model = await startModelServer({behave, models: ["cheap", "dear"]});
      const judge = await startModelServer({behave, answer: () => "[[7]]"});
      const vectors = await startEmbeddingServer();
      open.push(model, judge, vectors);
      const paid = api(model.url, "paid");
      const [cheap, dear] = ["cheap", "dear"].map((name) => candidate(name, paid, name, {params}));
      const embeddings = embeddingEndpoint({
        name: "vectors",
        baseUrl: vectors.url,
        hosting: "api",
        trust: "local"
      });
      const definition = wordsEval(paid, {
        candidates: [cheap!, dear!, cascade("both", [cheap!, dear!], {signal: "length", thresholds: [-4]})],
        repeats: 2,
        scorers: {
          exact: exactMatch,
          rating: judgeRating({
            endpoint: api(judge.url, "judge"),
            model: "judge-model",
            rubric: "good",
            params
          }),
          close: embeddingSimilarity({endpoint: embeddings, model: "vectors-model"})
        }
      });
      const budgetUsd = share;
      const options = {budgetUsd, concurrency: 64, preflight: true};
      const {manifest} = await start(project, definition, options);
      const tokens = vectors.requests.flat().join("").length;
      const spent = billable + (tokens * USD) / 1e6;
      expect(spent).toBeLessThanOrEqual(budgetUsd * (1 + 1e-9));
      expect(spent).toBeGreaterThan(0.4 * Math.min(budgetUsd, 0.6));
      if (share < 0.5) expect(manifest!.stopped).toMatch(/^budget: /);
    },
    60_000
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
