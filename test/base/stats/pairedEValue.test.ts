import {describe, expect, it} from "vitest";
import {onlineFdr, pairedEValue, rng} from "../../../src/base/stats/index.js";

describe("pairedEValue", () => {
  it("is the mean capital of six bets, computed by hand on two rows", () => {
    const bets = [0.95, 0.475, 0.2375, 0.11875, 0.059375, 0.0296875];
    const byHand = bets.reduce((sum, bet) => sum + (1 + bet) * (1 - 0.5 * bet), 0) / 6;
    expect(pairedEValue([0, 1], [1, 0.5])!.eValue).toBeCloseTo(byHand, 12);
    expect(pairedEValue([0, 1], [1, 0.5])!.n).toBe(2);
  });

  it("is 1 where nothing differs, and undefined where no row has both", () => {
    expect(pairedEValue([1, 0, 1], [1, 0, 1])).toEqual({eValue: 1, n: 3});
    expect(pairedEValue([1, undefined], [undefined, 1])).toBeUndefined();
    expect(pairedEValue([], [])).toBeUndefined();
  });

  it("counts a group of rows once, and forgives a loss within the tolerance", () => {
    const [first, second] = [
      [0, 0, 0, 0, 1, 1],
      [1, 1, 1, 1, 1, 1]
    ];
    const grouped = pairedEValue(first, second, {clusters: ["a", "a", "a", "a", "b", "c"]})!;
    expect(grouped).toEqual(pairedEValue([0, 1, 1], [1, 1, 1]));
    const losing = Array.from({length: 400}, (_, row) => +(row % 20 !== 0));
    const ones = losing.map(() => 1);
    expect(pairedEValue(losing, ones)!.eValue).toBeGreaterThan(1000);
    expect(pairedEValue(losing, ones, {tolerance: 0.05})!.eValue).toBeLessThan(1);
  });

  it("neither overflows nor accepts a score outside its bounds", () => {
    const rows = Array.from({length: 20_000}, () => 0);
    expect(
      pairedEValue(
        rows,
        rows.map(() => 1)
      )!.eValue
    ).toBe(1e300);
    expect(() => pairedEValue([2], [1])).toThrow("outside its bounds");
    expect(pairedEValue([5], [1], {bounds: [1, 5]})!.eValue).toBeLessThan(1);
  });

  it("its mean over chance alone is at most 1", () => {
    const next = rng("null", 1);
    const draw = () => Array.from({length: 40}, () => +(next() < 0.6));
    const values = Array.from({length: 4000}, () => pairedEValue(draw(), draw())!.eValue);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeLessThan(1.3);
    expect(values.filter((value) => value >= 20).length / values.length).toBeLessThan(0.05);
  });
});

describe("onlineFdr", () => {
  it("asks for 20 times twice the block, for more in the next block, and for less after an alarm", () => {
    const tests = onlineFdr({block: 2});
    expect(tests.next(1)).toEqual({alarm: false, threshold: 80});
    expect(tests.next(80)).toMatchObject({alarm: true});
    expect(tests.next(80)).toEqual({alarm: true, threshold: 80});
    expect(tests.next(1).threshold).toBeCloseTo(160 / 3, 9);
    expect([tests.tests, tests.alarms]).toEqual([4, 2]);
  });

  it("its shares of the level sum to at most 1", () => {
    const tests = onlineFdr({level: 1, block: 50});
    let sum = 0;
    for (let t = 0; t < 2000; t++) sum += 1 / tests.next(0).threshold;
    expect(sum).toBeGreaterThan(0.999);
    expect(sum).toBeLessThanOrEqual(1);
  });
});
