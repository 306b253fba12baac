import {describe, expect, it} from "vitest";
import {
  exactMatch,
  includes,
  matchAfter,
  normalizedMatch,
  regexMatch
} from "../../../src/evals/scorers/index.js";
import {score} from "./score.js";

const failed = {failed: expect.any(String)};

describe("exactMatch", () => {
  it("ignores white space around the answer and nothing else", async () => {
    expect(await score(exactMatch, " Paris\n", "Paris ")).toBe(1);
    expect(await score(exactMatch, "paris", "Paris")).toBe(0);
    expect(await score(exactMatch, "Pa ris", "Paris")).toBe(0);
    expect(await score(exactMatch, "Paris.", "Paris")).toBe(0);
  });
  it("accepts any of several references", async () => {
    expect(await score(exactMatch, "NYC", ["New York", "NYC"])).toBe(1);
    expect(await score(exactMatch, "LA", ["New York", "NYC"])).toBe(0);
  });
  it("compares numbers and booleans by their printed form", async () => {
    expect(await score(exactMatch, "42", 42)).toBe(1);
    expect(await score(exactMatch, "true", true)).toBe(1);
  });
  it("scores an empty output, but fails a row without an expected value", async () => {
    expect(await score(exactMatch, "", "Paris")).toBe(0);
    expect(await score(exactMatch, "", "")).toBe(1);
    for (const missing of [undefined, null, [], {}, ["a", null]]) {
      expect(await score(exactMatch, "x", missing)).toEqual(failed);
    }
  });
});

describe("normalizedMatch", () => {
  it("ignores case, punctuation and runs of white space by default", async () => {
    expect(await score(normalizedMatch(), "The  answer,  is: YES!", "the answer is yes")).toBe(1);
    expect(await score(normalizedMatch(), "yes", "no")).toBe(0);
    expect(await score(normalizedMatch(), "café", "cafe")).toBe(0);
    expect(await score(normalizedMatch(), "the cat", "cat")).toBe(0);
  });
  it("composes and decomposes Unicode before comparing", async () => {
    expect(await score(normalizedMatch(), "cafe\u0301", "caf\u00e9")).toBe(1);
    expect(await score(normalizedMatch(), "ＡＢＣ", "abc")).toBe(1);
  });
  it("can keep case and punctuation, and drop articles and accents", async () => {
    expect(await score(normalizedMatch({ignoreCase: false}), "Yes", "yes")).toBe(0);
    expect(await score(normalizedMatch({ignorePunctuation: false}), "yes.", "yes")).toBe(0);
    expect(await score(normalizedMatch({ignoreArticles: true}), "the cat", "A cat")).toBe(1);
    expect(await score(normalizedMatch({ignoreArticles: true}), "thecat", "cat")).toBe(0);
    expect(await score(normalizedMatch({ignoreAccents: true}), "Ünïcode", "unicode")).toBe(1);
  });
  it("does not take texts for the same of which nothing is left", async () => {
    for (const [a, b] of [
      ["<", ">"],
      ["👍", "👎"],
      ["!", ""],
      ["+", "-"]
    ] as const) {
      expect(await score(normalizedMatch(), a, b)).toBe(0);
      expect(await score(normalizedMatch(), ` ${a}\n`, [b, a])).toBe(1);
    }
    expect(await score(normalizedMatch(), "＜", "<")).toBe(1);
    expect(await score(normalizedMatch(), " ", "")).toBe(1);
    expect(await score(normalizedMatch({ignoreArticles: true}), "the", "a")).toBe(0);
    expect(await score(normalizedMatch({ignoreArticles: true}), "The", "the")).toBe(1);
  });
  it("keeps + and # directly behind a letter", async () => {
    for (const [a, b] of [
      ["C", "C++"],
      ["C", "C#"],
      ["C#", "C++"],
      ["A", "A+"],
      ["C17", "C++17"]
    ] as const)
      expect(await score(normalizedMatch(), a, b)).toBe(0);
    for (const [a, b] of [
      ["**c++**.", "C++"],
      ["F#!", "f#"],
      ["x+y", "xy"],
      ["#1 + 2", "1  2"],
      ["-5", "5"]
    ] as const)
      expect(await score(normalizedMatch(), a, b)).toBe(1);
    expect(await score(normalizedMatch({ignoreCase: false}), "c++", "C++")).toBe(0);
  });
  it("fails a row without an expected value", async () => {
    expect(await score(normalizedMatch(), "x")).toEqual(failed);
  });
});

