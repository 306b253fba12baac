import {describe, expect, it} from "vitest";
import {chrf, type ChrfOptions} from "../../../src/evals/scorers/index.js";
import {corpusOf} from "./corpusOf.js";
import {score, scoreInput} from "./score.js";

async function corpus(outputs: string[], refs: string[], options?: ChrfOptions): Promise<number> {
  const scorer = chrf(options);
  const rows: {value: number}[] = [];
  for (const [i, output] of outputs.entries())
    rows.push((await scorer(scoreInput(output, refs[i]))) as {value: number});
  return corpusOf(scorer, rows)!;
}

// Expected figures: sacreBLEU's own tests (test_chrf.py), tolerance 1e-4.
const risk =
  "risk assessment must be made of those who are qualified and expertise in the sector - these are the scientists .";
const riskReference =
  "risk assessment has to be undertaken by those who are qualified and expert in that area - that is the scientists .";
const german = "Das Verhältnis zwischen Obama und Netanyahu ist nicht gerade freundschaftlich.";

describe("chrF", () => {
  const epsilon: [string[], string[], number][] = [
    [["abcdefg"], ["hijklmnop"], 0],
    [[""], ["reference"], 0],
    [["aa"], ["ab"], 8.3333],
    [["a", "b"], ["a", "c"], 8.3333],
    [["a"], ["a"], 16.6667],
    [["a b c"], ["a b c"], 50],
    [["a b c"], ["abc"], 50],
    [[` ${risk}`], [riskReference], 63.36173],
    [[" Die    Beziehung zwischen  Obama und Netanjahu ist nicht gerade  freundlich. "], [german], 64.1302698]
  ];
  it("equals chrF3 with epsilon smoothing", async () => {
    for (const [outputs, refs, expected] of epsilon) {
      const ours = await corpus(outputs, refs, {beta: 3, smoothing: "epsilon"});
      expect(Math.abs(ours - expected), outputs[0]).toBeLessThan(1e-4);
    }
  });
  it("equals chrF3 with effective order", async () => {
    const cases: [string[], string[], number][] = [
      [["a"], ["a"], 100],
      [[""], ["reference"], 0],
      [["a b c"], ["abc"], 100],
      [["a", "b"], ["a", "c"], 50],
      [["aa"], ["ab"], 25]
    ];
    for (const [outputs, refs, expected] of cases) {
      expect(await corpus(outputs, refs, {beta: 3})).toBeCloseTo(expected, 9);
    }
  });
  it("can count white space", async () => {
    const options: ChrfOptions = {beta: 3, whitespace: true};
    const ours = "Die Beziehung zwischen Obama und Netanjahu ist nicht gerade freundlich.";
    expect(Math.abs((await corpus([ours], [german], options)) - 67.3481606)).toBeLessThan(1e-4);
    expect(Math.abs((await corpus([risk], [riskReference], options)) - 65.2414427)).toBeLessThan(1e-4);
  });
  it("equals sentence chrF2 on Czech sentences", async () => {
    const cases: [string, string, number][] = [
      [
        "Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře.",
        "Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře.",
        39.14078509
      ],
      [
        "Nebo prostě nemají vybavení, které by jim pomohlo, uvedli lékaři.",
        "A někdy nemáme ani potřebný materiál, abychom jim pomohli, popsali lékaři.",
        31.22557079
      ],
      [
        "Lapali po dechu, jejich životy skončily dřív, než skutečně začaly.",
        "Lapali po dechu a pak jejich život skončil - dřív, než skutečně mohl začít, připomněli.",
        57.15704367
      ]
    ];
    for (const [output, reference, expected] of cases) {
      const ours = await score(chrf({smoothing: "epsilon"}), output, reference);
      expect(Math.abs((ours as number) - expected)).toBeLessThan(1e-4);
    }
  });
  it("leaves out n-grams of a length that a row's reference does not have", async () => {
    // Characters: 4 given, 3 wanted, 3 shared; pairs: 1, 1, 1. Precision 0.875, recall 1.
    expect(await corpus(["ab", "cd"], ["a", "cd"])).toBeCloseTo((100 * 5 * 0.875) / (4 * 0.875 + 1), 9);
  });
  it("counts the best of several references", async () => {
    expect(await score(chrf(), "abc", ["xyz", "abc"])).toBe(100);
    expect(await score(chrf(), "abc", ["xyz"])).toBe(0);
  });
  it("chrF++ counts words too, one punctuation mark split off", async () => {
    // Characters all match; of the words "the", "cat", "." all three unigrams and both bigrams match.
    expect(await score(chrf({words: 2}), "the cat.", "the cat .")).toBeCloseTo(100, 9);
    expect(await score(chrf({words: 2}), "thecat.", "the cat.")).toBeLessThan(100);
    expect(await score(chrf({words: 0}), "thecat.", "the cat.")).toBeCloseTo(100, 9);
    expect(await score(chrf({words: 1, characters: 0}), '"cat"', '" cat"')).toBeLessThan(100);
  });
  it("ignores case only when told to, and handles characters beyond the basic plane", async () => {
    expect(await score(chrf(), "ABC", "abc")).toBe(0);
    expect(await score(chrf({lowercase: true}), "ABC", "abc")).toBe(100);
    expect(await score(chrf(), "😀", "😁")).toBe(0);
  });
  it("is undefined for no rows and fails a row without a reference", async () => {
    expect(corpusOf(chrf(), [])).toBeUndefined();
    expect(await score(chrf(), "abc")).toEqual({failed: expect.any(String)});
  });
});
