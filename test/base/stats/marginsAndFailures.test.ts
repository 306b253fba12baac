import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  differenceSensitivity,
  equivalence,
  nonInferiority,
  pairedDifference,
  rng,
  sensitivity,
  shrink
} from "../../../src/base/stats/index.js";
import {expectClose, fixtures} from "./support.js";

describe("shrinkage of slices", () => {
  const {estimates, errors, tau2, mean, mean_se} = fixtures.shrinkage;
  const slices = estimates.map((estimate: number, i: number) => ({estimate, standardError: errors[i]}));

  it("estimates the spread between slices and their mean as statsmodels does", () => {
    const ours = shrink(slices)!;
    expectClose(ours.spread ** 2, tau2, 1e-6);
    expectClose(ours.mean, mean, 1e-7);
    const unknown = shrink([...slices, {estimate: 0.1}])!.slices.at(-1)!;
    expectClose(unknown.standardError ** 2, tau2 + mean_se ** 2, 1e-6);
    expectClose(unknown.estimate, mean, 1e-7);
  });

  it("draws the least certain slice furthest, always towards the mean", () => {
    const ours = shrink(slices)!;
    ours.slices.forEach((slice, i) => {
      const y = slices[i].estimate;
      expect(Math.abs(slice!.estimate - ours.mean)).toBeLessThanOrEqual(Math.abs(y - ours.mean));
      expect((slice!.estimate - ours.mean) * (y - ours.mean)).toBeGreaterThanOrEqual(0);
      expectClose(slice!.kept, tau2 / (tau2 + errors[i] ** 2), 1e-6);
    });
  });

  it("is closer to the truth than the slices' own figures", () => {
    let own = 0;
    let shrunk = 0;
    for (let trial = 0; trial < 60; trial++) {
      const next = rng(trial, "slices");
      const truth = Array.from({length: 12}, () => 0.7 + 0.05 * next.normal());
      const seen = truth.map((t, i) => ({
        estimate: t + (0.02 + 0.01 * i) * next.normal(),
        standardError: 0.02 + 0.01 * i
      }));
      shrink(seen)!.slices.forEach((slice, i) => {
        own += (seen[i]!.estimate - truth[i]!) ** 2;
        shrunk += (slice!.estimate - truth[i]!) ** 2;
      });
    }
    expect(shrunk).toBeLessThan(0.6 * own);
  });

  it.each([
    [3, 0.05],
    [6, 0.03],
    [10, 0.05],
    [20, 0.05]
  ])("of %d slices whose true figures spread by %d has intervals that hold 95 times in 100", (k, spread) => {
    let [held, all] = [0, 0];
    for (let trial = 0; trial < 1200 / k; trial++) {
      const next = rng("spread", k, trial);
      const truth = Array.from({length: k}, () => 0.8 + spread * next.normal());
      const seen = truth.map((figure) => ({estimate: figure + 0.05 * next.normal(), standardError: 0.05}));
      shrink(seen)!.slices.forEach((slice, i) => {
        all++;
        if (slice!.low <= truth[i]! && truth[i]! <= slice!.high) held++;
      });
    }
    expect(held / all).toBeGreaterThan(0.92);
  });

  it("has intervals between the quantiles of its mixture, and wider ones at a higher level", () => {
    const three = [
      {estimate: 0.9, standardError: 0.02},
      {estimate: 0.7, standardError: 0.05},
      {estimate: 0.2},
      {estimate: 0.5, standardError: 0.1}
    ];
    const [narrow, wide] = [0.8, 0.95].map((level) => shrink(three, {level})!.slices);
    narrow!.forEach((slice, i) => {
      expect(wide![i]!.low).toBeLessThan(slice!.low);
      expect(wide![i]!.high).toBeGreaterThan(slice!.high);
      expect(slice!.low).toBeLessThanOrEqual(slice!.estimate);
      expect(slice!.high).toBeGreaterThanOrEqual(slice!.estimate);
    });
    // Nothing is known of the third but what the others say.
    expect(wide![2]!.high - wide![2]!.low).toBeGreaterThan(1);
    const scaled = shrink(
      three.map(({estimate, standardError}) => ({
        estimate: 100 * estimate,
        standardError: standardError && 100 * standardError
      }))
    )!;
    scaled.slices.forEach((slice, i) => expectClose(slice!.low, 100 * wide![i]!.low, 1e-3));
  });

  it("is undefined with fewer than three slices, and keeps a gap where a slice has no figure", () => {
    expect(shrink(slices.slice(0, 2))).toBeUndefined();
    expect(shrink([undefined, ...slices])!.slices[0]).toBeUndefined();
    expect(shrink(new Array(4).fill({estimate: 0.5, standardError: 0.1}))!.spread).toBe(0);
  });
});

