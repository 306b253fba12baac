import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  mean,
  meanInterval,
  pairedDifference,
  possibleBest,
  rng,
  splitHalf,
  standardError,
  winnerEstimate
} from "../../../src/base/stats/index.js";
import {expectClose} from "./support.js";

/** Ten candidates of the given true accuracies on the same rows, some of which are hard for all. */
function simulate(seed: string | number, truth: readonly number[], n: number): number[][] {
  const next = rng(seed, "winner");
  const hard = Array.from({length: n}, () => next.normal());
  return truth.map((p) => hard.map((h) => Number(next() < 1 / (1 + Math.exp(-(Math.log(p / (1 - p)) + h))))));
}

const equal = new Array<number>(10).fill(0.6);

describe("the winner's score, corrected for having been chosen", () => {
  it(
    "is flattered by choosing among ten equals; the correction takes off most of it and split-half all",
    {tags: ["long"]},
    () => {
      const bias = {naive: 0, corrected: 0, halves: 0};
      const truth = mean(simulate("truth", equal, 200_000).map((column) => mean(column)))!;
      const trials = 150;
      let covered = 0;
      for (let trial = 0; trial < trials; trial++) {
        const columns = simulate(trial, equal, 200);
        const ours = winnerEstimate(columns, {seed: trial, draws: 400})!;
        bias.naive += (ours.naive - truth) / trials;
        bias.corrected += (ours.estimate - truth) / trials;
        bias.halves += (splitHalf(columns, {seed: trial, splits: 20})!.estimate - truth) / trials;
        if (ours.low <= truth && truth <= ours.high) covered++;
      }
      expect(bias.naive).toBeGreaterThan(0.03);
      expect(Math.abs(bias.corrected)).toBeLessThan(bias.naive / 2);
      expect(Math.abs(bias.halves)).toBeLessThan(0.01);
      expect(covered / trials).toBeGreaterThan(0.93);
    }
  );

  it("hardly changes a clear winner", () => {
    const columns = simulate("clear", [0.5, 0.55, 0.9], 800);
    const ours = winnerEstimate(columns, {seed: 1})!;
    expect(ours.winner).toBe(2);
    expect(ours.optimism).toBeLessThan(0.001);
  });

  it("for one candidate alone is the t interval", () => {
    const scores = [0.1, 0.5, 0.9, 0.3, 0.7, 0.65];
    const ours = winnerEstimate([scores], {seed: 1, draws: 100_000})!;
    const t = meanInterval(scores)!;
    expectClose(ours.high - ours.low, t.high - t.low, 0.02);
    expect(Math.abs(ours.optimism)).toBeLessThan(0.01);
  });

  it("for one candidate alone with scores of 0 and 1 is Wilson's, which leaves room above 18 of 20", () => {
    const scores = Array.from({length: 20}, (_, i) => Number(i > 1));
    const ours = winnerEstimate([scores], {seed: 1, draws: 100_000})!;
    // Wilson with z = t(19) = 2.093024 for p(1 − p)/SE² = 19 rows.
    const [p, n, z] = [0.9, 19, 2.093024];
    const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
    const half = (z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))) / (1 + z ** 2 / n);
    expectClose(ours.critical, z, 0.02);
    expectClose(ours.low, centre - half, 0.01);
    expectClose(ours.high, centre + half, 0.005);
    expect(ours.high).toBeLessThan(1);
  });

  it("rests on no more rows than there are, where groups differ less than their rows would by chance", () => {
    const right = [
      [7, 7, 7, 6, 7, 7, 8, 7, 7, 7],
      [5, 6, 5, 5, 4, 5, 5, 6, 5, 4]
    ];
    const columns = right.map((of) =>
      Array.from({length: 100}, (_, i) => Number(i % 10 < of[Math.floor(i / 10)]!))
    );
    const clusters = Array.from({length: 100}, (_, i) => Math.floor(i / 10));
    const corrected = winnerEstimate(columns, {seed: "s", clusters})!;
    const plain = meanInterval(columns[0]!, {clusters})!;
    expect(corrected.low).toBeLessThanOrEqual(plain.low);
    expect(corrected.high).toBeGreaterThanOrEqual(plain.high);
  });

  it("is no share below its interval where few of many candidates are right on any row", () => {
    const columns = Array.from({length: 20}, (_, j) =>
      Array.from({length: 20}, (_, i) => Number(i === j && j < 5))
    );
    const {estimate, low, naive} = winnerEstimate(columns, {seed: "s"})!;
    expect(naive).toBe(0.05);
    expect(estimate).toBeGreaterThan(0);
    expect(estimate).toBeGreaterThanOrEqual(low);
  });

  it("lies within its interval where one group holds nearly all rows", () => {
    const next = rng("huge");
    for (let trial = 0; trial < 20; trial++) {
      const columns = [0, 1, 2].map(() => Array.from({length: 100}, () => Number(next() < 0.7)));
      const clusters = Array.from({length: 100}, (_, i) => Math.max(0, i - 89));
      const {estimate, low, naive} = winnerEstimate(columns, {seed: trial, clusters})!;
      expect(estimate).toBeGreaterThanOrEqual(low);
      expect(estimate).toBeGreaterThan(naive - 0.3);
    }
  });

  it(
    "has a critical value with which the intervals of all of many candidates hold at once, however few the rows",
    {tags: ["long"]},
    () => {
      const trials = 500;
      let held = 0;
      for (let trial = 0; trial < trials; trial++) {
        const next = rng("at once", trial);
        const columns = Array.from({length: 14}, () => Array.from({length: 6}, () => next.normal()));
        const {critical} = winnerEstimate(columns, {seed: trial, draws: 500, bounds: [-Infinity, Infinity]})!;
        if (columns.every((column) => Math.abs(mean(column)!) <= critical * standardError(column)!)) held++;
      }
      // With one factor for all candidates' errors: 89%.
      expect(held / trials).toBeGreaterThan(0.925);
    }
  );

  it(
    "lies above the truth in about 2.5 of 100 cases where 14 candidates have six groups",
    {tags: ["long"]},
    () => {
      const trials = 300;
      let above = 0;
      for (let trial = 0; trial < trials; trial++) {
        const next = rng("groups", trial);
        const clusters = Array.from({length: 120}, (_, i) => Math.floor(i / 20));
        const columns = Array.from({length: 14}, () => {
          const ease = Array.from({length: 6}, () => next.normal());
          return clusters.map((c) =>
            Number(Math.sqrt(0.4) * ease[c]! + Math.sqrt(0.6) * next.normal() < 0.5244)
          );
        });
        if (winnerEstimate(columns, {seed: trial, clusters, draws: 500})!.low > 0.7) above++;
      }
      expect(above / trials).toBeLessThan(0.045);
    }
  );

  it("of 0 and 1 within wider bounds is no share: a figure of 0 may be below it, of BLEU far above", () => {
    const none = new Array<number>(30).fill(0);
    const correlation = winnerEstimate([none, none], {seed: "bounds", bounds: [-1, 1]})!;
    expect(correlation.low).toBeCloseTo(-correlation.high, 12);
    const bleu = winnerEstimate([none, none], {seed: "bounds", bounds: [0, 100]})!;
    expect(bleu.high).toBeCloseTo(100 * correlation.high, 9);
    expect(meanInterval(none, {bounds: [0, 100]})!.high).toBeCloseTo(bleu.high, 9);
  });
  it("where no score varies is Wilson's with the t quantile, not a point", () => {
    const ones = [1, 1, 1, 1, 1];
    const t = 2.776445;
    const ours = winnerEstimate([ones, ones], {seed: 1})!;
    expectClose(ours.critical, t, 1e-6);
    expectClose(ours.low, 5 / (5 + t ** 2), 1e-6);
    expect([ours.estimate, ours.high]).toEqual([1, 1]);
    const groups = winnerEstimate([[...ones, ...ones]], {seed: 1, clusters: [..."abcdeabcde"]})!;
    expectClose(groups.low, ours.low, 1e-6);
  });

  it("with graded scores stays within 0 to 1, and is no point where they agree", () => {
    const high = Array.from({length: 30}, (_, i) => (i === 0 ? 2 / 3 : 1));
    const ours = winnerEstimate([high, high.map((value) => value / 2)], {seed: 1})!;
    expect(ours.high).toBeLessThanOrEqual(1);
    const alike = winnerEstimate([[0.75, 0.75]], {seed: 1})!;
    expect([alike.low < 0.02, alike.high > 0.99]).toEqual([true, true]);
    expect(winnerEstimate([[7, 7]], {seed: 1})).toBeUndefined();
  });

  it("gives the same numbers for the same seed and uses rows that all candidates have", () => {
    const columns = simulate("same", [0.5, 0.6], 60);
    const ours = winnerEstimate(columns, {seed: 3});
    expect(winnerEstimate(columns, {seed: 3})).toEqual(ours);
    const gaps = columns.map((column, j) => column.map((x, i) => (i % 10 === j ? undefined : x)));
    expect(winnerEstimate(gaps, {seed: 3})!.n).toBe(48);
    expect(winnerEstimate([], {seed: 1})).toBeUndefined();
    expect(
      winnerEstimate(
        [
          [1, 0],
          [undefined, 1]
        ],
        {seed: 1}
      )
    ).toBeUndefined();
    expect(splitHalf([[1, 0, 1]], {seed: 1})).toBeUndefined();
  });
});

