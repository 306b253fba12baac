import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  majority,
  majorityAtN,
  passAtK,
  passHatK,
  repeatVariance,
  rng
} from "../../../src/base/stats/index.js";
import {expectClose, fixtures} from "./support.js";

/** All choices of k out of n answers, the first c of them right, as the share for which `holds`. */
function byCounting(n: number, c: number, k: number, holds: (right: number) => boolean): number {
  let good = 0;
  let all = 0;
  for (let mask = 0; mask < 2 ** n; mask++) {
    const bits = Array.from({length: n}, (_, i) => (mask >> i) & 1);
    if (bits.reduce((a, b) => a + b, 0) !== k) continue;
    all++;
    if (holds(bits.slice(0, c).reduce((a, b) => a + b, 0))) good++;
  }
  return good / all;
}

describe("pass@k and pass^k", () => {
  it("equal counting every choice of k answers", () => {
    const sizes = fc.tuple(fc.integer({min: 1, max: 8}), fc.nat(8), fc.integer({min: 1, max: 8}));
    fc.assert(
      fc.property(sizes, ([n, a, b]) => {
        const c = a % (n + 1);
        const k = 1 + ((b - 1) % n);
        expect(passAtK(n, c, k)).toBeCloseTo(
          byCounting(n, c, k, (right) => right > 0),
          12
        );
        expect(passHatK(n, c, k)).toBeCloseTo(
          byCounting(n, c, k, (right) => right === k),
          12
        );
      })
    );
  });

  it("are the share of right answers for k = 1 and undefined with fewer than k answers", () => {
    expectClose(passAtK(200, 30, 1), 0.15);
    expectClose(passHatK(200, 30, 1), 0.15);
    expect(passAtK(2, 1, 3)).toBeUndefined();
    expect(passHatK(0, 0, 1)).toBeUndefined();
  });

  it("do not overflow for thousands of answers", () => {
    const p = passAtK(5000, 50, 100)!;
    expect(p).toBeGreaterThan(1 - 0.99 ** 100);
    expect(p).toBeLessThan(0.65);
  });
});

describe("majority vote", () => {
  it("names the most frequent answer, or several on a tie, and ignores missing ones", () => {
    expect(majority(["42", 42, "41", null])).toEqual({answers: ["42"], share: 2 / 3, votes: 3});
    expect(majority(["a", "b"])!.answers).toEqual(["a", "b"]);
    expect(majority([null])).toBeUndefined();
  });

  it("@n averages over all choices of n answers and shares ties", () => {
    expect(majorityAtN(["a", "a", "b"], "a", 3)).toBe(1);
    expect(majorityAtN(["a", "b"], "a", 2)).toBe(0.5);
    expectClose(majorityAtN(["a", "a", "b"], "a", 1), 2 / 3);
    expectClose(
      majorityAtN(["a", "b", "b", "a"], (x) => x === "a", 3),
      0.5
    );
    expect(majorityAtN(["a"], "a", 2)).toBeUndefined();
    expect(majorityAtN(["a"], null, 1)).toBeUndefined();
  });

  it("@n by sampling comes close to the exact chance", () => {
    // 30 answers of which 18 are right and 12 equal: the majority of 5 is right when at least 3 are.
    const answers = [...new Array<string>(18).fill("right"), ...new Array<string>(12).fill("wrong")];
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    const exact = [3, 4, 5].reduce((sum, k) => sum + (choose(18, k) * choose(12, 5 - k)) / choose(30, 5), 0);
    const ours = majorityAtN(answers, "right", 5, {seed: 1})!;
    expect(Math.abs(ours - exact)).toBeLessThan(0.03);
    expect(majorityAtN([...answers].reverse(), "right", 5, {seed: 1})).toBe(ours);
  });
});

describe("variance between and within rows", () => {
  it("agrees with the analysis of variance", () => {
    const {scores, F, within} = fixtures.repeat_variance;
    const ours = repeatVariance(scores)!;
    expectClose(ours.within, within);
    expectClose(ours.between, (within * (F - 1)) / 4, 1e-10);
    expect(ours).toMatchObject({rows: 15, n: 60});
  });

  it("finds the two parts it was given, with rows of different sizes", () => {
    const next = rng("variance parts");
    const scores = Array.from({length: 3000}, () => {
      const row = next.normal() * 0.3;
      return Array.from({length: 1 + next.int(5)}, () => row + next.normal() * 0.5);
    });
    const ours = repeatVariance(scores)!;
    expectClose(ours.between, 0.09, 0.1);
    expectClose(ours.within, 0.25, 0.05);
    expectClose(ours.noiseShare, 0.25 / 0.34, 0.05);
    expect(ours.standardErrorOfRows!).toBeLessThan(ours.standardError!);
  });

  it("says nothing about noise without repeats", () => {
    expect(repeatVariance([[1], [0], [undefined]])).toMatchObject({
      rows: 2,
      within: undefined,
      noiseShare: undefined
    });
    expect(repeatVariance([[]])).toBeUndefined();
  });
});
