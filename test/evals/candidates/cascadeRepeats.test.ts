// @module-tag long
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it, vi} from "vitest";
import {cascade} from "../../../src/evals/candidates/index.js";
import {cascadeText, cascadeVerb} from "../../../src/cli/evals/costs/cascade.js";
import {cascadeReport, chooseThresholds} from "../../../src/base/costs/index.js";
import {callsOf} from "../../../src/evals/decisions/index.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {type Candidate, candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {normalizedMatch} from "../../../src/evals/scorers/index.js";
import {cascadeStages} from "../../../src/report/site/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore, openWorkspace, type RunManifest} from "../../../src/base/store/index.js";
import {writeLoader} from "../../support/assay.js";
import {printed} from "../../support/printed.js";
import {price, questions, SPLIT} from "./support/questions.js";

const ROWS = 200;
const REPEATS = 5;
const rows = questions(ROWS);

function recording(name: string, usd: number, said: (answer: string, i: number) => string[]): Candidate {
  const endpoint = recorded({
    name: `${name} recording`,
    rows: rows.map(({id, answer}, i) => ({id, output: said(answer, i)})),
    usage: () => ({promptTokens: 10, completionTokens: 0}),
    price: price(usd)
  });
  return candidate(name, endpoint, `${name}-model`);
}

/** Says something else each time on every fourth row, and has no last answer for two rows. */
const cheap = recording("cheap", 1, (answer, i) =>
  Array.from({length: i < 2 ? REPEATS - 1 : REPEATS}, (_, repeat) =>
    i % 4 === 3 ? `${answer} or ${repeat}` : answer
  )
);
const strong = recording("strong", 4, (answer) => Array.from({length: REPEATS}, () => answer));

let project: string;
const evaluated = async (candidates: Candidate[], repeats: number): Promise<RunManifest> => {
  const store = await openStore(await openWorkspace(project, `${project}/.assay`));
  try {
    const version = (await store.latestVersion("sums"))!;
    const split = await ensureSplit(store, version, SPLIT);
    const definition = defineEval({
      dataset: "sums",
      split: SPLIT,
      prompt: "{{question}}",
      expected: "answer",
      candidates,
      repeats,
      scorers: {correct: normalizedMatch()}
    });
    return (await runEval(definition, {store, version, split, evalName: "sums"})).manifest!;
  } finally {
    store.close();
  }
};
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "assay-cascade-"));
  writeLoader(project, "sums", `{name: "sums", source: {kind: "rows", rows: []}}`);
  vi.stubEnv("ASSAY_PROJECT", project);
  const source = {kind: "rows" as const, rows: () => rows, describe: {generator: "cascade test"}};
  await pull(
    await openWorkspace(project, `${project}/.assay`),
    defineDataset({name: "sums", id: "id", text: "question", sensitivity: "public", source})
  );
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(project, {recursive: true, force: true});
});

it("foretells what a cascade by agreement costs when it runs with the settings that are printed", async () => {
  const run = await evaluated([cheap, strong], REPEATS);
  const options = {cheap: ["cheap"], strong: "strong", loss: 0.05, confidence: 0.9};
  // One answer of the cheap model alone, and not the five that the cascade asks for.
  expect(JSON.parse(await printed(() => cascadeVerb(run.id, {...options, json: true})))).toMatchObject({
    report: {cheapUsd: expect.closeTo((10 * 1) / 1e6, 12) as number}
  });
  const plan = JSON.parse(await printed(() => cascadeVerb(run.id, {...options, json: true}))) as {
    repeats: number;
    report: {usd: number; strongUsd: number};
  };
  expect(plan.repeats).toBe(REPEATS);
  // The strong model is asked once for a row, however often the run did.
  expect(plan.report.strongUsd).toBeCloseTo((10 * 4) / 1e6, 12);
  expect(await printed(() => cascadeVerb(run.id, options))).toContain(
    `cascade("NAME", ["cheap", "strong"], {signal: "agreement", thresholds: [1], repeats: ${REPEATS}})`
  );

  const built = cascade("both", [cheap, strong], {signal: "agreement", thresholds: [1], repeats: REPEATS});
  const ran = await evaluated([built], 1);
  const store = await openStore(await openWorkspace(project, `${project}/.assay`));
  try {
    const {stages} = await cascadeStages(store, run, ["cheap", "strong"]);
    const all = rows.map((_, i) => i);
    const {usd, shares} = cascadeReport(stages, [1], all);
    expect(shares[1]).toBeCloseTo((ROWS / 4 + 2) / ROWS, 12);
    const {cost} = (await callsOf(store, ran)).find(({candidate: one}) => one === "both")!;
    expect(1000 * usd!).toBeCloseTo(cost!.usdPerThousand, 9);
  } finally {
    store.close();
  }
});

it("says what is left out, what is dearer and where there is no gap, and refuses a candidate named twice", async () => {
  const flaky = recording("flaky", 9, (answer, i) => (i % 4 === 1 ? [] : [answer]));
  const weak = recording("weak", 4, (answer, i) => (i < 4 ? [] : [i % 5 === 0 ? "no" : answer]));
  const run = await evaluated([flaky, weak], 1);
  const options = {cheap: ["flaky"], strong: "weak", loss: 0.05, confidence: 0.9};
  const text = await printed(() => cascadeVerb(run.id, options));
  expect(text).toContain("! 4 rows of the run are left out: weak has no score on them");
  expect(text).toContain("! flaky is dearer than weak ($0.0900 and $0.0400 per 1,000 rows");
  expect(text).toMatch(/mean correct on the \d\d of 98 rows that flaky has a score on/);
  expect(text).toMatch(/flaky alone +100\.0 .*0\.0\d+/);
  expect(text).toContain("no performance gap to recover: weak scores no better than flaky");
  expect(text).not.toMatch(/partial|recovered:/);
  await expect(cascadeVerb(run.id, {...options, cheap: ["flaky", "weak"]})).rejects.toThrow(
    /weak is named twice/
  );

  const store = await openStore(await openWorkspace(project, `${project}/.assay`));
  try {
    const found = await cascadeStages(store, run, ["flaky", "weak"]);
    const plan = chooseThresholds(found.stages, {loss: 0.05, seed: run.seed});
    const cut = {...run, status: "partial" as const, stopped: "the budget is spent"};
    expect(cascadeText(plan, found, cut)).toContain("! of a partial run: the budget is spent");
  } finally {
    store.close();
  }
});
