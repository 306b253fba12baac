import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {candidate, runEval} from "../../../../src/evals/runner/index.js";
import {openAICompatible} from "../../../../src/inference/endpoints/index.js";
import type {ModelParameters} from "../../../../src/inference/endpoints/types.js";
import {callPrices} from "../../../../src/evals/runner/calls/callPrices.js";
import {expectedCost} from "../../../../src/evals/runner/expectedCost.js";
import {budgetSpent, createBudget, worstCaseUsd} from "../../../../src/evals/runner/calls/budget.js";
import {type ModelServer, startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "../support/project.js";

const price = {inputUsdPerMillion: 1000, outputUsdPerMillion: 2000, asOf: "2026-01-01", source: "test"};

describe("createBudget", () => {
  it("sets the worst case of every call in flight aside, and frees it when the cost is known", () => {
    const budget = createBudget(1);
    const first = budget.reserve({candidate: "a", usd: 0.6})!;
    expect(budget.reserve({candidate: "a", usd: 0.6})).toBeUndefined();
    first.settle(0.1);
    expect(budget.reserve({candidate: "a", usd: 0.6})).toBeDefined();
    expect(budget.spentUsd).toBe(0.1);
    expect(budget.open).toBe(1);
  });

  it("lets a candidate's first call run alone when nothing bounds its cost, then counts its dearest so far", () => {
    const budget = createBudget(1);
    const first = budget.reserve({candidate: "a"})!;
    expect(budget.reserve({candidate: "a"})).toBeUndefined();
    first.settle(0.3);
    expect(budget.reserve({candidate: "a"})).toBeDefined();
    expect(budget.reserve({candidate: "a"})).toBeDefined();
    expect(budget.reserve({candidate: "a"})).toBeUndefined();
  });

  it("counts calls that nothing bounds for their prompts as well, so that long ones after short ones stay within it", () => {
    const budget = createBudget(1);
    budget.reserve({candidate: "a", promptUsd: 0.01})!.settle(0.02);
    const long = [1, 2, 3].map(() => budget.reserve({candidate: "a", promptUsd: 0.3}));
    expect(long.map((one) => one !== undefined)).toEqual([true, true, true]);
    expect(budget.reserve({candidate: "a", promptUsd: 0.3})).toBeUndefined();
    // A dearer answer than any before counts for those under way, too.
    long[0]!.settle(0.33);
    expect(long[1]!.fits).toBe(false);
    long[1]!.settle(undefined);
    expect(long[2]!.fits).toBe(true);
    long[2]!.assumeSpent();
    expect(budget.spentUsd).toBeCloseTo(0.02 + 0.33 + 0.63, 12);
  });

  it("counts every open call at what the dearest came to, where a server bills more than the worst case", () => {
    const budget = createBudget(1);
    const [first, second, third] = [1, 2, 3].map(() => budget.reserve({candidate: "a", usd: 0.01})!);
    budget.reserve({candidate: "b", usd: 0.01});
    first!.settle(0.4);
    expect(second!.fits).toBe(false);
    second!.settle(undefined);
    expect(third!.fits).toBe(true);
    expect(budget.reserve({candidate: "a", usd: 0.01})).toBeUndefined();
    expect(budget.reserve({candidate: "b", usd: 0.1})).toBeDefined();
    third!.assumeSpent();
    expect(budget.spentUsd).toBeCloseTo(0.8, 12);
  });

  it("does not stop at a long prompt for what short ones were billed beyond their worst case", () => {
    const budget = createBudget(1);
    budget.reserve({candidate: "a", usd: 0.001})!.settle(0.02);
    expect(budget.reserve({candidate: "a", usd: 0.2})).toBeDefined();
    expect(budget.reserve({candidate: "a", usd: 0.75})).toBeUndefined();
    expect(budget.reserve({candidate: "a", usd: 0.001})).toBeDefined();
  });

  it("says by how much a budget was passed", () => {
    expect(budgetSpent(1.2, 1, "in this start")).toMatch(
      /\$1\.2000 spent in this start, \$0\.2000 more than the \$1/
    );
    expect(budgetSpent(0.9, 1)).toMatch(/\$0\.9000 of \$1 spent/);
  });

  it("counts a call that may have been billed at its worst case", () => {
    const budget = createBudget(1);
    budget.reserve({candidate: "a", usd: 0.4})!.assumeSpent();
    expect(budget.spentUsd).toBe(0.4);
  });

  it("lets calls without a price through a budget of nothing", () => {
    expect(worstCaseUsd(undefined, 100, 10)).toBe(0);
    expect(createBudget(0).reserve({candidate: "a", usd: 0})).toBeDefined();
    expect(createBudget(0).reserve({candidate: "a", usd: 0.01})).toBeUndefined();
  });
});

describe("worstCaseUsd", () => {
  it("is by the dearest tier of the price that the prompt can reach", () => {
    const tiered = {...price, tiers: [{abovePromptTokens: 200, inputUsdPerMillion: 3000}]};
    expect(worstCaseUsd(tiered, 200, 10)).toBeCloseTo(0.2 + 0.02, 12);
    expect(worstCaseUsd(tiered, 201, 10)).toBeCloseTo(0.603 + 0.02, 12);
    const cheaper = {...price, tiers: [{abovePromptTokens: 200, inputUsdPerMillion: 500}]};
    expect(worstCaseUsd(cheaper, 201, 10)).toBeCloseTo(0.2 + 0.02, 12);
  });
});

describe("the worst case of a call", () => {
  const endpoint = openAICompatible({name: "x", baseUrl: "http://x", hosting: "api", trust: "local", price});
  const prices = callPrices([], "2026-11-27");
  const messages = [{role: "user" as const, content: "hi"}];
  const worst = (params: ModelParameters) =>
    prices.bounds(endpoint, {model: "m", messages, params}).worstCaseUsd!;
  const answers = (params: ModelParameters) =>
    Math.round(((worst(params) - worst({max_tokens: 0})) * 1e6) / price.outputUsdPerMillion);

  it("counts every answer that is asked for, by whichever bound the server goes", () => {
    expect(answers({max_tokens: 100})).toBe(100);
    expect(answers({max_completion_tokens: 100})).toBe(100);
    expect(answers({max_tokens: 100, n: 5})).toBe(500);
    expect(answers({max_completion_tokens: 100, n: 2, best_of: 4})).toBe(400);
    expect(answers({max_tokens: 100, max_completion_tokens: 300})).toBe(300);
    expect(worst({n: 5})).toBeUndefined();
  });

  it("is what a dry run forecasts where no earlier answer tells", () => {
    const none = new Map<string, number>();
    const inputs = {prices, observed: none, observedPrompts: none, at: "2026-11-27"};
    const params = {max_completion_tokens: 100, n: 5};
    const sums = {calls: 2, promptTokens: 0};
    expect(expectedCost({endpoint, model: "m", params}, sums, inputs)).toMatchObject({
      completionTokens: 1000,
      basis: "max_tokens",
      costUsd: (1000 * price.outputUsdPerMillion) / 1e6
    });
  });
});

describe("a run with a budget", () => {
  let model: ModelServer;
  let project: Project;
  beforeAll(async () => {
    model = await startModelServer({latencyMs: 5});
    project = await wordsProject(await temporaryProject(), 60);
  });
  afterAll(async () => {
    project.store.close();
    await model.close();
  });
  // The server reports 12 prompt tokens, 4 of them cached, and 3 completion tokens for every call.
  const each = (12 * price.inputUsdPerMillion + 3 * price.outputUsdPerMillion) / 1e6;

  for (const [what, params] of [
    ["bounded by max_tokens", {max_tokens: 5}],
    ["with unbounded answers", {}]
  ] as const)
    it(`stops before the cap with calls ${what}, whatever is in flight, and goes on with the next budget`, async () => {
      const endpoint = {...server(model.url), price: () => price};
      const priced = {
        ...endpoint,
        complete: async (...words: Parameters<typeof endpoint.complete>) => ({
          ...(await endpoint.complete(...words)),
          costUsd: each
        })
      };
      const definition = wordsEval(priced, {candidates: [candidate("paid", priced, "m", {params})]});
      const start = (budgetUsd: number) =>
        runEval(definition, {
          ...project,
          evalName: "paid",
          options: {budgetUsd, concurrency: 8, preflight: false}
        });
      model.requests.length = 0;
      const {manifest} = await start(20 * each);
      expect(manifest!.stopped).toMatch(/^budget: .* spent by this command, /);
      expect(manifest!.costUsd!).toBeLessThanOrEqual(20 * each * (1 + 1e-9));
      expect(model.requests.length * each).toBeLessThanOrEqual(20 * each * (1 + 1e-9));
      expect(model.requests.length).toBeGreaterThanOrEqual(10);
      const rest = await start(1000 * each);
      expect(rest.manifest).toMatchObject({id: manifest!.id, status: "complete"});
      expect(model.requests.length).toBe(rest.manifest!.counts.planned);
    });

  it(
    "sets every attempt aside: what timed out here may have been billed there",
    {tags: ["long"]},
    async () => {
      // Every second prompt's first two attempts are answered too late, and billed all the same.
      const slow = await startModelServer({
        behave: ({prompt}, seen) =>
          Number(/\d+/.exec(prompt)![0]) % 2 && seen < 2 ? {latencyMs: 1500} : undefined
      });
      try {
        const endpoint = openAICompatible({
          name: "slow",
          baseUrl: slow.url,
          hosting: "api",
          trust: "local",
          price,
          timeoutMs: 250,
          retries: {retries: 2, baseDelayMs: 1, maxDelayMs: 5}
        });
        const params = {max_tokens: 3};
        const definition = wordsEval(endpoint, {candidates: [candidate("paid", endpoint, "m", {params})]});
        const worst = worstCaseUsd(price, 60, params.max_tokens)!;
        const budgetUsd = 20 * worst;
        const {manifest} = await runEval(definition, {
          ...project,
          evalName: "timed-out",
          options: {budgetUsd, concurrency: 8, preflight: false}
        });
        expect(manifest!.stopped).toMatch(/^budget: .* spent by this command, /);
        expect(manifest!.status).toBe("partial");
        expect([...slow.byPrompt.values()].some((times) => times > 1)).toBe(true);
        const seen = new Map<string, number>();
        let billable = 0;
        for (const {prompt, body} of slow.requests) {
          const before = seen.get(prompt) ?? 0;
          seen.set(prompt, before + 1);
          const late = Number(/\d+/.exec(prompt)![0]) % 2 && before < 2;
          billable += late
            ? worstCaseUsd(price, JSON.stringify(body.messages).length, params.max_tokens)!
            : each;
        }
        expect(billable).toBeLessThanOrEqual(budgetUsd * (1 + 1e-9));
        expect(billable).toBeGreaterThan(budgetUsd / 2);
      } finally {
        await slow.close();
      }
    }
  );

  it("refuses a budget for a paid endpoint that states no price", async () => {
    const paid = {...server(model.url), hosting: "api" as const};
    await expect(
      runEval(wordsEval(paid), {...project, evalName: "words", options: {budgetUsd: 1, preflight: false}})
    ).rejects.toThrow(/a budget needs prices, and none is known for one \(test-model at local\)/);
  });
});
