import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {cascade, type CascadeSettings} from "../../../src/evals/candidates/index.js";
import {cascadeVerb} from "../../../src/cli/evals/costs/cascade.js";
import {costTable} from "../../../src/base/costs/index.js";
import {callsOf} from "../../../src/evals/decisions/index.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {type Candidate, candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {normalizedMatch} from "../../../src/evals/scorers/index.js";
import {runCosts} from "../../../src/report/site/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, openWorkspace, type RunManifest} from "../../../src/base/store/index.js";
import {writeLoader} from "../../support/assay.js";
import {printed} from "../../support/printed.js";
import {price, questions, SPLIT} from "./support/questions.js";

const ROWS = 400;
const rows = questions(ROWS);

/** Long-winded where it does not know; no record at all for the last ten rows. */
const cheap = candidate(
  "cheap",
  recorded({
    name: "cheap recording",
    rows: rows
      .slice(0, -10)
      .map(({id, answer}, i) => ({id, output: i % 4 === 0 ? "I am not sure what to say" : answer})),
    usage: () => ({promptTokens: 10, completionTokens: 0}),
    price: price(1)
  }),
  "cheap-model"
);
const recording = (name: string, usd: number) =>
  recorded({
    name: `${name} recording`,
    rows: rows.map(({id, answer}) => ({id, output: answer})),
    usage: () => ({promptTokens: 10, completionTokens: 0}),
    price: price(usd)
  });
const strong = candidate("strong", recording("strong", 20), "strong-model");

const definition = (candidates: Candidate[]) =>
  defineEval({
    name: "sums",
    dataset: "sums",
    split: SPLIT,
    prompt: "{{question}}",
    expected: "answer",
    candidates,
    scorers: {correct: normalizedMatch()}
  });

let project: string;
let run: RunManifest;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "assay-cascade-"));
  const workspace = await openWorkspace(project, `${project}/.assay`);
  writeLoader(project, "sums", `{name: "sums", source: {kind: "rows", rows: []}}`);
  vi.stubEnv("ASSAY_PROJECT", project);
  const dataset = defineDataset({
    name: "sums",
    id: "id",
    text: "question",
    sensitivity: "public",
    source: {kind: "rows", rows: () => rows, describe: {generator: "cascade test"}}
  });
  const {version} = await pull(workspace, dataset);
  const store = await openStore(workspace);
  const split = await ensureSplit(store, version, SPLIT);
  const both = cascade("both", [cheap, strong], {signal: "length", thresholds: [-5]});
  run = (await runEval(definition([cheap, strong, both]), {store, version, split, evalName: "sums"}))
    .manifest!;
  store.close();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(project, {recursive: true, force: true});
});

