// @module-tag long
import {describe, expect, it} from "vitest";
import {
  clusteredStandardError,
  effectiveGroups,
  groupedError,
  judgeCorrected,
  mean,
  meanInterval,
  pairedBootstrap,
  pairedBySlice,
  pairedDifference,
  quantile,
  rng,
  slicedRows,
  widenedMeans,
  winnerEstimate,
  type Interval,
  type Rng
} from "../../../src/base/stats/index.js";
import {expectClose} from "./support.js";

/** Groups whose sizes fall by Zipf's law: of 100 groups and 1,000 rows the largest has 41% at power 1.5. */
function zipf(groups: number, rows: number, power: number): number[] {
  const weights = Array.from({length: groups}, (_, i) => 1 / (i + 1) ** power);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.flatMap((weight, group) =>
    new Array<number>(Math.max(1, Math.round((rows * weight) / total))).fill(group)
  );
}

const UNEQUAL = zipf(100, 1000, 1.5);

/** Scores of 0 and 1 whose chance is the group's own, 0.7 on average. */
function scoresOf(clusters: readonly number[], next: Rng): number[] {
  const chances = new Map<number, number>();
  return clusters.map((group) => {
    if (!chances.has(group)) chances.set(group, 0.55 + 0.3 * next());
    return Number(next() < chances.get(group)!);
  });
}

function coverage(
  truth: number,
  trials: number,
  interval: (next: Rng, trial: number) => Interval | undefined
) {
  let held = 0;
  for (let trial = 0; trial < trials; trial++) {
    const found = interval(rng("unequal", trial), trial)!;
    if (found.low <= truth && truth <= found.high) held++;
  }
  return held / trials;
}

