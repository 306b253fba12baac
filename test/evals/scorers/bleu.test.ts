import {describe, expect, it} from "vitest";
import {bleu, type BleuOptions} from "../../../src/evals/scorers/index.js";
import {bleuScore} from "../../../src/base/stats/corpus/bleu.js";
import {tokenizeBleu} from "../../../src/evals/scorers/tokenizeBleu.js";
import {corpusOf} from "./corpusOf.js";
import {score, scoreInput} from "./score.js";

/** Corpus figure of rows, each an output and its references. */
async function corpus(rows: [string, string[]][], options?: BleuOptions): Promise<number | undefined> {
  const scorer = bleu(options);
  const scored: {value: number}[] = [];
  for (const [output, expected] of rows)
    scored.push((await scorer(scoreInput(output, expected))) as {value: number});
  return corpusOf(scorer, scored);
}

const dogs: [string, string[]][] = [
  ["The dog bit the man.", ["The dog bit the man.", "The dog had bit the man."]],
  ["It wasn't surprising.", ["It was not unexpected.", "No one was surprised."]],
  ["The man had just bitten him.", ["The man bit him first.", "The man had bitten the dog."]]
];

it("the Chinese tokenizer takes every Chinese character for a word and the rest as 13a does", () => {
  expect(tokenizeBleu("他说：“3.5 元, OK!”", "zh")).toEqual([..."他说：“", "3.5", "元", ",", "OK", "!", "”"]);
  // XML escapes are 13a's business only.
  expect(tokenizeBleu("好&amp;坏", "zh")).toEqual(["好", "&", "amp", ";", "坏"]);
  expect(tokenizeBleu("plain words", "zh")).toEqual(["plain", "words"]);
});

// Expected figures: sacreBLEU's own tests (test_bleu.py, test_sentence_bleu.py).
describe("corpus BLEU", () => {
  it("equals sacreBLEU with two references and each tokenizer", async () => {
    expect(await corpus(dogs)).toBeCloseTo(48.530827, 6);
    expect(await corpus(dogs, {tokenizer: "none"})).toBeCloseTo(49.1919566, 6);
    expect(await corpus(dogs, {tokenizer: "intl"})).toBeCloseTo(43.91623493, 7);
    expect(await corpus(dogs, {smoothing: "none"})).toBeCloseTo(48.530827, 6);
  });
  it("is 0 when every output is empty and undefined without rows", async () => {
    expect(await corpus(dogs.map(([, refs]) => ["", refs]))).toBe(0);
    expect(await corpus([])).toBeUndefined();
  });
  it("counts a word as often as the reference that holds it most, and takes the shorter length on a tie", () => {
    const details = (refs: string[]) => (bleu()(scoreInput("a a b", refs)) as {details: object}).details;
    expect(details(["a a", "a b c d"])).toMatchObject({matches: [3, 2, 0, 0], referenceLength: 2});
    expect(details(["a b c d", "a a"])).toMatchObject({matches: [3, 2, 0, 0], referenceLength: 2});
    expect(details(["a a", "a"])).toMatchObject({matches: [2, 1, 0, 0]});
  });
  it("does not depend on the order of rows or references", async () => {
    const turned = dogs.toReversed().map(([output, refs]): [string, string[]] => [output, refs.toReversed()]);
    expect(await corpus(turned)).toBe(await corpus(dogs));
  });
});