describe("includes", () => {
  it("finds the reference anywhere, with case unless told otherwise", async () => {
    expect(await score(includes(), "It is Paris, of course", "Paris")).toBe(1);
    expect(await score(includes(), "It is paris", "Paris")).toBe(0);
    expect(await score(includes({ignoreCase: true}), "It is paris", "Paris")).toBe(1);
    expect(await score(includes(), "", "Paris")).toBe(0);
  });
  it("finds whole words only when asked, beyond a first partial hit", async () => {
    expect(await score(includes({wholeWords: true}), "concatenate", "cat")).toBe(0);
    expect(await score(includes({wholeWords: true}), "concatenate a cat.", "cat")).toBe(1);
    expect(await score(includes({wholeWords: true}), "écat", "cat")).toBe(0);
    expect(await score(includes({wholeWords: true}), "𝒜cat", "cat")).toBe(0);
    expect(await score(includes({wholeWords: true}), "cats", "cat")).toBe(0);
  });
  it("wants any reference, or all of them", async () => {
    expect(await score(includes(), "red and blue", ["red", "green"])).toBe(1);
    expect(await score(includes({all: true}), "red and blue", ["red", "green"])).toBe(0);
    expect(await score(includes({all: true}), "red and blue", ["red", "blue"])).toBe(1);
  });
  it("fails an empty reference, which every output contains", async () => {
    expect(await score(includes(), "anything", " ")).toEqual(failed);
    expect(await score(includes(), "anything")).toEqual(failed);
  });
});

describe("regexMatch", () => {
  it("is 1 when the pattern matches, whatever the row expects", async () => {
    expect(await score(regexMatch(/^\d{4}$/), "2024")).toBe(1);
    expect(await score(regexMatch(/^\d{4}$/), "24")).toBe(0);
    expect(await score(regexMatch(/./), "")).toBe(0);
  });
  it("gives the same answer every time with a global pattern", async () => {
    const scorer = regexMatch(/a/g);
    expect(await score(scorer, "a")).toBe(1);
    expect(await score(scorer, "a")).toBe(1);
  });
  it("compares a captured group of the first or last match", async () => {
    const pattern = /answer: (?<label>\w+)/i;
    expect(await score(regexMatch(pattern, {capture: "label"}), "Answer: yes. answer: no", "yes")).toBe(1);
    expect(
      await score(regexMatch(pattern, {capture: 1, which: "last"}), "Answer: yes. answer: no", "no")
    ).toBe(1);
    expect(
      await score(regexMatch(pattern, {capture: 1, which: "last"}), "Answer: yes. answer: no", "yes")
    ).toBe(0);
    expect(await score(regexMatch(pattern, {capture: 1}), "none", "yes")).toBe(0);
    expect(await score(regexMatch(pattern, {capture: 1}), "answer: yes")).toEqual(failed);
  });
  it("takes the pattern from the row when none is configured", async () => {
    expect(await score(regexMatch(), "abc123", ["^x", "\\d+$"])).toBe(1);
    expect(await score(regexMatch(), "abc", "^x")).toBe(0);
    expect(await score(regexMatch(), "abc", "(")).toEqual(failed);
  });
});

describe("matchAfter", () => {
  const scorer = matchAfter("the answer is ", {orWhole: true});
  it("takes the rest of the line behind the last marker, without its full stop", async () => {
    expect(await score(scorer, "First the answer is (A).\nSo the answer is (B).", "(B)")).toBe(1);
    expect(await score(scorer, "First the answer is (A).\nSo the answer is (B).", "(A)")).toBe(0);
    expect(await score(scorer, "So the answer is (B).\nQ: next", "(B)")).toBe(1);
    expect(await score(scorer, "So the answer is 3..", "3.")).toBe(1);
  });
  it("takes the whole output, or scores 0, when the marker is absent", async () => {
    expect(await score(scorer, "(B)", "(B)")).toBe(1);
    expect(await score(scorer, "(B).", "(B)")).toBe(0);
    expect(await score(matchAfter("the answer is "), "(B)", "(B)")).toBe(0);
    expect(await score(scorer, "", "(B)")).toBe(0);
  });
  it("can ask for the marker at the beginning of a line", async () => {
    const atStart = matchAfter("A:", {lineStart: true});
    expect(await score(atStart, "A: yes\nQ: no A: no", "yes")).toBe(1);
    expect(await score(atStart, "Q: A: yes", "yes")).toBe(0);
    expect(await score(atStart, "A: yes", "yes")).toBe(1);
  });
});
