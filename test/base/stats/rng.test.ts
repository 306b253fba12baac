import {describe, expect, it} from "vitest";
import {mean, rng, variance} from "../../../src/base/stats/index.js";

describe("rng", () => {
  it("gives the same stream for the same names and another for any other", () => {
    const take = (...names: [string | number, ...(string | number)[]]) => {
      const next = rng(...names);
      return Array.from({length: 4}, () => next());
    };
    expect(take(1, "row", 5)).toEqual(take(1, "row", 5));
    const others = [
      take(1, "row", 5),
      take(2, "row", 5),
      take(1, "row", 6),
      take(1, "ro", "w5"),
      take(1, "row5")
    ];
    expect(new Set(others.map((list) => list[0])).size).toBe(5);
  });

  it("keeps the numbers it has always given", () => {
    const next = rng(42, "assay");
    expect(Array.from({length: 3}, () => next.int(1_000_000))).toMatchInlineSnapshot(`
      [
        63642,
        513300,
        308948,
      ]
    `);
  });

  it("is uniform across streams as well as within one", () => {
    for (const draw of [
      rng("within"),
      (
        (i = 0) =>
        () =>
          rng(9, "across", i++)()
      )()
    ]) {
      const counts = new Array<number>(20).fill(0);
      for (let i = 0; i < 20_000; i++) counts[Math.floor(draw() * 20)]!++;
      const chi2 = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      // The 99.99 % quantile of chi-squared with 19 degrees of freedom is 50.8.
      expect(chi2).toBeLessThan(50.8);
    }
  });

  it("normal numbers have mean 0 and variance 1, and neighbours do not go together", () => {
    const next = rng("normal");
    const values = Array.from({length: 40_000}, () => next.normal());
    expect(Math.abs(mean(values)!)).toBeLessThan(0.02);
    expect(Math.abs(variance(values)! - 1)).toBeLessThan(0.03);
    const products = values.slice(1).map((value, i) => value * values[i]!);
    expect(Math.abs(mean(products)!)).toBeLessThan(0.02);
  });

  it("shuffles evenly: every element is equally often first", () => {
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 8000; i++) counts[rng(i, "deck").shuffle([0, 1, 2, 3])[0]!]!++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(160);
  });
});
