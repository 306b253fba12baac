import {describe, expect, it} from "vitest";
import {overTheBest} from "../../../src/evals/mergeSearch/searchFacts.js";

describe("a winner over the best of several parents", () => {
  it("is the least of its differences, within the least ends of intervals that hold together", () => {
    const over = [
      {difference: 0.2, low: 0.1, high: 0.3},
      {difference: 0.15, low: 0.12, high: 0.5}
    ];
    expect(overTheBest(over)).toEqual({difference: 0.15, low: 0.1, high: 0.3});
    expect(overTheBest(over.slice(1))).toEqual(over[1]);
  });

  it("is unknown without parents, or where one has no figures", () => {
    expect(overTheBest([])).toBeUndefined();
    expect(overTheBest([{difference: 0.2, low: 0.1, high: 0.3}, {}])).toBeUndefined();
  });
});