describe("a cascade as a candidate", () => {
  it("answers with the cheap model where it is sure and pays for every model it asked", async () => {
    const store = await openStore(await openWorkspace(project, `${project}/.assay`));
    try {
      const [found] = await store.rows<{right: number; usd: number; cheap: number; failed: number}>(
        `select count(*) filter (output = substr(row_id, 2))::int as right, sum(cost_usd)::double as usd,
           count(*) filter (prompt_tokens = 10 and cost_usd < 0.0001)::int as cheap,
           count(*) filter (status = 'failed')::int as failed
         from completions where run = $run and candidate = 'both'`,
        {run: run.id}
      );
      // 390 rows have a cheap record, every fourth of them unsure: 98 and the ten without one go on.
      expect(found).toMatchObject({right: ROWS, cheap: 292, failed: 0});
      expect(found!.usd).toBeCloseTo((390 * 10 * 1 + 108 * 10 * 20) / 1e6, 9);
      const {samples} = await runCosts(store, run, {at: "2026-11-26"});
      const both = costTable(samples, {requestsPerMonth: 1000}).find(({sample}) => sample.name === "both")!;
      expect(both.usdPerThousand).toBeCloseTo((1000 * found!.usd) / ROWS, 6);
      expect(both.high).toBeGreaterThan(both.low!);
    } finally {
      store.close();
    }
  });

  it("is priced again stage by stage, in the run that reuses it and by another list, without a call of the cascade", async () => {
    const workspace = await openWorkspace(project, `${project}/.assay`);
    const store = await openStore(workspace);
    try {
      const version = (await store.latestVersion("sums"))!;
      const split = await ensureSplit(store, version, SPLIT);
      const dear = candidate("strong", recording("strong", 60), "strong-model");
      const both = cascade("both", [cheap, dear], {signal: "length", thresholds: [-5]});
      const again = await runEval(definition([cheap, dear, both]), {
        store,
        version,
        split,
        evalName: "sums"
      });
      // The ten rows that the cheap recording does not hold are looked for again.
      expect(again.calls).toBe(10);
      const {cost} = (await callsOf(store, again.manifest!)).find(({candidate: one}) => one === "both")!;
      const usd = (cheapUsd: number, strongUsd: number) =>
        (1000 * (390 * 10 * cheapUsd + 108 * 10 * strongUsd)) / 1e6 / ROWS;
      expect(cost!.usdPerThousand).toBeCloseTo(usd(1, 60), 9);
      expect(
        await store.rows(
          "select stage, input::int as input from run_prices where run = $run and candidate = 'both' order by stage",
          {run: again.manifest!.id}
        )
      ).toEqual([
        {stage: "cheap", input: 1},
        {stage: "strong", input: 60}
      ]);
      const listed = {model: "strong-model", asOf: "2026-11-20", source: "a list"};
      const {samples, prices} = await runCosts(store, again.manifest!, {
        prices: [{...listed, inputPerMillion: 5, outputPerMillion: 5}],
        repriced: true,
        at: "2026-11-26"
      });
      const priced = costTable(samples, {requestsPerMonth: 1000}).find(({sample}) => sample.name === "both")!;
      expect(priced.usdPerThousand).toBeCloseTo(usd(1, 5), 9);
      expect(prices.filter((one) => one.candidate.startsWith("both")).map((one) => one.source)).toEqual([
        "made up",
        "a list"
      ]);
    } finally {
      store.close();
    }
  });

  it("is told apart by its thresholds, stages and signal", async () => {
    const identity = async (thresholds: number[], signal: CascadeSettings["signal"] = "length") => {
      const prepared = await cascade("x", [cheap, strong], {signal, thresholds}).prepare({} as never);
      return prepared.endpoint.identity("x");
    };
    const one = await identity([-5]);
    expect(await identity([-5])).toEqual(one);
    expect(await identity([-6])).not.toEqual(one);
    expect(await identity([-5], "logprobs")).not.toEqual(one);
    const sureAbove = (least: number) => () => least;
    expect(await identity([-5], sureAbove(1))).toEqual(await identity([-5], sureAbove(1)));
    expect(await identity([-5], sureAbove(1))).not.toEqual(await identity([-5], sureAbove(2)));
    expect(() => cascade("x", [cheap, strong], {signal: "length", thresholds: []})).toThrow(
      "a threshold for each"
    );
  });

  it("has the price of all its stages for a budget", async () => {
    const {endpoint} = await cascade("x", [cheap, strong], {signal: "length", thresholds: [0]}).prepare(
      {} as never
    );
    expect(endpoint.price!("x")).toMatchObject({inputUsdPerMillion: 21, asOf: "2026-11-01"});
  });
});

describe("assay cascade", () => {
  it("chooses the threshold on one part and reports loss and saving on another", async () => {
    const options = {cheap: ["cheap"], strong: "strong", loss: 0.05, confidence: 0.95};
    const plan = JSON.parse(await printed(() => cascadeVerb(run.id, {...options, json: true}))) as {
      signal: string;
      thresholds: number[];
      report: {loss: {estimate: number; high: number}; saving: number; shares: number[]};
    };
    expect(plan.signal).toBe("length");
    expect(plan.thresholds[0]).toBeGreaterThan(-5);
    expect(plan.report.loss.estimate).toBe(0);
    expect(plan.report.loss.high).toBeLessThan(0.05);
    expect(plan.report.saving).toBeGreaterThan(0.5);
    const text = await printed(() => cascadeVerb(run.id, options));
    expect(text).toContain(
      "else strong. The mean correct stays at most 5.0 points below strong with probability 0.95."
    );
    expect(text).toContain('cascade("NAME", ["cheap", "strong"], {signal: "length"');
    await expect(cascadeVerb(run.id, {...options, cheap: ["nobody"]})).rejects.toThrow(
      "It has cheap, strong, both"
    );
    const strict = await printed(() => cascadeVerb(run.id, {...options, loss: 0.001}));
    expect(strict).toContain("everything goes to strong");
  });
});
