import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  cascadeReport,
  type CascadeStage,
  chooseThresholds,
  confidenceOf,
  pairedLossPValue,
  riskPValue,
  servedBy
} from "../../../src/base/costs/index.js";
import {published} from "../stats/support.js";
import {resplit, simulateCascades, simulatedStages} from "./cascadeSimulation.js";

const stages: CascadeStage[] = [
  {
    name: "a",
    confidence: [0.9, 0.2, undefined, 0.9],
    scores: [1, 0, undefined, undefined],
    usd: [1, 1, 1, 1]
  },
  {name: "b", confidence: [0.1, 0.8, 0.8, 0.1], scores: [1, 1, 0, 1], usd: [2, 2, 2, 2]},
  {name: "c", confidence: [], scores: [1, 1, 1, 1], usd: [10, 10, 10, 10]}
];

describe("servedBy", () => {
  it("asks the next model while the answer is unsure, missing or without confidence", () => {
    expect([...servedBy(stages, [0.5, 0.5])]).toEqual([0, 1, 1, 2]);
    expect([...servedBy(stages, [Infinity, Infinity])]).toEqual([2, 2, 2, 2]);
  });
});

describe("chooseThresholds", () => {
  const right = {cheap: (c: number) => (c > 0.4 ? 0.95 : 0.3), strong: () => 0.95};
  const simulated = simulatedStages(right, 1200, "one");

  it("serves the sure rows cheaply and reports loss, saving and gap on the other part", () => {
    const plan = chooseThresholds(simulated, {loss: 0.03, confidence: 0.95, seed: "s"});
    expect(plan.thresholds[0]).toBeLessThan(0.75);
    expect(plan.report.rows + plan.calibrationRows).toBe(1200);
    const [cheap, strong] = plan.report.shares as [number, number];
    expect(cheap).toBeGreaterThan(0.3);
    // Every row costs the cheap model, and the escalated ones the strong one as well.
    expect(plan.report.usd).toBeCloseTo(0.1 + strong, 9);
    expect(plan.report.saving).toBeCloseTo(1 - (0.1 + strong), 9);
    expect(plan.report.loss!.low).toBeLessThan(plan.report.loss!.estimate);
    expect(plan.report.gapRecovered).toBeGreaterThan(0.9);
    expect(chooseThresholds(simulated, {loss: 0.03, confidence: 0.95, seed: "s"})).toEqual(plan);
  });

  it("escalates everything when no other setting can be shown to hold the loss", () => {
    const few = simulatedStages(right, 40, "few");
    const plan = chooseThresholds(few, {loss: 0.01, confidence: 0.95, seed: "s"});
    expect(plan.thresholds).toEqual([Infinity]);
    expect(plan.report.loss!.estimate).toBe(0);
    // A model that never answers is not asked, so the line begins at the strong one alone.
    expect(plan.report.saving).toBe(0);
    expect(plan.path[0]!.usd).toBe(1);
    expect(plan.report.usd).toBe(plan.report.strongUsd);
  });

  it("bills no model that never answers, wherever it stands", () => {
    const rows = stages[2]!.scores.map((_, row) => row);
    // The second answers two of four rows, and the third the rest after it.
    expect(cascadeReport(stages, [Infinity, 0.5], rows).usd).toBe((2 * 2 + 2 * 12) / 4);
    expect(cascadeReport(stages, [0.5, Infinity], rows).usd).toBe((1 + 3 * 11) / 4);
  });

  it("compares the three on the rows that the first has a score on, and keeps loss and cost on all", () => {
    const [cheap, , strong] = stages as [CascadeStage, CascadeStage, CascadeStage];
    // Right on both rows that it answered; the strong model is wrong on one of them, and right where the cheap one failed.
    const failing = {...cheap, scores: [1, 1, undefined, undefined]};
    const better = {...strong, scores: [1, 0, 1, 1]};
    const report = cascadeReport([failing, better], [0.5], [0, 1, 2, 3]);
    expect(report).toMatchObject({
      rows: 4,
      comparedRows: 2,
      cheapQuality: 1,
      strongQuality: 0.5,
      quality: 0.5
    });
    expect(report.gapRecovered).toBeUndefined();
    expect(report.loss!.estimate).toBe(0);
    expect([report.cheapUsd, report.usd, report.strongUsd]).toEqual([1, (1 + 3 * 11) / 4, 10]);
    const several = {...failing, usdOnce: [0.2, 0.2, 0.2, 0.2]};
    expect(cascadeReport([several, better], [0.5], [0, 1, 2, 3]).cheapUsd).toBeCloseTo(0.2, 12);
  });

  it("an unknown cost leaves the saving unknown", () => {
    const [cheap, strong] = simulated as [CascadeStage, CascadeStage];
    const {report} = chooseThresholds([{...cheap, usd: undefined}, strong], {loss: 0.05, seed: 1});
    expect(report.usd).toBeUndefined();
    expect(report.saving).toBeUndefined();
  });

  it("keeps the loss with the stated probability, in simulation", () => {
    const settings = {times: 60, rows: 300, loss: 0.04, confidence: 0.9};
    for (const models of [
      {cheap: (c: number) => 0.8 + 0.1 * c, strong: () => 0.9},
      {cheap: () => 0.8, strong: () => 0.86}
    ])
      expect(simulateCascades(models, settings).exceeded).toBeLessThanOrEqual(0.1);
  });

  it("keeps the loss in resplits of recorded answers", (context) => {
    const folder = published("gsm8k-recorded-solutions");
    if (!folder) return context.skip("no published data");
    const lines = readFileSync(join(folder, "example_model_solutions.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, {solution: string; is_correct: boolean}>);
    const stage = (name: string): CascadeStage => ({
      name,
      confidence: lines.map((line) => confidenceOf("length", {text: line[name]!.solution})),
      scores: lines.map((line) => (line[name]!.is_correct ? 1 : 0))
    });
    const found = resplit([stage("6b_finetuning"), stage("175b_finetuning")], {
      times: 40,
      loss: 0.05,
      confidence: 0.9
    });
    expect(found.exceeded).toBeLessThanOrEqual(0.1);
    expect(found.served).toBeGreaterThan(0.1);
  });
});

describe("the tests of risk", () => {
  it("the exact one rejects no more often than its level at the boundary, by enumeration", () => {
    const [rows, allowed] = [40, 0.1];
    for (const won of [0, 0.05, 0.2]) {
      const lost = won + allowed;
      let rejected = 0;
      for (let b = 0; b <= rows; b++)
        for (let c = 0; b + c <= rows; c++)
          if (pairedLossPValue({lost: b, won: c, rows}, allowed) <= 0.1)
            rejected += multinomial(rows, b, c, lost, won);
      expect(rejected).toBeLessThanOrEqual(0.1);
      expect(rejected).toBeGreaterThan(0.01);
    }
  });

  it("the one by betting is at most 1, falls as evidence grows, and takes any losses", () => {
    fc.assert(
      fc.property(fc.array(fc.double({min: -1, max: 1, noNaN: true}), {maxLength: 50}), (losses) => {
        const p = riskPValue(new Map(losses.map((loss) => [loss, 1])), 0.05);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
      })
    );
    const none = (n: number) => riskPValue(new Map([[0, n]]), 0.05);
    expect(none(200)).toBeLessThan(none(100));
    expect(none(400)).toBeLessThan(0.001);
    expect(riskPValue(new Map([[0.05, 1000]]), 0.05)).toBe(1);
  });
});

describe("confidenceOf", () => {
  it("takes probabilities, agreement or length, and is undefined without them", () => {
    expect(confidenceOf("logprobs", {text: "a", logprobs: [Math.log(0.5), Math.log(0.125)]})).toBeCloseTo(
      0.25
    );
    expect(confidenceOf("logprobs", {text: "a", logprobs: []})).toBeUndefined();
    expect(confidenceOf("agreement", {text: "Yes", repeats: ["yes ", "no"]})).toBeCloseTo(2 / 3);
    expect(confidenceOf("agreement", {text: "Yes"})).toBeUndefined();
    expect(confidenceOf("length", {text: " abc "})).toBe(-3);
  });
});

function multinomial(n: number, b: number, c: number, pb: number, pc: number): number {
  const log = (k: number) => Array.from({length: k}, (_, i) => Math.log(i + 1)).reduce((x, y) => x + y, 0);
  const power = (p: number, k: number) => (k === 0 ? 0 : k * Math.log(p));
  return Math.exp(
    log(n) - log(b) - log(c) - log(n - b - c) + power(pb, b) + power(pc, c) + power(1 - pb - pc, n - b - c)
  );
}
