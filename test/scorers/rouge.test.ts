import {describe, expect, it} from "vitest";
import {rouge, tokenF1} from "../../src/scorers/index.js";
import {rougeScore} from "../../src/scorers/rougeScore.js";
import {score, scoreInput} from "./score.js";

describe("rouge", () => {
  it("equals the figures of rouge_score's tests", () => {
    expect(rougeScore("testing", "testing one two", "rouge1")).toMatchObject({
      recall: 1 / 3,
      precision: 1,
      f: 0.5
    });
    expect(rougeScore("testing one", "testing one two", "rouge2")).toMatchObject({recall: 0.5, precision: 1});
    expect(rougeScore("testing two", "testing one two", "rougeL").f).toBeCloseTo(0.8, 12);
    expect(rougeScore("", "testing one two", "rouge1")).toEqual({recall: 0, precision: 0, f: 0});
    const summary = rougeScore("w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5", "rougeLsum");
    expect(summary.recall).toBeCloseTo(0.8, 12);
    expect(summary.precision).toBeCloseTo(0.4, 12);
    expect(summary.f).toBeCloseTo(0.5333, 4);
  });
  it("counts a repeated word only as often as the other text holds it", () => {
    expect(rougeScore("the the the", "the cat", "rouge1")).toMatchObject({recall: 0.5, precision: 1 / 3});
    expect(rougeScore("a b\na b", "a b", "rougeLsum")).toMatchObject({recall: 1, precision: 0.5});
  });
  it("finds the longest common subsequence, not a run", () => {
    expect(rougeScore("a x b y c", "a b c d", "rougeL")).toMatchObject({recall: 0.75, precision: 0.6});
    expect(rougeScore("c b a", "a b c", "rougeL").recall).toBeCloseTo(1 / 3, 12);
  });
  it("compares stems of words longer than three letters on request", () => {
    expect(rougeScore("running dogs", "run dog", "rouge1").f).toBe(0);
    expect(rougeScore("running dogs", "run dog", "rouge1", true).f).toBe(1);
    expect(rougeScore("ass", "as", "rouge1", true).f).toBe(0);
  });
  it("takes the best of several references and keeps recall and precision", () => {
    expect(rouge({type: "rouge1"})(scoreInput("a b", ["x", "a b c d"]))).toEqual({
      value: 2 / 3,
      details: {recall: 0.5, precision: 1}
    });
  });
  it("scores no words 0, also in a script it does not split, and fails without a reference", async () => {
    expect(await score(rouge(), "", "a")).toBe(0);
    expect(await score(rouge(), "漢字", "漢字")).toBe(0);
    expect(await score(rouge(), "a")).toEqual({failed: expect.any(String)});
  });
});

describe("tokenF1", () => {
  it("is the F1 of shared words, without articles, case and punctuation", async () => {
    expect(await score(tokenF1, "The cat sat.", "a cat")).toBeCloseTo(2 / 3, 12);
    expect(await score(tokenF1, "cat cat", "cat")).toBeCloseTo(2 / 3, 12);
    expect(await score(tokenF1, "dog", "cat")).toBe(0);
    expect(await score(tokenF1, "Zürich", "zürich!")).toBe(1);
  });
  it("takes the best reference", async () => {
    expect(await score(tokenF1, "New York", ["Paris", "York"])).toBeCloseTo(2 / 3, 12);
  });
  it("is 1 only if both are empty when one is", async () => {
    expect(await score(tokenF1, "", "")).toBe(1);
    expect(await score(tokenF1, "the", "")).toBe(1);
    expect(await score(tokenF1, "", "cat")).toBe(0);
    expect(await score(tokenF1, "cat", "")).toBe(0);
    expect(await score(tokenF1, "cat")).toEqual({failed: expect.any(String)});
  });
});
