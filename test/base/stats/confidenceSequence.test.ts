import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {confidenceSequence, pairedConfidenceSequence, rng, wilson} from "../../../src/base/stats/index.js";

describe("confidence sequence", () => {
  it("holds at every moment: looked at after every row it misses the truth in less than 5 % of runs", () => {
    for (const [name, truth, draw] of [
      ["fair coin", 0.5, (u: number) => Number(u < 0.5)],
      ["rare success", 0.05, (u: number) => Number(u < 0.05)],
      ["graded", 1 / 3, (u: number) => u * u]
    ] as const) {
      let missed = 0;
      const runs = 400;
      for (let run = 0; run < runs; run++) {
        const next = rng(run, name);
        const sequence = confidenceSequence({grid: 200});
        for (let i = 0; i < 400; i++) sequence.add(draw(next()));
        // Bounds only move inwards, so the last interval contains the truth only if all did.
        const {low, high} = sequence.interval()!;
        if (truth < low || truth > high) missed++;
      }
      expect(missed / runs).toBeLessThanOrEqual(0.05);
    }
  });

  it("shrinks towards the mean as rows come, and is not much wider than the interval for a single look", () => {
    const next = rng("width");
    const sequence = confidenceSequence();
    let successes = 0;
    let width = 1;
    for (let i = 1; i <= 4000; i++) {
      const x = Number(next() < 0.8);
      successes += x;
      sequence.add(x);
      const {low, high} = sequence.interval()!;
      expect(high - low).toBeLessThanOrEqual(width + 1e-12);
      width = high - low;
    }
    const single = wilson(successes, 4000)!;
    expect(width).toBeGreaterThan(single.high - single.low);
    expect(width).toBeLessThan(2.2 * (single.high - single.low));
    expect(sequence.interval()!.low).toBeLessThan(sequence.estimate()!);
    expect(sequence.interval()!.high).toBeGreaterThan(sequence.estimate()!);
  });

  it("gives up exactly the means against which the published bets have won twenty to one", () => {
    // Waudby-Smith and Ramdas (2024), section 4.4, by definition: capitals of both bets for one mean m, level 0.95.
    const mostCapital = (scores: readonly number[], m: number): number => {
      let [more, less, most] = [1, 1, 0];
      scores.forEach((x, i) => {
        const t = i + 1;
        const before = scores.slice(0, i);
        const mu = before.map((_, j) => (0.5 + before.slice(0, j + 1).reduce((a, b) => a + b, 0)) / (j + 2));
        const variance = (0.25 + before.reduce((sum, one, j) => sum + (one - mu[j]!) ** 2, 0)) / t;
        const bet = Math.sqrt((2 * Math.log(2 / 0.05)) / (variance * t * Math.log(1 + t)));
        more *= 1 + Math.min(bet, 0.5 / m) * (x - m);
        less *= 1 - Math.min(bet, 0.5 / (1 - m)) * (x - m);
        most = Math.max(most, 0.5 * more, 0.5 * less);
      });
      return most;
    };
    const grid = 400;
    for (const [name, draw] of [
      ["skewed", (u: number) => u ** 3],
      ["coin", (u: number) => Number(u < 0.85)],
      ["narrow", (u: number) => 0.6 + 0.1 * u]
    ] as const) {
      const next = rng(name, "definition");
      const scores = Array.from({length: 120}, () => draw(next()));
      const sequence = confidenceSequence({grid});
      scores.forEach(sequence.add);
      const {low, high} = sequence.interval()!;
      expect(low).toBeGreaterThan(0);
      // Rounded outwards to the first mean that was given up; the next one inside was not.
      expect(mostCapital(scores, low)).toBeGreaterThanOrEqual(1 / 0.05);
      expect(mostCapital(scores, low + 1 / grid)).toBeLessThan(1 / 0.05);
      expect(mostCapital(scores, high - 1 / grid)).toBeLessThan(1 / 0.05);
      if (high < 1) expect(mostCapital(scores, high)).toBeGreaterThanOrEqual(1 / 0.05);
    }
  });

  it("of two candidates is that of their differences, between −1 and 1, over the rows both have", () => {
    const next = rng("pairs of scores");
    const rows = Array.from({length: 200}, (_, i) => [
      Number(next() < 0.8),
      i % 9 ? Number(next() < 0.5) : undefined
    ]);
    const paired = pairedConfidenceSequence();
    const plain = confidenceSequence({bounds: [-1, 1]});
    for (const [a, b] of rows) {
      paired.add(a, b);
      if (b !== undefined) plain.add(a! - b);
    }
    expect(paired.interval()).toEqual(plain.interval());
    expect(paired.estimate()).toBe(plain.estimate());
    expect(paired.n).toBe(rows.filter(([, b]) => b !== undefined).length);
  });

  it("gains from low variance: nearly constant scores are known sooner than coin flips", () => {
    const widthOf = (draw: (u: number) => number) => {
      const next = rng("variance");
      const sequence = confidenceSequence();
      for (let i = 0; i < 1000; i++) sequence.add(draw(next()));
      const {low, high} = sequence.interval()!;
      return high - low;
    };
    expect(widthOf((u) => 0.5 + 0.05 * (u - 0.5))).toBeLessThan(widthOf((u) => Number(u < 0.5)) / 3);
  });

  it("scales with the bounds, skips missing scores and refuses impossible ones", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 1, maxLength: 60}),
        (scores) => {
          const unit = confidenceSequence();
          const percent = confidenceSequence({bounds: [0, 100]});
          for (const score of scores) {
            unit.add(score);
            unit.add(undefined);
            percent.add(100 * score);
          }
          expect(unit.n).toBe(scores.length);
          expect(percent.interval()!.low).toBeCloseTo(100 * unit.interval()!.low, 8);
          expect(percent.interval()!.high).toBeCloseTo(100 * unit.interval()!.high, 8);
        }
      )
    );
    const fresh = confidenceSequence();
    expect(fresh.interval()).toBeUndefined();
    expect(fresh.estimate()).toBeUndefined();
    expect(() => fresh.add(1.5)).toThrow("outside its bounds, 0 to 1");
  });

  it("for pairs sees a small difference that the two candidates' own intervals would not", () => {
    const next = rng("pairs");
    const pairs = pairedConfidenceSequence();
    const first = confidenceSequence();
    const second = confidenceSequence();
    for (let i = 0; i < 1500; i++) {
      const b = Number(next() < 0.6);
      const a = b === 0 && next() < 0.2 ? 1 : b;
      pairs.add(a, b);
      pairs.add(a, undefined);
      first.add(a);
      second.add(b);
    }
    expect(pairs.n).toBe(1500);
    expect(pairs.interval()!.low).toBeGreaterThan(0.03);
    expect(pairs.interval()!.low).toBeLessThan(pairs.estimate()!);
    expect(first.interval()!.low).toBeLessThan(second.interval()!.high);
  });
});
