import {readFileSync} from "node:fs";
import {describe, expect, it} from "vitest";
import {TextIndex} from "../../../src/data/datasets/index.js";
import {nearestCosines} from "../../../src/weights/models/index.js";
import {meanDistance, neighbourLeakage} from "../../../src/data/splits/embeddingMeasures.js";
import {stratifiedGroups} from "../../../src/data/splits/stratifiedGroup.js";
import {chiSquaredDrift, jensenShannon, populationStability} from "../../../src/base/stats/index.js";

interface Fixtures {
  drift: {
    before: number[];
    after: number[];
    chi_squared: number;
    degrees_of_freedom: number;
    p: number;
    least_expected: number;
    psi: number;
    jensen_shannon: number;
  }[];
  embeddings: {
    train: number[][];
    test: number[][];
    nearest: number[];
    share: number;
    distance: number;
    by_chance: number;
  }[];
  duplicates: {texts: string[]; near: [number, number, number][]}[];
  stratified_groups: {folds: number; counts: number[][]; fold_of: number[]}[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("../../fixtures/splits/fixtures.json", import.meta.url), "utf8")
) as Fixtures;

const close = (ours: number | undefined, theirs: number) => {
  expect(ours).toBeDefined();
  expect(Math.abs(ours! - theirs)).toBeLessThanOrEqual(1e-9 * Math.max(1e-3, Math.abs(theirs)));
};

/** Folds named by their first group: which of several empty folds a group goes to is left to rounding there. */
const inOrder = (folds: readonly unknown[]) => {
  const names = [...new Set(folds)];
  return folds.map((fold) => names.indexOf(fold));
};

describe("class drift", () => {
  it("chi-square, stability index and Jensen–Shannon distance agree with SciPy", () => {
    expect(fixtures.drift.length).toBeGreaterThan(10);
    for (const one of fixtures.drift) {
      const chi = chiSquaredDrift(one);
      close(chi?.statistic, one.chi_squared);
      close(chi?.p, one.p);
      close(chi?.leastExpected, one.least_expected);
      expect(chi?.degreesOfFreedom).toBe(one.degrees_of_freedom);
      close(populationStability(one), one.psi);
      // Near zero the root turns rounding of 1e-16 into 1e-8.
      expect(jensenShannon(one)).toBeCloseTo(one.jensen_shannon, 7);
    }
  });

  it("is undefined where a side has no rows, and has no test with one class", () => {
    const empty = {before: [0, 0], after: [1, 2]};
    expect([chiSquaredDrift(empty), populationStability(empty), jensenShannon(empty)]).toEqual([
      undefined,
      undefined,
      undefined
    ]);
    expect(chiSquaredDrift({before: [3, 0], after: [4, 0]})).toBeUndefined();
  });
});

describe("stratifiedGroups", () => {
  it("deals groups to equal parts as scikit-learn's StratifiedGroupKFold, group for group", () => {
    for (const {folds, counts, fold_of} of fixtures.stratified_groups) {
      const shares = Object.fromEntries(
        Array.from({length: folds}, (_, fold) => [`fold ${fold}`, 1 / folds])
      );
      const placed = stratifiedGroups(
        counts.map((rows, group) => ({group: String(group), counts: rows})),
        shares,
        "any"
      );
      expect(inOrder(counts.map((_, group) => placed.get(String(group))))).toEqual(inOrder(fold_of));
    }
  });

  it("fills unequal parts to their shares of every class", () => {
    const groups = fixtures.stratified_groups[2]!.counts.map((counts, i) => ({group: `g${i}`, counts}));
    const shares = {train: 0.7, validation: 0.1, test: 0.2};
    const placed = stratifiedGroups(groups, shares, "assay");
    for (let c = 0; c < 5; c++) {
      const total = groups.reduce((sum, {counts}) => sum + counts[c]!, 0);
      for (const [part, share] of Object.entries(shares)) {
        const there = groups
          .filter(({group}) => placed.get(group) === part)
          .reduce((sum, {counts}) => sum + counts[c]!, 0);
        expect(Math.abs(there / total - share)).toBeLessThan(0.02);
      }
    }
  });
});

describe("embedding measures", () => {
  it("find the nearest training row of every test row, and the distance of the means, as scikit-learn and NumPy do", async () => {
    expect(fixtures.embeddings).toHaveLength(2);
    for (const one of fixtures.embeddings) {
      const dimensions = one.train[0]!.length;
      const data = Float32Array.from([...one.train, ...one.test].flat());
      const vectors = {dimensions, data};
      const [train, test] = [one.train, one.test].map((rows, part) =>
        rows.map((_, i) => i + part * one.train.length)
      ) as [number[], number[]];
      const cut = one.train.length * dimensions;
      const nearest = await nearestCosines(data.subarray(cut), data.subarray(0, cut), dimensions);
      nearest.forEach((cosine, i) => expect(cosine).toBeCloseTo(one.nearest[i]!, 5));
      const leakage = await neighbourLeakage(vectors, train, test, test.length);
      expect(leakage).toEqual({
        rows: Math.round(one.share * test.length),
        share: one.share,
        threshold: 0.85,
        searched: test.length
      });
      expect(leakage.rows).toBeGreaterThan(2);
      const found = meanDistance(vectors, train, test)!;
      expect(found.distance).toBeCloseTo(one.distance, 5);
      expect(found.byChance).toBeCloseTo(one.by_chance, 5);
    }
  });
});

describe("near-duplicates", () => {
  it("are as alike as scikit-learn's Jaccard distance of their word 5-grams says", () => {
    for (const {texts, near} of fixtures.duplicates) {
      const index = new TextIndex();
      const numbers = texts.map((text) => index.add(text));
      expect(near.length).toBeGreaterThan(20);
      for (const [a, b, similarity] of near)
        expect(index.similarity(numbers[a]!, numbers[b]!)).toBeCloseTo(similarity, 12);
    }
  });
});