describe("over groups of unequal size", () => {
  it("the error is what leaving out one group after the other shows", () => {
    const scores = [0.1, 0.3, 0.2, 0.6, 0.5, 0.9, 0.8];
    const clusters = ["a", "a", "a", "a", "b", "b", "c"];
    const without = ["a", "b", "c"].map((name) => mean(scores.filter((_, i) => clusters[i] !== name))!);
    const changes = without.reduce((sum, one) => sum + (one - mean(scores)!) ** 2, 0);
    const found = groupedError(scores, clusters)!;
    expectClose(found.standardError, Math.sqrt((2 / 3) * changes));
    expect(found.clusters).toBe(3);
    expectClose(found.effectiveClusters, 49 / (16 + 4 + 1));
    const [h, q] = [
      [4 / 7, 2 / 7, 1 / 7],
      [16 / 21, 4 / 35, 1 / 42]
    ] as const;
    const squares = h.reduce((sum, share) => sum + share ** 2, 0);
    expectClose(found.df, 1 / (squares + 2 * (q[0] * q[1] + q[0] * q[2] + q[1] * q[2])));
  });

  it("that are of equal size after all it is Stata's with C − 1 degrees of freedom", () => {
    const scores = Array.from({length: 60}, (_, i) => ((i * 7) % 11) / 11);
    for (const groups of [2, 3, 7, 12, 30]) {
      const clusters = scores.slice(0, groups * 2).map((_, i) => i % groups);
      const own = scores.slice(0, groups * 2);
      const found = groupedError(own, clusters)!;
      expectClose(found.standardError, clusteredStandardError(own, clusters)!.standardError, 1e-12);
      expect(found).toMatchObject({clusters: groups, effectiveClusters: groups, df: groups - 1});
    }
  });

  it("one group leaves nothing to say, and none neither", () => {
    expect(groupedError([1, 0, 1], ["a", "a", "a"])).toBeUndefined();
    expect(groupedError([], [])).toBeUndefined();
    expect(groupedError([undefined, NaN], ["a", "b"])).toBeUndefined();
    expect(effectiveGroups([])).toEqual({groups: 0, effective: 0, largest: 0});
    expect(effectiveGroups(["a", "a"])).toEqual({groups: 1, effective: 1, largest: 1});
    expect(effectiveGroups([null, null, "a"])).toMatchObject({groups: 3, effective: 3});
  });

  it("one group with nearly all rows leaves nearly everything open", () => {
    const clusters = Array.from({length: 1000}, (_, i) => (i < 998 ? "a" : `small ${i}`));
    const {df, effectiveClusters, standardError} = groupedError(
      clusters.map((_, i) => (i % 5 === 0 ? 0 : 1)),
      clusters
    )!;
    expect(df).toBeGreaterThanOrEqual(1);
    expect(df).toBeLessThan(1.01);
    expect(effectiveClusters).toBeLessThan(1.01);
    expect(Number.isFinite(standardError)).toBe(true);
    const scores = clusters.map((_, i) => Number(i % 5 > 0));
    const found = meanInterval(scores, {clusters})!;
    expect(found.high - found.low).toBeGreaterThan(0.6);
    const lead = pairedDifference(
      scores,
      scores.map((score) => 1 - score),
      {clusters}
    )!;
    expect(lead.low).toBeLessThan(0);
    expect(lead.p).toBeGreaterThan(0.05);
  });

  it("means, differences and the winner's score hold what they promise, which C − 1 does not", () => {
    const trials = 600;
    const plain = coverage(0.7, trials, (next) => {
      const scores = scoresOf(UNEQUAL, next);
      const {standardError} = clusteredStandardError(scores, UNEQUAL)!;
      return {low: mean(scores)! - 1.984 * standardError, high: mean(scores)! + 1.984 * standardError};
    });
    expect(plain).toBeLessThan(0.82);
    const means = coverage(0.7, trials, (next) => meanInterval(scoresOf(UNEQUAL, next), {clusters: UNEQUAL}));
    expect(means).toBeGreaterThan(0.93);
    const differences = coverage(0, trials, (next) =>
      pairedDifference(scoresOf(UNEQUAL, next), scoresOf(UNEQUAL, next), {clusters: UNEQUAL})
    );
    expect(differences).toBeGreaterThan(0.93);
    const winner = coverage(0.7, 200, (next, seed) =>
      winnerEstimate(
        [1, 2, 3, 4].map(() => scoresOf(UNEQUAL, next)),
        {seed, clusters: UNEQUAL, draws: 400}
      )
    );
    expect(winner).toBeGreaterThan(0.93);
  });

  it("a judge's correction and the bootstraps hold too", () => {
    const trials = 300;
    const corrected = coverage(0.7, trials, (next) => {
      const scores = scoresOf(UNEQUAL, next);
      const judge = scores.map((score) => (next() < 0.8 ? score : 1));
      const human = scores.map((score, i) => (i % 2 === 0 ? score : undefined));
      return judgeCorrected(human, judge, {clusters: UNEQUAL});
    });
    expect(corrected).toBeGreaterThan(0.92);
    const widened = coverage(0.7, trials, (next, seed) => {
      const [means] = widenedMeans([scoresOf(UNEQUAL, next)], {seed, resamples: 300, clusters: UNEQUAL});
      return {low: quantile(means!, 0.025)!, high: quantile(means!, 0.975)!};
    });
    expect(widened).toBeGreaterThan(0.92);
    const expanded = coverage(0, trials, (next, seed) => {
      const [a, b] = [scoresOf(UNEQUAL, next), scoresOf(UNEQUAL, next)];
      return pairedBootstrap(a, b, {seed, resamples: 1000, clusters: UNEQUAL})?.expanded;
    });
    expect(expanded).toBeGreaterThan(0.9);
  });

  it("differences by slice are those of the rows of each slice", () => {
    const next = rng("slices of unequal groups");
    const [a, b] = [scoresOf(UNEQUAL, next), scoresOf(UNEQUAL, next)];
    const slice = Int32Array.from(UNEQUAL, (_, i) => i % 3);
    const found = pairedBySlice(a, b, slicedRows(slice, 3, UNEQUAL));
    for (const s of [0, 1, 2]) {
      const of = <T>(list: readonly T[]) => list.filter((_, i) => slice[i] === s);
      expect(found[s]).toEqual(pairedDifference(of(a), of(b), {clusters: of(UNEQUAL)}));
    }
  });
});
