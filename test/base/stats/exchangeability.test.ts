import {describe, expect, it} from "vitest";
import {addRank, newExchangeability} from "../../../src/base/stats/exchangeability.js";
import {sequentialRanks} from "../../../src/base/stats/sequentialRanks.js";
import {type Rng, rng as seeded} from "../../../src/base/stats/rng.js";
import {inFull} from "../../support/full.js";

describe("sequentialRanks", () => {
  it("ranks each value among all before it and itself, equal ones by their tie", () => {
    const before = [
      {value: 3, count: 2},
      {value: 1, count: 1}
    ];
    const values = [
      {value: 3, tie: 0.5},
      {value: 0, tie: 0.25},
      {value: 2, tie: 1}
    ];
    // Of 1 3 3 3: one smaller, three equal. Of 0 1 3 3 3: none, itself. Of 0 1 2 3 3 3: two, itself.
    const ranks = sequentialRanks(before, values);
    expect(ranks).toEqual([(1 + 0.5 * 3) / 4, 0.25 / 5, (2 + 1) / 6]);
  });
});

describe("the test of exchangeability", () => {
  it("has the capital that a sum over all ranks before each gives", () => {
    const ranks = [
      ...Array.from({length: 40}, (_, i) => ((i * i * 7 + 3) % 101) / 101),
      ...Array.from({length: 40}, (_, i) => ((i * 5) % 13) / 100)
    ];
    // Computed in Python, which weighs all earlier ranks anew at each one.
    const expected = {
      1: {log: 0, most: 0},
      3: {log: -0.07476380519770484, most: 0.2006706954621509},
      40: {log: -0.6932156138790255, most: 0.2006706954621509},
      80: {log: 34.68452713634624, most: 34.68452713634624}
    };
    for (const [n, {log, most}] of Object.entries(expected)) {
      const state = ranks.slice(0, Number(n)).reduce(addRank, newExchangeability());
      expect(state.n).toBe(Number(n));
      expect(state.log).toBeCloseTo(log, 9);
      expect(state.most).toBeCloseTo(most, 9);
    }
    expect(() => addRank(newExchangeability(), 1.1)).toThrow(RangeError);
  });
});

const repetitions = inFull(2000, 40);
const LOOKS = 365;

/** The day on which days of new rows first take the e-value to 20; undefined when none does. */
function alarmDay(
  rng: Rng,
  {reference, aDay, draw}: {reference: number; aDay: number; draw(day: number): number}
): number | undefined {
  const counts = new Map<number, number>();
  const add = (value: number) => counts.set(value, (counts.get(value) ?? 0) + 1);
  for (let i = 0; i < reference; i++) add(draw(-1));
  const values = Array.from({length: LOOKS * aDay}, (_, i) => ({
    value: draw(Math.floor(i / aDay)),
    tie: rng()
  }));
  const before = [...counts].map(([value, count]) => ({value, count}));
  let state = newExchangeability();
  for (const [i, rank] of sequentialRanks(before, values).entries()) {
    state = addRank(state, rank);
    if (Math.exp(state.most) >= 20) return Math.floor(i / aDay);
  }
  return undefined;
}

describe(`a year of looks, a day each (${repetitions} repetitions)`, {tags: ["counted"]}, () => {
  const classOf = (u: number, shares: readonly number[]) => {
    let sum = 0;
    return shares.findIndex((share) => (sum += share) > u);
  };
  it("ends in a false alarm in at most 5%", {timeout: 240_000}, () => {
    let alarms = 0;
    for (let i = 0; i < repetitions; i++) {
      const rng = seeded(`steady ${i}`);
      const steady = i % 2 === 0 ? () => rng() ** 2 : () => classOf(rng(), [0.4, 0.3, 0.2, 0.1]);
      if (alarmDay(rng, {reference: 300, aDay: 20, draw: steady}) !== undefined) alarms++;
    }
    expect(alarms / repetitions).toBeLessThanOrEqual(0.05);
  });

  it("finds a shift within days", {timeout: 240_000}, () => {
    const days = (from: number, to: number[]) => {
      const waited: number[] = [];
      for (let i = 0; i < repetitions; i++) {
        const rng = seeded(`shift ${i} ${to.join()}`);
        const draw = (day: number) => classOf(rng(), day < from ? [0.4, 0.3, 0.2, 0.1] : to);
        const found = alarmDay(rng, {reference: 1000, aDay: 20, draw});
        if (found === undefined || found >= from) waited.push((found ?? LOOKS) - from);
      }
      return waited.sort((a, b) => a - b);
    };
    const median = (list: number[]) => list[Math.floor(list.length / 2)]!;
    const strong = days(30, [0.6, 0.2, 0.13, 0.07]);
    const slight = days(30, [0.5, 0.25, 0.17, 0.08]);
    expect(median(strong)).toBeLessThanOrEqual(15);
    expect(median(slight)).toBeLessThanOrEqual(60);
  });
});
