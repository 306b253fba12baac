import {describe, expect, it} from "vitest";
import {headline} from "../../../src/cli/models/merge/mergeSearchText.js";
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

describe("a search's headline", () => {
  const said = (difference: number, low: number, high: number, held = false) => {
    const over = {difference, low, high};
    const facts = {
      winner: "ties 0.5",
      bestParent: "a",
      overParents: [{parent: "a", ...over}],
      overBestParent: over
    };
    return headline(facts, {action: "Keep a for now: nothing is shown to be better.", held, margin: 0.02});
  };

  it("is about the winner against its parents, by the intervals that stand below it", () => {
    expect(said(0.032, 0.003, 0.063)).toBe(
      "Take ties 0.5: it is 3.2 points (0.3 to 6.3) better than the best of its parents."
    );
    expect(said(0.032, -0.003, 0.063)).toBe(
      "Keep a for now: ties 0.5 is not shown to be better than the best of its parents, 3.2 points (−0.3 to 6.3)."
    );
    expect(said(-0.03, -0.05, -0.01)).toBe("Keep a: ties 0.5 is worse, by 3.0 points (1.0 to 5.0).");
    expect(said(0.01, 0.005, 0.015)).toBe(
      "Keep a: ties 0.5 differs from its best parent by less than the margin, 1.0 points (0.5 to 1.5)."
    );
  });

  it("leaves a verdict's own where that holds its advice back", () => {
    expect(said(0.032, 0.003, 0.063, true)).toMatch(/^Keep a for now: nothing/);
  });
});
