import {describe, expect, it} from "vitest";
import {f1Interval, rng} from "../../../src/base/stats/index.js";

describe("f1Interval", () => {
  it("is undefined for a class that occurs on neither side, and within 0 and 1 at the ends", () => {
    expect(f1Interval(0, 0, 0)).toBeUndefined();
    expect(f1Interval(0, 4, 3)!.low).toBe(0);
    expect(f1Interval(5, 5, 5)!.high).toBe(1);
  });

  it("holds the estimate, and the true F1 about as often as it says", () => {
    const next = rng("f1");
    // A fifth of the rows are of the class; recall 0.8, and 5 % of the others are taken for it.
    const truth = (2 * 0.16) / (0.2 + 0.2);
    let covered = 0;
    for (let trial = 0; trial < 1000; trial++) {
      let [correct, expected, predicted] = [0, 0, 0];
      for (let row = 0; row < 150; row++) {
        const is = next() < 0.2;
        const said = next() < (is ? 0.8 : 0.05);
        expected += +is;
        predicted += +said;
        correct += +(is && said);
      }
      const {low, high} = f1Interval(correct, expected, predicted)!;
      const f1 = (2 * correct) / (expected + predicted);
      expect(low).toBeLessThanOrEqual(f1);
      expect(high).toBeGreaterThanOrEqual(f1);
      covered += +(low <= truth && truth <= high);
    }
    expect(covered / 1000).toBeGreaterThan(0.93);
    expect(covered / 1000).toBeLessThan(0.975);
  });
});
