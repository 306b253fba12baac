import {describe, expect, it} from "vitest";
import {numeric} from "../../src/scorers/index.js";
import {parseNumbers} from "../../src/scorers/parseNumbers.js";
import {score} from "./score.js";

describe("parseNumbers", () => {
  const cases: [string, number[]][] = [
    ["", []],
    ["no number here", []],
    ["1,234,567.89", [1234567.89]],
    ["$1,200 and $-5 and -$7", [1200, -5, -7]],
    ["1,23", [1, 23]],
    ["12,3456", [12, 3456]],
    ["1'000 and 1’000 and 1\u202f000 and 1\u00a0000", [1000, 1000, 1000, 1000]],
    ["16-3=13", [16, 3, 13]],
    ["(-3) −4 +5", [-3, -4, 5]],
    ["- 3", [3]],
    [".5 and 0.25 and 7.", [0.5, 0.25, 7]],
    ["6.02e23, 1E-3", [6.02e23, 0.001]],
    ["H2O covid19 x_3", []],
    ["version 1.2.3", [1.2]],
    ["5km 30% 3rd", [5, 30, 3]],
    ["US$5", [5]],
    ["1e999", []],
    ["-0", [0]],
    ["(2)-1", [2, 1]],
    ["\\boxed{1{,}234} and 1{,}234{,}567.5", [1234, 1234567.5]],
    ["1\\,000", [1000]],
    ["1,23,456 and 12,34,56,789.5", [123456, 123456789.5]],
    ["1,23,4567", [1, 23, 4567]],
    ["1,2,345", [1, 2345]],
    ["(1,23)", [1, 23]]
  ];
  for (const [text, numbers] of cases) {
    it(`reads ${JSON.stringify(text)} as ${JSON.stringify(numbers)}`, () => {
      expect(parseNumbers(text)).toEqual(numbers);
    });
  }
  it("reads a decimal comma when told so", () => {
    expect(parseNumbers("1.234,5 €", {decimal: ","})).toEqual([1234.5]);
    expect(parseNumbers("1.234{,}5", {decimal: ","})).toEqual([1234.5]);
    expect(parseNumbers("1,23,456", {decimal: ","})).toEqual([1.23]);
  });
  it("converts units by the longest name that ends there", () => {
    const units = {m: 1, km: 1000, million: 1e6};
    expect(parseNumbers("5 km, 5m, 3 million, 4 mm, 6-km", {units})).toEqual([5000, 5, 3e6, 4, 6000]);
  });
});

describe("numeric", () => {
  it("compares the last number of the output by default", async () => {
    expect(await score(numeric(), "3 + 4 = 7", 7)).toBe(1);
    expect(await score(numeric(), "7 is 3 + 4", 7)).toBe(0);
    expect(await score(numeric({which: "first"}), "7 is 3 + 4", 7)).toBe(1);
  });
  it("ignores formatting: separators, currency, percent, trailing zeros", async () => {
    expect(await score(numeric(), "That costs $1,200.00.", "1200")).toBe(1);
    expect(await score(numeric(), "50%", "50")).toBe(1);
    expect(await score(numeric(), "0.30000000000000004", 0.3)).toBe(1);
    expect(await score(numeric(), "0.3001", 0.3)).toBe(0);
  });
  it("is 0 for an output without a number", async () => {
    expect(await score(numeric(), "", 7)).toBe(0);
    expect(await score(numeric(), "seven", 0)).toBe(0);
    expect(await score(numeric(), "１２", 12)).toBe(0);
  });
  it("looks only behind the last line that begins with the marker", async () => {
    const scorer = numeric({after: "A:"});
    expect(await score(scorer, "3 a day\nA: 18 ducks of 20", 18)).toBe(1);
    expect(await score(scorer, "A: 1\nA: 18\n20", 18)).toBe(1);
    expect(await score(scorer, "A: 18\nno", 18)).toBe(1);
    expect(await score(scorer, "18", 18)).toBe(0);
    expect(await score(scorer, "Q A: 18", 18)).toBe(0);
    expect(await score(scorer, "18\nA: ", 18)).toBe(0);
  });
  it("allows an absolute or relative tolerance, the larger of both, bounds included", async () => {
    expect(await score(numeric({absolute: 0.5}), "9.5", 10)).toBe(1);
    expect(await score(numeric({absolute: 0.5}), "9.4", 10)).toBe(0);
    expect(await score(numeric({relative: 0.1}), "-110", -100)).toBe(1);
    expect(await score(numeric({relative: 0.1}), "-111", -100)).toBe(0);
    expect(await score(numeric({relative: 0.1, absolute: 20}), "-111", -100)).toBe(1);
  });
  it("accepts any of several expected numbers and converts their units too", async () => {
    expect(await score(numeric(), "4", ["3", 4])).toBe(1);
    expect(await score(numeric({units: {km: 1000, m: 1}}), "It is 1500 m", "1.5 km")).toBe(1);
  });
  it("fails a row whose expected value holds no number", async () => {
    for (const expected of [undefined, "none", [], NaN, ["1", "x"]]) {
      expect(await score(numeric(), "1", expected)).toEqual({failed: expect.any(String)});
    }
  });
});