describe("candidates that may be the best", () => {
  it("contain the truly best one at least 95 % of the time, and leave out clearly worse ones", () => {
    const truth = [0.7, 0.69, 0.68, 0.5, 0.4];
    let kept = 0;
    let clearlyWorse = 0;
    const trials = 300;
    for (let trial = 0; trial < trials; trial++) {
      const {best} = possibleBest(simulate(trial, truth, 300), {seed: trial, draws: 500})!;
      if (best.includes(0)) kept++;
      if (best.includes(4)) clearlyWorse++;
    }
    expect(kept / trials).toBeGreaterThan(0.93);
    expect(clearlyWorse).toBe(0);
  });

  it("with two candidates say what the paired t test says, one-sided", () => {
    const [a, b] = simulate("two", [0.6, 0.68], 400);
    const p = possibleBest([a!, b!], {seed: 1, draws: 100_000})!.p[0]!;
    const graded = (list: number[]) => list.map((x, i) => x + (i % 7) * 1e-9);
    const t = pairedDifference(graded(a!), graded(b!))!;
    expect(Math.abs(p - t.p / 2)).toBeLessThan(0.005);
  });

  it("are all, when one is right and another wrong on both of two rows, and the best on twenty", () => {
    const constant = (value: number, rows: number) => new Array<number>(rows).fill(value);
    const [few, many] = [2, 20].map((rows) =>
      possibleBest([constant(1, rows), constant(0, rows), constant(0, rows)], {seed: 1})!
    );
    expect(few!.best).toEqual([0, 1, 2]);
    // P(t(1) > √2) = 1/2 − arctan(√2) / π
    expect(Math.abs(few!.p[1]! - 0.196)).toBeLessThan(0.02);
    expect(many!.best).toEqual([0]);
  });

  it("are all, where a lead is the same on both of two rows or in both of two groups, by rounding too", () => {
    expect(
      possibleBest(
        [
          [0.8, 0.7],
          [0.5, 0.4]
        ],
        {seed: 1}
      )!.best
    ).toEqual([0, 1]);
    const [a, b] = [
      [1, 1, 1, 0, 0, 1, 1, 1, 0, 0],
      [0, 0, 0, 1, 1, 0, 0, 0, 1, 1]
    ];
    expect(possibleBest([a!, b!], {seed: 1, clusters: [..."aaaaabbbbb"]})!.best).toEqual([0, 1]);
  });

  it("keep a copy of the best, and everyone when nobody differs", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0.5, 1), {minLength: 2, maxLength: 30}), (scores) => {
        expect(possibleBest([scores, scores, scores], {seed: 1, draws: 50})!.best).toEqual([0, 1, 2]);
      })
    );
    expect(possibleBest([[1], [0]], {seed: 1})).toBeUndefined();
  });
});

