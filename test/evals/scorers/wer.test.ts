import {describe, expect, it} from "vitest";
import {wer} from "../../../src/evals/scorers/index.js";
import {corpusOf} from "./corpusOf.js";
import {scoreInput} from "./score.js";

describe("wer", () => {
  it("is 100 minus insertions, deletions and substitutions over the reference's words, in per cent", async () => {
    expect(await wer(scoreInput("K AE T", "K AE T"))).toEqual({value: 100, details: {edits: 0, words: 3}});
    expect(await wer(scoreInput(" K AH  T\n", "K AE T S"))).toEqual({
      value: 50,
      details: {edits: 2, words: 4}
    });
    expect(await wer(scoreInput("", "K AE"))).toEqual({value: 0, details: {edits: 2, words: 2}});
    // kitten → sitting, letter by letter: three edits.
    expect(await wer(scoreInput("k i t t e n", "s i t t i n g"))).toMatchObject({
      details: {edits: 3, words: 7}
    });
  });

  it("is negative when more words are wrong than the reference has, and 0 against an empty one", async () => {
    expect(await wer(scoreInput("a b c", "d"))).toMatchObject({value: -200});
    expect(await wer(scoreInput("a b", ""))).toMatchObject({value: 0});
    expect(await wer(scoreInput("", ""))).toMatchObject({value: 100});
  });

  it("takes the reference that gives the lowest rate, not the fewest edits", async () => {
    expect(await wer(scoreInput("a b c d e", ["x", "a b c d e f g h i j"]))).toMatchObject({
      value: 50,
      details: {edits: 5, words: 10}
    });
  });

  it("weighs rows by their words in the corpus figure, and fails without a reference", async () => {
    const row = (edits: number, words: number) => ({details: {edits, words}});
    expect(corpusOf(wer, [row(1, 1), row(0, 9)])).toBeCloseTo(90, 12);
    expect(corpusOf(wer, [])).toBeUndefined();
    expect(await wer(scoreInput("a", undefined))).toHaveProperty("failed");
  });
});