describe("non-inferiority and equivalence", () => {
  const row = fc.tuple(fc.constantFrom(0, 0.5, 1), fc.constantFrom(0, 0.5, 1));
  const column = (rows: number[][], j: number) => rows.map((pair) => pair[j]);

  it("say what the 90 % interval says about the margin", () => {
    fc.assert(
      fc.property(
        fc.array(row, {minLength: 5, maxLength: 60}),
        fc.double({min: 0.02, max: 1, noNaN: true}),
        fc.boolean(),
        (rows, margin, inGroups) => {
          const clusters = inGroups ? rows.map((_, i) => i % 4) : undefined;
          const d = pairedDifference(column(rows, 0), column(rows, 1), {level: 0.9, clusters})!;
          if ([d.low + margin, d.high + margin, d.high - margin].some((x) => Math.abs(x) < 1e-6)) return;
          const {verdict} = nonInferiority(d, margin);
          expect(verdict).toBe(
            d.low > -margin ? "non-inferior" : d.high < -margin ? "inferior" : "undecided"
          );
          expect(equivalence(d, margin).verdict === "equivalent").toBe(d.low > -margin && d.high < margin);
        }
      ),
      {
        numRuns: 2000,
        examples: [
          [
            [
              [0, 1],
              [0, 1],
              [0.5, 0],
              [0, 1],
              [0, 1]
            ],
            0.02,
            false
          ]
        ]
      }
    );
  });

  it("call a difference different only when half of alpha on its side is met: outside is two claims", () => {
    // t is the only thing that matters here: 1.8 errors above the margin is past 5 % and not past 2.5 %.
    const at = (errors: number) => {
      const scores = Array.from({length: 400}, (_, i) => 0.5 + (i % 2 ? 0.2 : -0.2));
      const found = pairedDifference(scores, new Array<number>(400).fill(0.5))!;
      return {...found, estimate: 0.05 + errors * found.standardError!};
    };
    expect(equivalence(at(1.8), 0.05).verdict).toBe("undecided");
    expect(equivalence(at(2.1), 0.05).verdict).toBe("different");
  });

  it("find a candidate one point worse within a margin of three, given enough rows", () => {
    const next = rng("margin");
    const second = Array.from({length: 6000}, () => Number(next() < 0.8));
    const first = second.map((x) => (next() < 0.05 ? Number(next() < 0.6) : x));
    const d = pairedDifference(first, second)!;
    expect(nonInferiority(d, 0.03).verdict).toBe("non-inferior");
    expect(equivalence(d, 0.03).verdict).toBe("equivalent");
    expect(nonInferiority(d, 0.001).verdict).toBe("inferior");
    const few = pairedDifference(first.slice(0, 50), second.slice(0, 50))!;
    expect(nonInferiority(few, 0.03).verdict).toBe("undecided");
    expect(() => nonInferiority(d, 0)).toThrow("margin must be above 0");
  });
});

describe("sensitivity to failed rows", () => {
  it("says what the mean would be had every failed row been wrong, or right", () => {
    expect(sensitivity([1, 1, undefined, 0, NaN])).toEqual({
      estimate: 2 / 3,
      lowest: 0.4,
      highest: 0.8,
      failed: 2,
      n: 5
    });
    expect(sensitivity([undefined], {bounds: [-1, 3]})).toMatchObject({
      estimate: undefined,
      lowest: -1,
      highest: 3
    });
    expect(sensitivity([])).toBeUndefined();
  });

  it("brackets the difference of two candidates whatever the failed rows were", () => {
    const outcome = fc.constantFrom(0, 1, undefined);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(outcome, outcome), {minLength: 1, maxLength: 30}),
        fc.integer(),
        (rows, seed) => {
          const d = differenceSensitivity(
            rows.map(([a]) => a),
            rows.map(([, b]) => b)
          )!;
          const next = rng(seed);
          const filled =
            rows.reduce((sum, [a, b]) => sum + (a ?? next.int(2)) - (b ?? next.int(2)), 0) / rows.length;
          expect(filled).toBeGreaterThanOrEqual(d.lowest - 1e-12);
          expect(filled).toBeLessThanOrEqual(d.highest + 1e-12);
        }
      )
    );
    expect(differenceSensitivity([1, undefined], [0, 1])).toEqual({
      estimate: 1,
      failedWrong: 0,
      failedRight: 0.5,
      lowest: 0,
      highest: 0.5,
      failed: {first: 1, second: 0},
      n: 2
    });
    expect(differenceSensitivity([], [])).toBeUndefined();
  });
});
