// @module-tag long
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, beforeEach, describe, expect, it, vi} from "vitest";
import {runEvals, type RunEvalsOptions} from "../../src/cli/evals/run/runEvals.js";
import {judgeRating} from "../../src/evals/scorers/index.js";
import {candidate, type EvalDefinition} from "../../src/evals/runner/index.js";
import {openStore, openWorkspace, readSpending, type Store} from "../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {server, words, wordsEval, wordsProject} from "../evals/runner/support/project.js";

/** US dollars of each answer: twelve tokens and three. */
const EACH = 0.015;
const price = {inputUsdPerMillion: 1000, outputUsdPerMillion: 1000, asOf: "2026-11-01", source: "x"};
const params = {max_tokens: 8};
let model: ModelServer;
let folder: string;
let store: Store;
let failures: string[];
/** The server's own ledger. */
const billedUsd = () => EACH * model.requests.length;

beforeAll(async () => {
  model = await startModelServer({
    models: ["a", "judge"],
    answer: ({body, prompt}) => (body.model === "judge" ? "[[7]]" : prompt.split(" ").at(-1)!),
    behave: () => ({latencyMs: 2})
  });
});
afterAll(() => model.close());
beforeEach(async () => {
  model.requests.length = 0;
  failures = [];
  folder = await temporaryProject();
  ({store} = await wordsProject(folder, 40));
  await mkdir(join(folder, "evals"));
  return () => store.close();
});

const paid = (more: object = {}) => server(model.url, "paid", {hosting: "api", price, ...more});
const judged = (): EvalDefinition["scorers"] => ({
  rating: judgeRating({endpoint: paid(), model: "judge", rubric: "good", params})
});

async function named(name: string, prompt: EvalDefinition["prompt"], more: Partial<EvalDefinition> = {}) {
  const path = `evals/${name}.eval.ts`;
  await writeFile(join(folder, path), "export default {};");
  const split = [
    {strategy: "group" as const, validation: 0, test: 0.5},
    {strategy: "random" as const, name: "by-chance", validation: 0, test: 0.5}
  ];
  const candidates = ["one", "two"].map((one) => candidate(one, paid(), "a", {params}));
  return {
    name,
    path,
    sha256: "0".repeat(64),
    definition: wordsEval(paid(), {candidates, split, prompt, ...more})
  };
}

function run(
  evals: Awaited<ReturnType<typeof named>>[],
  options: RunEvalsOptions["options"],
  on: Store = store,
  more: Partial<RunEvalsOptions> = {}
) {
  const {signal} = new AbortController();
  return runEvals(on, evals, {
    options: {preflight: false, ...options},
    datasets: [words(40)],
    signal,
    abortSignal: signal,
    quiet: true,
    onOutcome: () => undefined,
    onFailure: async (error) => void failures.push((error as Error).message),
    ...more
  });
}

const evals = async () => [
  await named("first", "{{text}}", {scorers: judged()}),
  await named("second", {short: "Say: {{text}}", long: "Please say: {{text}}"}),
  await named("third", "Race: {{text}}", {race: true, split: {strategy: "group", validation: 0, test: 0.5}})
];

describe("--budget-usd", () => {
  it("holds for all evals, splits, judges, prompts and races of a command together", async () => {
    const budgetUsd = 1.5;
    const outcomes = await run(await evals(), {budgetUsd});
    expect(billedUsd()).toBeLessThanOrEqual(budgetUsd);
    expect(billedUsd()).toBeGreaterThan(budgetUsd / 2);
    expect(outcomes.length).toBeGreaterThan(2);
    const stops = outcomes.map(({result}) => result.manifest?.stopped).filter(Boolean);
    expect(stops.at(-1)).toMatch(/^budget: \$1\.\d+ of \$1\.5 spent by this command, /);
    // Enough for all: nothing is asked twice.
    const all = await run(await evals(), {budgetUsd: 100});
    expect(all.every(({result}) => result.manifest?.stopped === undefined)).toBe(true);
  });

  it("is forecast by a dry run over all that the command runs", async () => {
    const [first, second] = await evals();
    const dry = await run([first!, second!], {budgetUsd: 1.5, dryRun: true});
    const fits = dry.map(({result}) => result.dryRun!.budget!.fits);
    expect(fits[0]).toBe(true);
    expect(fits.at(-1)).toBe(false);
    expect(dry.at(-1)!.result.dryRun!.budget!.earlierUsd).toBeGreaterThan(0);
  });

  it("of 0 pays for no call whose answer nothing bounds", async () => {
    const one = await named("open", "{{text}}", {candidates: [candidate("one", paid(), "a")]});
    await run([one], {budgetUsd: 0});
    expect(model.requests).toEqual([]);
  });
});