describe("a winner near the bound of its scores", () => {
  const near = (rows: number, of: (i: number) => number) => Array.from({length: rows}, (_, i) => of(i));
  const columns = [near(20, (i) => (i === 0 ? 40 : 100)), near(20, (i) => (i < 4 ? 40 : 100))];

  it("has no interval beyond it", () => {
    expect(winnerEstimate(columns, {seed: 1})!.high).toBeGreaterThan(100);
    const found = winnerEstimate(columns, {seed: 1, bounds: [0, 100]})!;
    expect(found.high).toBeLessThanOrEqual(100);
    expect(found.low).toBeLessThan(found.estimate);
    // Jackknife values may lie beyond what their figure can: the interval is cut.
    const beyond = columns.map((column) => column.map((value, i) => (i === 5 ? 104 : value)));
    expect(winnerEstimate(beyond, {seed: 1, bounds: [0, 100]})!.high).toBe(100);
    // Of word error rates only the lowest is known.
    const rates = [near(20, (i) => (i === 0 ? 3 : 0.01)), near(20, () => 0.02)];
    expect(winnerEstimate(rates, {seed: 1})!.low).toBeLessThan(0);
    expect(winnerEstimate(rates, {seed: 1, bounds: [0, Infinity]})!.low).toBe(0);
  });

  it("is as with scores from 0 to 1 a hundred times as large", () => {
    const shares = columns.map((column) => column.map((value) => value / 100));
    const [small, large] = [
      winnerEstimate(shares, {seed: 1})!,
      winnerEstimate(columns, {seed: 1, bounds: [0, 100]})!
    ];
    expectClose(large.low, 100 * small.low, 1e-9);
    expectClose(large.high, 100 * small.high, 1e-9);
    const same = columns.map((column) => column.map(() => 90));
    expect(winnerEstimate(same, {seed: 1})).toBeUndefined();
    expect(winnerEstimate(same, {seed: 1, bounds: [0, 100]})!.high).toBeLessThanOrEqual(100);
  });
});
