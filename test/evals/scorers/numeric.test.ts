import {describe, expect, it} from "vitest";
import {numeric} from "../../../src/evals/scorers/index.js";
import {parseNumbers} from "../../../src/evals/scorers/parseNumbers.js";
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
    ["(1,23)", [1, 23]],
    ["3/4 or 7/4.", [0.75, 1.75]],
    ["48 / 2 = 24", [24, 24]],
    ["1,200/4 and -1/2", [300, -0.5]],
    ["1 1/2, -2 3/4, 12 48/2", [1.5, -2.75, 12, 24]],
    ["5/10/2023 and 1/2/3", [5, 10, 2023, 1, 2, 3]],
    ["-5/10/2023", [-5, 10, 2023]],
    ["5/0", [5, 0]],
    ["\\boxed{\\frac{1}{4}} $-\\dfrac{3}{4}$ \\tfrac12", [0.25, -0.75, 0.5]],
    ["1\\frac{1}{2} 2 \\frac{1}{4} 2\\frac{3}{2}", [1.5, 2.25, 2, 1.5]],
    ["½ and 3½ and 1⁄4", [0.5, 3.5, 0.25]],
    ["3 × 10^8, 3×10⁸, 3*10^8, 3·10^8, 3 x 10^{8}, 3*10**8", [3e8, 3e8, 3e8, 3e8, 3e8, 3e8]],
    ["3 \\times 10^{8} 3\\cdot10^8 5 × 10^-1", [3e8, 3e8, 0.5]],
    ["10^8 2^10 10⁻² 5²", [1e8, 1024, 0.01, 25]],
    ["12 m^2, 5 cm², x^{2}, s^-1", [12, 5]],
    ["**5** and 3 * 4 and 1:30", [5, 3, 4, 1, 30]]
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
  it("compares fractions and powers as the one number that they are", async () => {
    const pairs: [output: string, expected: string, value: number][] = [
      ["\\boxed{\\frac{1}{4}}", "\\frac{3}{4}", 0],
      ["The answer is 7/4.", "3/4", 0],
      ["3 × 10^8", "2 × 10^8", 0],
      ["20 m^2", "12 m^2", 0],
      ["0.75", "3/4", 1],
      ["\\dfrac{6}{8}", "3/4", 1],
      ["75%", "75", 1],
      ["300000000", "3 × 10^8", 1],
      ["3e8", "$3 \\times 10^{8}$", 1]
    ];
    for (const [output, expected, value] of pairs)
      expect(await score(numeric(), output, expected), `${output} for ${expected}`).toBe(value);
    expect(await score(numeric({units: {km: 1000, m: 1}}), "500 m", "1/2 km")).toBe(1);
  });
  it("reads an expected solution behind its marker or in its box", async () => {
    const solution = "16 - 3 - 4 = <<16-3-4=9>>9 eggs.\n9 * 2 = $<<9*2=18>>18\n";
    expect(await score(numeric(), "18", `${solution}#### 18`)).toBe(1);
    expect(await score(numeric(), "18", `${solution}#### $1,018`)).toBe(0);
    expect(await score(numeric(), "18", `${solution}So \\boxed{\\frac{36}{2}}, as 2 * 9.`)).toBe(1);
    expect(await score(numeric({after: "A:"}), "A: 18", `${solution}A: 18`)).toBe(1);
    expect(await score(numeric(), "18", "18, that is 18.0")).toBe(1);
  });
  it("refuses an expected text of several numbers, or of a number that it does not work out", async () => {
    const several = expect.stringContaining("holds several numbers") as string;
    for (const expected of ["2:30", "1999-01-17", "5/10/2023", "5-10", "(3, 4)", "#### 2:30", ["1", "2-3"]]) {
      expect(await score(numeric(), "30", expected)).toEqual({failed: several});
      expect(numeric().check!(expected, {id: "1"})).toEqual(several);
    }
    for (const expected of ["\\sqrt{3}", "2\\pi", "2π"])
      expect(numeric().check!(expected, {id: "1"})).toContain("holds a root or π");
    for (const expected of ["72", 72, 72n, "$1,200.50", "-5 °C", "3/4", ["1", 2]])
      expect(numeric().check!(expected, {id: "1"})).toBeUndefined();
  });
  it("fails a row whose expected value holds no number", async () => {
    for (const expected of [undefined, "none", [], NaN, ["1", "x"]]) {
      expect(await score(numeric(), "1", expected)).toEqual({failed: expect.any(String)});
    }
  });
});
