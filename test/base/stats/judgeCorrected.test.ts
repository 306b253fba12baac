import {describe, expect, it} from "vitest";
import {
  judgeCorrected,
  meanInterval,
  rng,
  standardError,
  variance,
  wilson
} from "../../../src/base/stats/index.js";
import {expectClose} from "./support.js";

/** Human scores with a true mean of 0.6, and a judge that is right `skill` of the time and too kind otherwise. */
function simulate(seed: string | number, skill: number, labelled: number, rows: number) {
  const next = rng(seed, "judge");
  const human: (number | undefined)[] = [];
  const judge: number[] = [];
  for (let i = 0; i < rows; i++) {
    const truth = Number(next() < 0.6);
    human.push(i < labelled ? truth : undefined);
    judge.push(next() < skill ? truth : Number(next() < 0.95));
  }
  return {human, judge};
}

describe("judge correction", () => {
  it("removes the judge's bias and beats the human labels alone", () => {
    let judgeBias = 0;
    let bias = 0;
    let covered = 0;
    let width = 0;
    let humanWidth = 0;
    const trials = 300;
    for (let trial = 0; trial < trials; trial++) {
      const {human, judge} = simulate(trial, 0.8, 100, 2000);
      const ours = judgeCorrected(human, judge)!;
      judgeBias += (ours.judgeMean! - 0.6) / trials;
      bias += (ours.estimate - 0.6) / trials;
      if (ours.low <= 0.6 && ours.high >= 0.6) covered++;
      width += ours.high - ours.low;
      humanWidth += ours.humanOnly!.high - ours.humanOnly!.low;
    }
    expect(judgeBias).toBeGreaterThan(0.06);
    expect(Math.abs(bias)).toBeLessThan(0.01);
    expect(covered / trials).toBeGreaterThan(0.92);
    expect(covered / trials).toBeLessThan(0.98);
    expect(width).toBeLessThan(0.8 * humanWidth);
  });

  it("trusts a judge that answers at random about as little as it deserves", () => {
    const {human, judge} = simulate("noise", 0, 400, 4000);
    const ours = judgeCorrected(human, judge)!;
    expect(ours.weight).toBeLessThan(0.15);
    expect(ours.standardError!).toBeLessThan(1.02 * ours.humanOnly!.standardError!);
  });

  it("with a judge that equals the humans and endless rows is as good as labels on all rows", () => {
    const {human, judge} = simulate("equal", 1, 200, 20_000);
    const ours = judgeCorrected(human, judge)!;
    expect(ours.weight).toBeGreaterThan(0.98);
    expectClose(ours.standardError, standardError(judge)!, 0.05);
  });

  it("chooses the weight that makes the standard error smallest", () => {
    const {human, judge} = simulate("weight", 0.7, 150, 1500);
    const ours = judgeCorrected(human, judge)!;
    const alone = judge.slice(150);
    const at = (weight: number) =>
      variance(human.slice(0, 150).map((y, i) => y! - weight * judge[i]!))! / 150 +
      (weight ** 2 * variance(alone)!) / alone.length;
    expectClose(ours.standardError! ** 2, at(ours.weight), 0.05);
    for (const other of [ours.weight - 0.1, ours.weight + 0.1])
      expect(at(other)).toBeGreaterThan(at(ours.weight));
  });

  it("does not take ten equal labels for certainty", () => {
    const {judge} = simulate("ten", 0.8, 10, 500);
    const ours = judgeCorrected(
      judge.map((_, i) => (i < 10 ? 1 : undefined)),
      judge
    )!;
    expect(ours.estimate).toBe(1);
    expectClose(ours.low, wilson(10, 10)!.low);
  });

  it("is the published formulas, worked out by leaving out each label", () => {
    const labels = [0.9, 0.2, 0.7, 0.4, 0.8, 0.35];
    const beside = [0.8, 0.4, 0.9, 0.3, 0.7, 0.6];
    const alone = [0.5, 0.9, 0.2, 0.7, 0.6, 0.8, 0.4, 0.75, 0.1];
    const average = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
    const covariance = (x: number[], y: number[]) =>
      x.reduce((sum, one, i) => sum + (one - average(x)) * (y[i]! - average(y)), 0) / (x.length - 1);
    const fit = (y: number[], f: number[]) => {
      const all = [...f, ...alone];
      const weight = covariance(y, f) / ((1 + y.length / alone.length) * covariance(all, all));
      return {weight, estimate: average(y) - weight * (average(f) - average(alone))};
    };
    const {weight, estimate} = fit(labels, beside);
    const without = (list: number[], i: number) => list.filter((_, j) => j !== i);
    const left = labels.map((_, i) => fit(without(labels, i), without(beside, i)).estimate);
    const n = labels.length;
    const jackknife = ((n - 1) / n) * left.reduce((sum, one) => sum + (one - average(left)) ** 2, 0);
    const ours = judgeCorrected([...labels, ...alone.map(() => undefined)], [...beside, ...alone])!;
    expect(weight).toBeGreaterThan(0);
    expect(weight).toBeLessThan(1);
    expectClose(ours.weight, weight, 1e-10);
    expectClose(ours.estimate, estimate, 1e-10);
    expectClose(
      ours.standardError,
      Math.sqrt(jackknife + (weight ** 2 * covariance(alone, alone)) / alone.length),
      1e-10
    );
    // t(5) at 0.975.
    expectClose(ours.high - ours.low, 2 * 2.570582 * ours.standardError!, 1e-6);
  });

  describe("with rows in groups", () => {
    /** Documents of `size` questions that are easy or hard together, half of the documents labelled. */
    const grouped = (seed: number, documents: number, size: number) => {
      const next = rng(seed, "grouped judge");
      const rows = Array.from({length: documents}, (_, document) => {
        const chance = next() < 0.5 ? 0.85 : 0.35;
        return Array.from({length: size}, () => {
          const truth = Number(next() < chance);
          return {document, truth, judge: next() < 0.8 ? truth : Number(next() < 0.9)};
        });
      }).flat();
      return {
        human: rows.map(({document, truth}) => (document < documents / 2 ? truth : undefined)),
        judge: rows.map(({judge}) => judge),
        clusters: rows.map(({document}) => document)
      };
    };
    const covered = (clustered: boolean) => {
      let held = 0;
      for (let trial = 0; trial < 300; trial++) {
        const {human, judge, clusters} = grouped(trial, 60, 6);
        const ours = judgeCorrected(human, judge, clustered ? {clusters} : {})!;
        if (ours.low <= 0.6 && ours.high >= 0.6) held++;
      }
      return held / 300;
    };

    it("holds its promise, which it breaks when the groups are not told", () => {
      expect(covered(true)).toBeGreaterThan(0.92);
      expect(covered(true)).toBeLessThan(0.98);
      expect(covered(false)).toBeLessThan(0.85);
    });

    it("equals the unclustered figures when each row is a group of its own, and ignores the order of rows", () => {
      const {human, judge, clusters} = grouped(1, 20, 4);
      const alone = judgeCorrected(human, judge)!;
      const single = judgeCorrected(human, judge, {clusters: judge.map((_, i) => i)})!;
      expect(single.clusters).toBe(80);
      for (const key of ["estimate", "standardError", "low", "high", "df", "weight"] as const)
        expectClose(single[key], alone[key]!, 1e-12);
      const back = judgeCorrected(human.toReversed(), judge.toReversed(), {clusters: clusters.toReversed()})!;
      const forth = judgeCorrected(human, judge, {clusters})!;
      expectClose(back.standardError, forth.standardError!, 1e-10);
      expect(forth.df).toBe(9);
    });

    it("sums what a group's labelled and other rows add before it squares", () => {
      const human = [0.9, 0.2, 0.7, 0.4, undefined, undefined, undefined, undefined];
      const judge = [0.8, 0.3, 0.9, 0.2, 0.7, 0.4, 0.9, 0.1];
      const clusters = ["a", "a", "b", "c", "a", "b", "d", "d"];
      const ours = judgeCorrected(human, judge, {clusters})!;
      const without = (i: number) =>
        judgeCorrected(
          human.filter((_, j) => j !== i),
          judge.filter((_, j) => j !== i)
        )!.estimate;
      const left = [0, 1, 2, 3].map(without);
      const center = left.reduce((sum, one) => sum + one, 0) / 4;
      const [a1, a2, b, c] = left.map((one) => (3 / 4) * (center - one)) as [number, number, number, number];
      const [a3, b2, d1, d2] = [0.7, 0.4, 0.9, 0.1].map((f) => (ours.weight * (f - 0.525)) / 4) as [
        number,
        number,
        number,
        number
      ];
      // Groups hold the shares 1/2, 1/4 and 1/4 of the labels, and as many of the other rows: each is divided by what is left without it.
      const groups = [2 * (a1 + a2) + (4 / 3) * a3, (4 / 3) * (b + b2), (4 / 3) * c, 2 * (d1 + d2)];
      expect(ours.weight).toBeGreaterThan(0);
      expectClose(ours.standardError! ** 2, (2 / 3) * groups.reduce((sum, one) => sum + one ** 2, 0), 1e-10);
      expect(ours.clusters).toBe(4);
      // Σ h² = 3/8, and pairs of h²/(1 − h) = 1/2, 1/12 and 1/12 multiply to (2/12 + 2/144) in all.
      expectClose(ours.df!, 1 / (3 / 8 + 2 * (1 / 12) + 2 / 144), 1e-10);
    });

    it("is undefined when one group holds all labels", () => {
      expect(judgeCorrected([1, 0, undefined], [1, 0, 1], {clusters: ["a", "a", "b"]})).toBeUndefined();
    });
  });

  it("never trusts a judge less than not at all, nor more than wholly", () => {
    const {human, judge} = simulate("cut", 0.8, 60, 600);
    const against = judgeCorrected(
      human,
      judge.map((f) => 1 - f)
    )!;
    expect(against.weight).toBe(0);
    expectClose(against.estimate, against.humanOnly!.estimate, 1e-10);
    expect(
      judgeCorrected(
        human,
        judge.map((f) => f / 10)
      )!.weight
    ).toBe(1);
  });

  it("on 0/1 labels alone is Wilson's interval for as many rows as their error stands for, with t for normal", () => {
    const labels = [...new Array<number>(9).fill(1), ...new Array<number>(3).fill(0)];
    const ours = judgeCorrected(labels, labels)!;
    // SE² = p(1 − p)/(n − 1): eleven rows. Wilson (1927) with z = t(11) = 2.200985 at 0.975.
    const [p, n, z] = [0.75, 11, 2.200985];
    const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
    const half = (z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))) / (1 + z ** 2 / n);
    expectClose(ours.low, centre - half, 1e-6);
    expectClose(ours.high, centre + half, 1e-6);
    expect(ours.df).toBe(11);
  });

  it("falls back on the labels when no row is the judge's alone, and is undefined with one label", () => {
    const labels = [1, 0, 1, 1, 0.5];
    const ours = judgeCorrected(labels, [1, 1, 1, 0, 0])!;
    expect(ours).toMatchObject({weight: 0, labelled: 5, unlabelled: 0});
    expectClose(ours.standardError, standardError(labels)!);
    expectClose(ours.low, meanInterval(labels)!.low);
    expect(judgeCorrected([1, undefined], [1, 0])).toBeUndefined();
    expect(judgeCorrected([1, 0], [undefined, undefined])).toBeUndefined();
    expect(() => judgeCorrected([1], [1, 2])).toThrow("1 rows against 2");
  });

  it("with graded labels near 1 stays below 1", () => {
    const labels = Array.from({length: 30}, (_, i) => (i === 0 ? 2 / 3 : 1));
    const ours = judgeCorrected(labels, labels)!;
    expect(ours.high).toBeLessThanOrEqual(1);
    expect(ours.high).toBeGreaterThan(ours.estimate);
  });
});
