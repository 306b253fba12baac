import {describe, expect, it} from "vitest";
import {drawnErrors} from "../../../src/base/stats/drawnErrors.js";
import {rng} from "../../../src/base/stats/index.js";

describe("standard errors drawn for several candidates", () => {
  // Variances 4, 1 and 1; the first two go together, and the last is a copy of the second.
  const root = [
    [2, 0, 0],
    [0.8, 0.6, 0],
    [0.8, 0.6, 0]
  ];
  const draws = 40_000;

  it.each([1.5, 2, 2.5, 7, 30.4])(
    "with %d degrees of freedom have the squares of χ², of differences too, and go together",
    (df) => {
      const {draw, errorOf} = drawnErrors(root, df, rng("errors", df));
      const squares = Array.from({length: draws}, () => {
        draw();
        return [errorOf(0) ** 2 / 4, errorOf(1) ** 2, errorOf(0, 1) ** 2 / (4 + 1 - 3.2), errorOf(1, 2)];
      });
      const mean = (of: (one: number[]) => number) => squares.reduce((sum, one) => sum + of(one), 0) / draws;
      for (const i of [0, 1, 2]) {
        expect(mean((one) => one[i]!)).toBeCloseTo(1, 1);
        expect((df / 2) * mean((one) => (one[i]! - 1) ** 2)).toBeCloseTo(1, 0);
      }
      // The squares of normal numbers correlate by the square of their correlation, 0.8.
      expect((df / 2) * mean((one) => (one[0]! - 1) * (one[1]! - 1))).toBeGreaterThan(0.5);
      expect((df / 2) * mean((one) => (one[0]! - 1) * (one[1]! - 1))).toBeLessThan(0.8);
      expect(mean((one) => one[3]!)).toBe(0);
    }
  );

  it("with half a degree more than the last whole one lie between the two", () => {
    const tail = (df: number) => {
      const next = rng("tail", df);
      const {draw, errorOf} = drawnErrors([[1]], df, next);
      let beyond = 0;
      for (let i = 0; i < draws; i++) {
        const deviation = next.normal();
        draw();
        if (Math.abs(deviation) > 4.303 * errorOf(0)) beyond++;
      }
      return beyond / draws;
    };
    // P(|T| > 4.303) for t with 2 degrees of freedom is 5%, with 1.5 8.2% and with 1 14.5%.
    expect(tail(2)).toBeCloseTo(0.05, 2);
    expect(tail(1.5)).toBeGreaterThan(0.072);
    expect(tail(1.5)).toBeLessThan(0.092);
  });
});
