// @module-tag long
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, describe, expect, it} from "vitest";
import {cascade, trained} from "../../../../src/evals/candidates/index.js";
import {costTable, dayOf, optionLeaves} from "../../../../src/base/costs/index.js";
import {checkGates, runReport} from "../../../../src/evals/decisions/index.js";
import {openAICompatible} from "../../../../src/inference/endpoints/index.js";
import {tfidfLogReg} from "../../../../src/training/finetunes/index.js";
import {candidate, type Candidate, type CandidateCosts, runEval} from "../../../../src/evals/runner/index.js";
import {exactMatch, judgeRating} from "../../../../src/evals/scorers/index.js";
import {runCosts} from "../../../../src/report/site/index.js";
import {startModelServer} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";
import {type Project, wordsEval, wordsProject} from "../support/project.js";

const open: {close(): Promise<void> | void}[] = [];
afterAll(() => Promise.all(open.map((one) => one.close())));

const LLAMA = "meta-llama/Llama-3.3-70B-Instruct";
const ours = {
  kind: "on-prem",
  serverUsd: 36_000,
  lifeYears: 3,
  watts: 1000,
  usdPerKwh: 0.2,
  spaceUsdPerMonth: 100,
  staffUsdPerMonth: 2000,
  requestsPerSecond: 2
} as const;
const price = {inputUsdPerMillion: 2, outputUsdPerMillion: 8, asOf: "2026-11-01", source: "its page"};
const params = {max_tokens: 10};

/** A row of that list. */
const rowOf = (name: string) => ({
  model: name,
  provider: name.split("/")[0],
  asOf: "2026-11-01",
  source: "a public table",
  inputPerMillion: 0.2,
  outputPerMillion: 0.2
});

async function listing(...models: string[]): Promise<Project & {url: string}> {
  const project = await wordsProject(await temporaryProject(), 60);
  const model = await startModelServer({models: [LLAMA, "big"]});
  open.push(project.store, model);
  const folder = join(project.store.workspace.project, "prices");
  mkdirSync(folder, {recursive: true});
  const prices = models.map(rowOf);
  writeFileSync(join(folder, "a.json"), JSON.stringify({kind: "prices", prices}));
  return {...project, url: model.url};
}

const at = (url: string, name: string, options: Partial<Parameters<typeof openAICompatible>[0]>) =>
  openAICompatible({name, baseUrl: url, trust: "local", hosting: "api", ...options});
const vllm = (url: string, hosting: CandidateCosts["hosting"] = ours, own: CandidateCosts = {}): Candidate =>
  candidate("our vLLM", at(url, "vllm", {hosting}), LLAMA, {params, ...own});
const bigco = (url: string) =>
  candidate("the API", at(url, "bigco", {hosting: "api", price}), "big", {params});

async function decided(
  project: Project,
  candidates: Candidate[],
  options: object = {},
  changes: object = {}
) {
  const {store} = project;
  const definition = wordsEval(at("http://127.0.0.1:1", "none", {}), {candidates, margin: 0.3, ...changes});
  const run = await runEval(definition, {
    ...project,
    evalName: "words",
    options: {preflight: false, ...options}
  });
  store.refresh();
  const report = await runReport(store, run.manifest!);
  const prices = [
    {model: `x/${LLAMA}`, asOf: "2026-11-01", source: "s", inputPerMillion: 1, outputPerMillion: 1}
  ];
  const choice = {prices, at: dayOf(Date.now())};
  const {samples, prices: notes, beside} = await runCosts(store, run.manifest!, choice);
  return {...report, manifest: run.manifest!, samples, notes, beside};
}

