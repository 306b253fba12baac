import {describe, expect, it} from "vitest";
import {classification, classificationReport} from "../../src/scorers/index.js";
import {score, scoreInput} from "./score.js";

describe("classification", () => {
  it("takes the trimmed output as the label and keeps both labels in the details", () => {
    const scorer = classification();
    expect(scorer(scoreInput(" spam\n", "spam"))).toEqual({
      value: 1,
      details: {expected: "spam", predicted: "spam"}
    });
    expect(scorer(scoreInput("Spam", "spam"))).toEqual({
      value: 0,
      details: {expected: "spam", predicted: "Spam"}
    });
    expect(scorer(scoreInput("", "spam"))).toEqual({value: 0, details: {expected: "spam", predicted: ""}});
  });
  it("reads another spelling of a listed label as that label", () => {
    const scorer = classification({labels: ["change_pin", "card-lost"]});
    for (const output of [
      "Change PIN",
      "change-pin.",
      '"change_pin"',
      "Label: change_pin",
      "**change_pin**"
    ]) {
      expect(scorer(scoreInput(output, "change_pin"))).toEqual({
        value: 1,
        details: {expected: "change_pin", predicted: "change_pin"}
      });
    }
    expect(scorer(scoreInput("CARD LOST", "change_pin"))).toEqual({
      value: 0,
      details: {expected: "change_pin", predicted: "card-lost"}
    });
  });
  it("keeps an invented label as a wrong answer", () => {
    expect(classification({labels: ["a", "b"]})(scoreInput(" Something else ", "a"))).toEqual({
      value: 0,
      details: {expected: "a", predicted: "Something else"}
    });
  });
  it("compares labels exactly on request, although they are listed", async () => {
    expect(await score(classification({labels: ["Yes"], normalize: "exact"}), "yes", "Yes")).toBe(0);
  });
  it("reports a correct loose label under the expected spelling", () => {
    expect(classification({normalize: "loose"})(scoreInput("SPAM.", "Spam"))).toEqual({
      value: 1,
      details: {expected: "Spam", predicted: "Spam"}
    });
  });
  it("fails a row without an expected label", async () => {
    expect(await score(classification(), "a")).toEqual({failed: expect.any(String)});
    expect(await score(classification(), "a", ["a"])).toEqual({failed: expect.any(String)});
  });
  it("aggregates to macro F1, undefined without rows", () => {
    const row = (expected: string, predicted: string) => ({
      value: 0,
      details: {expected, predicted},
      expected,
      output: predicted
    });
    const {aggregate} = classification();
    expect(aggregate?.([row("a", "a"), row("a", "b"), row("b", "b")])).toBeCloseTo(2 / 3, 12);
    expect(aggregate?.([])).toBeUndefined();
  });
});

describe("classificationReport", () => {
  it("agrees with figures worked out by hand", () => {
    const pairs = (expected: string, predicted: string, n: number) =>
      Array.from({length: n}, () => ({expected, predicted}));
    const report = classificationReport([
      ...pairs("a", "a", 5),
      ...pairs("a", "b", 1),
      ...pairs("b", "b", 2),
      ...pairs("b", "c", 2)
    ])!;
    expect(report.accuracy).toBe(0.7);
    expect(report.classes.map((one) => one.label)).toEqual(["a", "b", "c"]);
    expect(report.confusion).toEqual([
      [5, 1, 0],
      [0, 2, 2],
      [0, 0, 0]
    ]);
    expect(report.classes[0]).toMatchObject({
      support: 6,
      predicted: 5,
      correct: 5,
      precision: 1,
      recall: 5 / 6
    });
    expect(report.classes[2]).toMatchObject({
      support: 0,
      predicted: 2,
      precision: 0,
      recall: undefined,
      f1: 0
    });
    const [f1a, f1b] = [10 / 11, 4 / 7];
    expect(report.macroF1).toBeCloseTo((f1a + f1b) / 2, 12);
    expect(report.weightedF1).toBeCloseTo((6 * f1a + 4 * f1b) / 10, 12);
  });
  it("is undefined without rows", () => {
    expect(classificationReport([])).toBeUndefined();
  });
});
