import {describe, expect, it} from "vitest";
import {choiceText, type CostedOption} from "../../../src/base/costs/index.js";

const option = (name: string, usdPerMonth: number, more: object = {}): CostedOption =>
  ({sample: {name, best: false, ...more}, hosting: {kind: "api"}, usdPerMonth}) as unknown as CostedOption;
const best = (usd: number) => option("best", usd, {best: true});
const textOf = (...table: CostedOption[]) => choiceText(table, {margin: "2 points", usd: (n) => `$${n}`});

describe("whom to take by cost, in words", () => {
  it("says that nobody is cheaper where nobody is, and not that nobody was shown to be as good", () => {
    const alone =
      "best on hosted API has the best score and costs $5 a month; no candidate of known cost is cheaper.";
    expect(textOf(best(5))).toBe(alone);
    expect(textOf(best(5), option("same", 5), option("dear", 9))).toBe(alone);
    expect(textOf(best(5), option("cheap", 1, {nonInferiorP: 0.4}))).toContain(
      "; the one cheaper candidate is not shown to be at most 2 points worse."
    );
    expect(textOf(best(5), option("a", 1), option("b", 2))).toContain(
      "; none of the 2 cheaper candidates is shown to be at most 2 points worse."
    );
    expect(textOf(best(5), option("cheap", 1, {nonInferiorP: 0.001}))).toBe(
      "cheap on hosted API is the cheapest that is no worse than best by more than 2 points (adjusted p 0.0010): $1 a month against $5."
    );
  });

  it("names no place that is not known", () => {
    expect(textOf({...best(5), hosting: {kind: "unknown"}})).toMatch(/^best has the best score/);
  });
});