describe("a price list that has a model which the team runs itself", () => {
  it.each([
    ["with its assumptions", (url: string) => vllm(url)],
    ["by the word", (url: string) => vllm(url, "on-prem")],
    ["by what the candidate says", (url: string) => vllm(url, "api", {hosting: ours})]
  ])("decides nothing, stated %s", async (_how, own) => {
    const project = await listing(`together_ai/${LLAMA}`);
    const {table, verdict, calls, samples, notes} = await decided(
      project,
      [own(project.url), bigco(project.url)],
      {budgetUsd: 1}
    );
    expect(Object.keys(verdict.costs!)).toEqual(["the API"]);
    expect(verdict.cheaper).toBeUndefined();
    expect(verdict.action).not.toMatch(/cheap|cost/i);
    const rules = ["our vLLM", "the API"].map((name) => ({candidate: name, maxCostUsdPerThousand: 1000}));
    const found = checkGates(rules, table, verdict, calls).map(({status}) => status);
    expect(found).toEqual(["undecided", "pass"]);
    const mine = costTable(samples, {requestsPerMonth: 1000}).filter(
      ({sample}) => sample.name === "our vLLM"
    );
    expect(mine.map(optionLeaves)).toEqual(["Nothing leaves the team's own rooms."]);
    expect(notes.map((note) => note.candidate)).toEqual(["the API"]);
  });

  it("spends no budget on it, nor on a cascade's stage there", async () => {
    const project = await listing(`together_ai/${LLAMA}`);
    const {url} = project;
    const alone = await decided(project, [vllm(url)], {budgetUsd: 1e-7});
    expect(alone.manifest.status).toBe("complete");
    expect(alone.verdict.costs).toBeUndefined();

    const both = cascade("both", [vllm(url), bigco(url)], {signal: "length", thresholds: [-4]});
    const staged = await decided(project, [both], {budgetUsd: 1});
    expect(staged.manifest.candidates[0]!.answerers![0]).toMatchObject({hosting: "on-prem"});
    expect(staged.verdict.costs).toBeUndefined();
    expect(staged.notes.map((note) => note.candidate)).toEqual(["both › the API"]);
    const said = cascade("said", [vllm(url, "api", {hosting: ours}), bigco(url)], {
      signal: "length",
      thresholds: [-4]
    });
    const {notes} = await decided(project, [said], {budgetUsd: 1});
    expect(notes.map((note) => note.candidate)).toEqual(["said › the API"]);
  });

  it("says what leaves for the API of a cascade that the team's own machine ends", async () => {
    const project = await listing();
    const {url} = project;
    const elsewhere = {kind: "api", provider: "other", price} as const;
    const settings = {signal: "length", thresholds: [-4]} as const;
    const api = cascade("api first", [bigco(url), vllm(url)], {...settings, hosting: [ours, elsewhere]});
    const {samples} = await decided(project, [api, cascade("own", [vllm(url), vllm(url)], settings)]);
    expect(costTable(samples, {requestsPerMonth: 1000}).map(optionLeaves)).toEqual([
      "the API: every prompt and answer goes to bigco, who runs the model.",
      "Every prompt and answer goes to other, who runs the model.",
      "Nothing leaves the team's own rooms."
    ]);
  });

  it("prices no judge there", async () => {
    const project = await listing(`together_ai/${LLAMA}`);
    const judge = await startModelServer({answer: () => "[[7]]"});
    open.push(judge);
    const rating = (hosting: "api" | "on-prem") =>
      judgeRating({
        endpoint: at(judge.url, `judge ${hosting}`, {hosting}),
        model: LLAMA,
        rubric: "good",
        params
      });
    const scorers = {exact: exactMatch, rating: rating("on-prem"), paid: rating("api")};
    const {beside} = await decided(project, [bigco(project.url)], {}, {scorers});
    expect(beside.map(({endpoint, usd}) => [endpoint, usd !== undefined])).toEqual([
      ["judge on-prem", false],
      ["judge api", true]
    ]);
  });

  it("prices no model of this process", async () => {
    const project = await listing("acme/tfidf-logreg", "tfidf-logreg");
    const own = trained("own", tfidfLogReg({text: "text", label: "answer"}));
    const {verdict, notes, manifest} = await decided(project, [own], {budgetUsd: 1});
    expect(manifest.candidates[0]!.model).toContain("tfidf-logreg");
    expect(verdict.costs).toBeUndefined();
    expect(notes).toEqual([]);
  });
});

it("a run's record has what a batch cost, which a list that is mended or gets a row later does not change", async () => {
  const project = await listing();
  const write = (...prices: object[]) =>
    writeFileSync(
      join(project.store.workspace.project, "prices", "a.json"),
      JSON.stringify({kind: "prices", prices})
    );
  const batched = (batch: number) => ({
    ...rowOf("big"),
    batchInputPerMillion: batch,
    batchOutputPerMillion: batch
  });
  const hosting = {kind: "api", batchShare: 1} as const;
  const stated = {
    inputUsdPerMillion: 0.2,
    outputUsdPerMillion: 0.2,
    asOf: "2026-11-01",
    source: "a public table"
  };
  const asked = (name: string, of?: typeof stated) =>
    candidate(name, at(project.url, name, {hosting, price: of}), "big", {params});
  write(batched(0.1));
  const {manifest} = await decided(project, [asked("big listed"), asked("big stated", stated)]);
  const batch = {inputUsdPerMillion: 0.1, outputUsdPerMillion: 0.1};
  expect(manifest.candidates).toMatchObject([{price: {batch}}, {price: {batch}}]);
  const listOf = (...rows: object[]) => ({prices: rows as never, at: dayOf(Date.now())});
  const sharesOf = async (run: typeof manifest, ...rows: object[]) =>
    (await runCosts(project.store, run, listOf(...rows))).samples.map(
      ({hostings: [one]}) => one?.kind === "api" && one.batchPriceShare
    );
  expect(await sharesOf(manifest, batched(0.15))).toEqual([0.5, 0.5]);
  const alone = await decided(project, [asked("big stated", stated)]);
  expect(alone.manifest.candidates).toMatchObject([{price: {batch}}]);
  write(rowOf("big"));
  const none = await decided(project, [asked("big listed"), asked("big stated", stated)], {noReuse: true});
  expect(none.manifest.candidates).toMatchObject([{price: {batch: null}}, {price: {batch: null}}]);
  expect(await sharesOf(none.manifest, batched(0.15))).toEqual([undefined, undefined]);
});