describe("a project's budget a day", () => {
  const settings = (text: string) => writeFile(join(folder, "assay.json"), text);
  const today = () => new Date().toISOString().slice(0, 10);

  it("holds for all commands on a store, those at one time too, and is used up to a call", async () => {
    await settings(JSON.stringify({budget: {usdPerDay: 1.5}}));
    const other = await openStore(await openWorkspace(folder));
    const [first, second, third] = await evals();
    const open = await named("open", "Open: {{text}}", {
      candidates: [candidate("one", paid(), "a"), candidate("two", paid(), "a")]
    });
    const outcomes = await Promise.all([run([first!, third!], {}), run([open, second!], {}, other)]);
    expect(billedUsd()).toBeLessThanOrEqual(1.5);
    expect(billedUsd()).toBeGreaterThan(1.2);
    for (const {result} of outcomes.flat())
      if (result.budgetStop !== undefined)
        expect(result.budgetStop).toMatch(/^budget: \$1\.\d+ of the project's \$1\.5 a day \(UTC\)/);
    const entries = await readSpending(store.workspace, today());
    expect(entries.every(({ended}) => ended)).toBe(true);
    expect(entries.reduce((sum, {spentUsd}) => sum + spentUsd, 0)).toBeCloseTo(billedUsd(), 6);
    const paidFor = model.requests.length;
    await run([await named("late", "Late: {{text}}")], {});
    expect(model.requests.length - paidFor).toBeLessThanOrEqual(3);
    other.close();
  });

  it("counts in full what a command that was killed had set aside", async () => {
    await settings(JSON.stringify({budget: {usdPerDay: 1}}));
    const entry = {
      owner: "gone",
      pid: 2 ** 22 + 1,
      what: "run x",
      since: "",
      grantedUsd: 0.97,
      spentUsd: 0.1
    };
    const record = {kind: "spending", schemaVersion: 1, day: today(), entries: [entry]};
    await store.workspace.place.put(`spending/${today()}.json`, JSON.stringify(record));
    await run([await named("first", "{{text}}")], {});
    expect(billedUsd()).toBeLessThanOrEqual(0.03);
  });

  it("refuses to run where it cannot be kept, before a call", async () => {
    const one = await named("first", "{{text}}");
    for (const [text, reason] of [
      ["{", /assay\.json is not JSON/],
      ["null", /assay\.json: it must be an object of settings, not null/],
      ['{"budget": {"usdPerDay": "20"}}', /`budget\.usdPerDay` must be a number \(at least 0\), not "20"/],
      ['{"budgets": {}}', /did you mean `budget`/]
    ] as const) {
      await settings(text);
      await expect(run([one], {}), text).rejects.toThrow(reason);
    }
    await settings(JSON.stringify({budget: {usdPerDay: 1}}));
    for (const damaged of [
      "null",
      "{}",
      '{"kind": "spending", "schemaVersion": 1, "day": "x", "entries": [{}]}'
    ]) {
      await store.workspace.place.put(`spending/${today()}.json`, damaged);
      await expect(run([one], {}), damaged).rejects.toThrow(/the budget of the day cannot be kept: /);
    }
    await store.workspace.place.remove(`spending/${today()}.json`);
    const unpriced = await named("unpriced", "{{text}}", {
      candidates: [candidate("one", paid({price: undefined}), "a")]
    });
    await run([unpriced], {});
    expect(failures).toEqual([expect.stringMatching(/a budget needs prices, and none is known/)]);
    expect(model.requests).toEqual([]);
  });
});

describe("two commands at once", () => {
  it("make one run together: the second waits and pays nothing, or fails at once where it may not wait", async () => {
    const one = await named("same", "{{text}}", {split: {strategy: "group", validation: 0, test: 0.5}});
    const [second, third] = [await openWorkspace(folder), await openWorkspace(folder)];
    const [other, refused] = [await openStore(second), await openStore(third)];
    const first = run([one], {lockWaitMs: Infinity});
    await vi.waitUntil(() => model.requests.length > 0, {timeout: 30_000, interval: 1});
    const waiting = run([one], {lockWaitMs: Infinity}, other);
    await run([one], {lockWaitMs: 0}, refused);
    const calls = (await first)[0]!.result.calls;
    const [waited] = await waiting;
    expect(failures).toEqual([expect.stringMatching(/the run same-[0-9a-f]+ is under way in process/)]);
    expect([waited!.result.calls, waited!.result.unchanged]).toEqual([0, true]);
    expect(model.requests.length).toBe(calls);
    other.close();
    refused.close();
  });

  it("wait for a purge that is under way elsewhere, and say so", async () => {
    const told: string[] = [];
    const one = await named("after", "{{text}}", {split: {strategy: "group", validation: 0, test: 0.5}});
    const {workspace} = store;
    let purged = false;
    let begun: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (begun = resolve));
    const purging = workspace.lease("pull-words", {what: "a purge of words"}, async () => {
      begun();
      await vi.waitUntil(() => told.some((text) => text.includes("waiting for it")), {timeout: 30_000});
      purged = true;
    });
    await held;
    const [outcome] = await run([one], {}, store, {tell: (text) => told.push(text)});
    await purging;
    expect(purged).toBe(true);
    expect(told.join()).toMatch(
      /^after: a purge of words is under way in process \d+ since .*; waiting for it/
    );
    expect(outcome!.result.manifest!.status).toBe("complete");
  });
});