describe("sentence BLEU", () => {
  const reference = "producţia de zahăr brut se exprimă în zahăr alb;";
  const output = "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;";
  const cases: [BleuOptions, number][] = [
    [{}, 8.493],
    [{smoothing: "none"}, 0],
    [{smoothing: "floor"}, 4.51688],
    [{smoothing: "floor", smoothingValue: 0.5}, 10.1],
    [{smoothing: "add-k"}, 14.882],
    [{smoothing: "add-k", smoothingValue: 2}, 21.389],
    [{tokenizer: "none"}, 7.347],
    [{tokenizer: "intl"}, 8.493],
    [{tokenizer: "char"}, 40.8759],
    [{tokenizer: "char", lowercase: true}, 42.0267]
  ];
  for (const [options, expected] of cases) {
    it(`equals sacreBLEU with ${JSON.stringify(options)}`, async () => {
      expect(Math.abs(((await score(bleu(options), output, reference)) as number) - expected)).toBeLessThan(
        1e-3
      );
    });
  }
  it("is 0 when nothing matches, whatever the smoothing", async () => {
    for (const smoothing of ["exp", "floor", "add-k", "none"] as const) {
      expect(await score(bleu({smoothing}), "this is a cat", "okay thanks")).toBe(0);
    }
  });
  it("leaves out n-gram lengths that a short output does not have, unless told otherwise", async () => {
    const options: BleuOptions = {smoothing: "floor", smoothingValue: 0.01, tokenizer: "none"};
    expect(await score(bleu(options), "test", "a test")).toBeCloseTo(36.78794411714425, 9);
    expect(await score(bleu(options), "a test", "a test")).toBeCloseTo(100, 9);
    expect(await score(bleu(options), "a little test", "a test")).toBeCloseTo(3.218297948685433, 9);
    expect(await score(bleu({...options, effectiveOrder: false}), "a test", "a test")).toBe(0);
  });
  it("scores an empty output 0 and fails a row without a reference", async () => {
    expect(await score(bleu(), "", "a test")).toBe(0);
    expect(await score(bleu(), "a test")).toEqual({failed: expect.any(String)});
  });
});

describe("bleuScore", () => {
  it("is the penalised geometric mean of the precisions", () => {
    const counts = {matches: [9, 7, 5, 3], totals: [10, 8, 6, 4], length: 11, referenceLength: 11};
    expect(bleuScore(counts)).toBeCloseTo(83.75922397, 7);
    expect(bleuScore({...counts, referenceLength: 22})).toBeCloseTo(83.75922397 * Math.exp(-1), 7);
  });
  it("is 0 for statistics without a match, with floor smoothing too", () => {
    const none = {matches: [0, 0, 0, 0], totals: [4, 4, 2, 1], length: 4, referenceLength: 1};
    expect(bleuScore(none, {smoothing: "floor", smoothingValue: 0})).toBe(0);
    const some = {matches: [6, 5, 4, 0], totals: [6, 5, 4, 3], length: 6, referenceLength: 6};
    expect(bleuScore(some, {smoothing: "floor", smoothingValue: 0})).toBe(0);
  });
});

describe("tokenizeBleu", () => {
  it("splits punctuation the way mteval-v13a does", () => {
    expect(tokenizeBleu("Costs 1,000.50, i.e. 3-4 &quot;units&quot;.", "13a")).toEqual([
      "Costs",
      "1,000.50",
      ",",
      "i",
      ".",
      "e",
      ".",
      "3",
      "-",
      "4",
      '"',
      "units",
      '"',
      "."
    ]);
  });
  it("splits Unicode punctuation and symbols but not decimals with intl", () => {
    expect(tokenizeBleu("„Nein“, 3.5 € → 20.", "intl")).toEqual([
      "„",
      "Nein",
      "“",
      ",",
      "3.5",
      "€",
      "→",
      "20."
    ]);
  });
  it("gives characters, not halves of them, with char", () => {
    expect(tokenizeBleu("a 😀b", "char")).toEqual(["a", "😀", "b"]);
  });
  it("takes a byte order mark within a text for part of a word, as Python does", () => {
    expect(tokenizeBleu("a\uFEFFb c\u00a0d", "none")).toEqual(["a\uFEFFb", "c", "d"]);
  });
  it("gives no words for an empty text", () => {
    for (const name of ["13a", "intl", "char", "none"] as const)
      expect(tokenizeBleu(" \n", name)).toEqual([]);
  });
});
