import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {mcnemarExact, pairedPermutation, rng, wilcoxonSignedRank} from "../../../src/base/stats/index.js";
import {expectClose, fixtures} from "./support.js";

const zero = (n: number) => new Array<number>(n).fill(0);
const difference = fc.integer({min: -20, max: 20}).map((d) => d / 10);

describe("Wilcoxon signed-rank", () => {
  const {plain, tied, many} = fixtures.wilcoxon;

  it("is exact for few rows, as SciPy's", () => {
    const ours = wilcoxonSignedRank(plain.differences, zero(12))!;
    expect(ours).toMatchObject({method: "exact", n: 12});
    expectClose(ours.p, plain.p);
  });

  it("is exact with ties too, as counting all 4,096 sign patterns shows", () => {
    const ours = wilcoxonSignedRank(tied.differences, zero(12))!;
    expect(ours.statistic).toBe(tied.statistic);
    expectClose(ours.p, tied.p);
  });

  it("takes differences that are equal but for rounding as ties", () => {
    const a = [3, 1, 7, 2, 9, 4, 6];
    const b = [2, 2, 6, 3, 5, 8, 4];
    const tenths = (list: number[]) => list.map((x) => x / 10);
    // 0.3 − 0.2 and 0.2 − 0.1 differ in the last digit.
    expect(0.3 - 0.2).not.toBe(0.2 - 0.1);
    const {p, statistic} = wilcoxonSignedRank(a, b)!;
    expect(wilcoxonSignedRank(tenths(a), tenths(b))).toMatchObject({statistic, n: 7});
    expectClose(wilcoxonSignedRank(tenths(a), tenths(b))!.p, p);
  });

  it("uses the tie-corrected normal approximation for many rows, as SciPy's", () => {
    const ours = wilcoxonSignedRank(many.differences, zero(120))!;
    expect(ours.method).toBe("normal");
    expectClose(ours.p, many.p, 1e-10);
  });

  it("does not care which candidate comes first or in which order rows come; equal rows do not count", () => {
    fc.assert(
      fc.property(fc.array(difference, {maxLength: 70}), (list) => {
        const ours = wilcoxonSignedRank(list, zero(list.length));
        expect(ours === undefined).toBe(list.every((d) => d === 0));
        if (!ours) return;
        expect(wilcoxonSignedRank(zero(list.length), list)!.p).toBeCloseTo(ours.p, 12);
        expect(wilcoxonSignedRank([...list].reverse(), zero(list.length))!.p).toBeCloseTo(ours.p, 12);
        expect(wilcoxonSignedRank([...list, 0, NaN], zero(list.length + 2))).toEqual(ours);
      })
    );
  });
});

describe("paired permutation", () => {
  it("counts every swap for few rows, as SciPy's", () => {
    const {differences, p} = fixtures.permutation;
    const ours = pairedPermutation(differences, zero(12), {seed: 1})!;
    expect(ours).toMatchObject({exact: true, permutations: 4096});
    expectClose(ours.p, p);
  });

  it("on 0/1 scores is McNemar's exact test", () => {
    const first = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0];
    const second = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0];
    expectClose(pairedPermutation(first, second, {seed: 1})!.p, mcnemarExact(7, 2)!);
  });

  it("by sampling comes close to McNemar's exact test, the same for the same seed and any order of rows", () => {
    const next = rng("permutation test");
    const first = Array.from({length: 300}, () => Number(next() < 0.7));
    const second = first.map((x) => (next() < 0.3 ? Number(next() < 0.55) : x));
    const only = (a: number[], b: number[]) => a.filter((x, i) => x > b[i]!).length;
    const exact = mcnemarExact(only(first, second), only(second, first))!;
    const ours = pairedPermutation(first, second, {seed: 4, permutations: 20_000})!;
    expect(ours.exact).toBe(false);
    expect(Math.abs(ours.p - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 20_000) + 1e-4);
    const again = pairedPermutation([...first].reverse(), [...second].reverse(), {
      seed: 4,
      permutations: 20_000
    });
    expect(again).toEqual(ours);
  });

  it("swaps groups as a whole: repeated rows are no new evidence", () => {
    const first = [0.9, 0.8, 0.7, 0.9, 0.6];
    const second = [0.5, 0.6, 0.5, 0.4, 0.5];
    const plain = pairedPermutation(first, second, {seed: 1})!;
    const clusters = [...first, ...first].map((_, i) => i % 5);
    const repeated = pairedPermutation([...first, ...first], [...second, ...second], {seed: 1, clusters})!;
    expect(repeated.p).toBe(plain.p);
    expect(pairedPermutation([], [], {seed: 1})).toBeUndefined();
  });
});
