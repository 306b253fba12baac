import {describe, expect, it} from "vitest";
import {rouge, tokenF1} from "../../../src/evals/scorers/index.js";
import {rougeScore} from "../../../src/evals/scorers/rougeScore.js";
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
    expect(rougeScore("running dogs", "run dog", "rouge1", {stem: true}).f).toBe(1);
    expect(rougeScore("ass", "as", "rouge1", {stem: true}).f).toBe(0);
  });
  it("takes the best of several references and keeps recall and precision", () => {
    expect(rouge({type: "rouge1"})(scoreInput("a b", ["x", "a b c d"]))).toEqual({
      value: 2 / 3,
      details: {recall: 0.5, precision: 1}
    });
  });
  it("pools several references as ROUGE-1.5.5 does on request: matches and counts summed over all", () => {
    // Recall (2 + 1) / (4 + 2), precision (2 + 1) / (3 + 3).
    expect(rouge({type: "rouge1", references: "pooled"})(scoreInput("a b x", ["a b c d", "x y"]))).toEqual({
      value: 0.5,
      details: {recall: 0.5, precision: 0.5}
    });
    expect(rouge({type: "rouge1"})(scoreInput("a b x", ["a b c d", "x y"]))).toMatchObject({
      details: {recall: 0.5, precision: 2 / 3}
    });
    expect(() => rouge({references: "all" as "best"})).toThrow(/one of "best", "pooled"/);
  });
  it("scores no words 0, and fails without a reference or with one that has no word it splits", async () => {
    expect(await score(rouge(), "", "a")).toBe(0);
    expect(await score(rouge(), "漢字", "a")).toBe(0);
    expect(await score(rouge(), "a")).toEqual({failed: expect.any(String)});
    for (const expected of ["漢字", "привет мир", "", "!", ["漢字", "…"]]) {
      expect(await score(rouge(), "漢字", expected)).toEqual({
        failed: expect.stringContaining("no word of a-z") as string
      });
      expect(rouge().check?.(expected, {id: "1"})).toContain("no word of a-z");
    }
    expect(await score(rouge(), "a", ["漢字", "a"])).toBe(1);
  });
});

describe("skip pairs and weighted sequences of ROUGE", () => {
  const reference = "police killed the gunman";
  const anySkip = {maxSkip: -1};

  it("equal the worked examples of Lin (2004), section 5", () => {
    for (const [output, f] of [
      ["police kill the gunman", 0.5],
      ["the gunman kill police", 1 / 6],
      ["the gunman police killed", 1 / 3]
    ] as const)
      expect(rougeScore(output, reference, "rougeS", anySkip).f).toBeCloseTo(f, 12);
    expect(rougeScore("gunman the killed police", reference, "rougeS", anySkip).f).toBe(0);
    expect(rougeScore("gunman the killed police", reference, "rougeSU", anySkip).f).toBeGreaterThan(0);
  });

  it("count pairs at most four words apart unless told otherwise, and no last word alone, as ROUGE-1.5.5", () => {
    // Seven words: 6 + 5 + 4 + 3 + 2 pairs up to a gap of four, 21 in all.
    const seven = "a b c d e f g";
    expect(rougeScore("a g", seven, "rougeS").f).toBe(0);
    expect(rougeScore("a f", seven, "rougeS").recall).toBeCloseTo(1 / 20, 12);
    expect(rougeScore("a g", seven, "rougeS", anySkip).recall).toBeCloseTo(1 / 21, 12);
    expect(rougeScore("a b", "a b", "rougeSU")).toEqual({recall: 1, precision: 1, f: 1});
    expect(rougeScore("a", "a", "rougeSU").f).toBe(0);
    expect(rougeScore("x b", "a b", "rougeSU").f).toBe(0);
  });

  it("weigh runs of words: ROUGE-W's precision is that of Lin (2004), section 4, at a weight of 2", () => {
    const x = "a b c d e f g";
    const weight = {weight: 2};
    expect(rougeScore("a b c d h i k", x, "rougeW", weight).precision).toBeCloseTo(0.571, 3);
    // ROUGE-1.5.5 looks for runs in the reference.
    expect(rougeScore(x, "a h b k c i d", "rougeW", weight).precision).toBeCloseTo(0.286, 3);
    // ROUGE-1.5.5 weighs the reference's length twice: 16 of (7²)² under a root.
    expect(rougeScore("a b c d h i k", x, "rougeW", weight).recall).toBeCloseTo(4 / 49, 12);
  });

  it("take lines as sentences, and a word only as often as both texts hold it", () => {
    expect(rougeScore("a b\na b", "a b", "rougeW").precision).toBeCloseTo(0.5, 12);
    expect(rougeScore("c d\na b", "a b\nc d", "rougeW").precision).toBeCloseTo(
      ((2 * 2 ** 1.2) / 4 ** 1.2) ** (1 / 1.2),
      12
    );
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
    expect(await score(tokenF1, "👍", "👎")).toBe(0);
    expect(await score(tokenF1, "👍", ["👎", "👍"])).toBe(1);
    expect(await score(tokenF1, "cat")).toEqual({failed: expect.any(String)});
  });
});
