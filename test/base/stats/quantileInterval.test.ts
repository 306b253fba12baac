import {describe, expect, it} from "vitest";
import {binomialCdf, normalQuantile, quantileInterval, rng} from "../../../src/base/stats/index.js";

const upTo = (n: number) => Array.from({length: n}, (_, i) => i + 1);

describe("quantileInterval", () => {
  it("has the ranks of the tables for a median", () => {
    expect(quantileInterval(upTo(100), 0.5)).toEqual({low: 40, high: 61});
    expect(quantileInterval(upTo(10), 0.5)).toEqual({low: 2, high: 9});
    expect(quantileInterval([3, undefined, 1, NaN, 2, 6, 5, null, 4], 0.5)).toEqual({low: 1, high: 6});
    expect(quantileInterval(upTo(5), 0.5)).toBeUndefined();
  });

  it("leaves at most half of the error on either side, and one rank less would leave more", () => {
    for (const n of [72, 100, 333, 1000]) {
      const {low, high} = quantileInterval(upTo(n), 0.95)!;
      expect(binomialCdf(low - 1, n, 0.95)).toBeLessThanOrEqual(0.025);
      expect(binomialCdf(low, n, 0.95)).toBeGreaterThan(0.025);
      expect(1 - binomialCdf(high - 1, n, 0.95)).toBeLessThanOrEqual(0.025);
      expect(1 - binomialCdf(high - 2, n, 0.95)).toBeGreaterThan(0.025);
    }
  });

  it("is undefined on too few rows, or too few groups of related ones", () => {
    expect(quantileInterval(upTo(71), 0.95)).toBeUndefined();
    expect(quantileInterval([], 0.95)).toBeUndefined();
    const groups = (size: number) => upTo(350).map((i) => Math.ceil(i / size));
    expect(quantileInterval(upTo(350), 0.95, {clusters: groups(5)})).toBeUndefined();
    expect(quantileInterval(upTo(350), 0.95, {clusters: groups(350)})).toBeUndefined();
    expect(quantileInterval(upTo(350), 0.95, {clusters: groups(4)})).toBeDefined();
    expect(quantileInterval(upTo(350), 0.95, {clusters: groups(1)})).toEqual(
      quantileInterval(upTo(350), 0.95)
    );
    // Where all are alike the groups are counted.
    const alike = (rows: number) =>
      quantileInterval(
        upTo(rows).map(() => 7),
        0.95,
        {clusters: upTo(rows).map((i) => Math.ceil(i / 5))}
      );
    expect([alike(360), alike(355)]).toEqual([{low: 7, high: 7}, undefined]);
  });

  it("holds the quantile in 95 of 100 samples, of skewed values and of groups that are slow together", () => {
    const truth = Math.exp(normalQuantile(0.95));
    const held = (size: number, isTold: boolean) => {
      let count = 0;
      for (let seed = 0; seed < 600; seed++) {
        const next = rng("slow", size, seed);
        const shared = upTo(500 / size).map(() => next.normal());
        const clusters = upTo(500).map((i) => Math.ceil(i / size) - 1);
        const values = clusters.map((c) =>
          Math.exp(size === 1 ? shared[c]! : Math.sqrt(0.7) * shared[c]! + Math.sqrt(0.3) * next.normal())
        );
        const {low, high} = quantileInterval(values, 0.95, isTold ? {clusters} : {})!;
        if (low <= truth && truth <= high) count++;
      }
      return count / 600;
    };
    expect(held(1, true)).toBeGreaterThan(0.93);
    expect(held(5, true)).toBeGreaterThan(0.93);
    expect(held(5, false)).toBeLessThan(0.9);
  });
});
