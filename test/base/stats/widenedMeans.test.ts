import {expect, it} from "vitest";
import {
  meanInterval,
  normalQuantile,
  quantile,
  resampledMeans,
  rng,
  widenedMeans
} from "../../../src/base/stats/index.js";

const options = (seed: string) => ({seed, resamples: 200});
const interval = (means: Float64Array) => [quantile(means, 0.025)!, quantile(means, 0.975)!] as const;

/** How often 95% intervals hold the mean of the values that `of` makes of normal ones. */
function coverage(rows: number, of: (z: number) => number, truth: number, trials = 600) {
  const random = rng(`coverage ${rows}`);
  const hits = {plain: 0, widened: 0, t: 0};
  for (let trial = 0; trial < trials; trial++) {
    const values = Array.from({length: rows}, () => of(normalQuantile(random())));
    const holds = (low: number, high: number) => low <= truth && truth <= high;
    if (holds(...interval(resampledMeans([values], options(`${trial}`))[0]!))) hits.plain++;
    if (holds(...interval(widenedMeans([values], options(`${trial}`))[0]!))) hits.widened++;
    const {low, high} = meanInterval(values)!;
    if (holds(low, high)) hits.t++;
  }
  return {plain: hits.plain / trials, widened: hits.widened / trials, t: hits.t / trials};
}

it(
  "holds the mean of few rows as often as Student's t, where a plain bootstrap does not",
  {tags: ["long"]},
  () => {
    const normal = (z: number) => 5 + z;
    const skewed = (z: number) => Math.exp(0.8 * z);
    for (const rows of [5, 10, 20]) {
      const even = coverage(rows, normal, 5);
      expect(even.widened, `${rows} normal rows`).toBeGreaterThan(0.92);
      expect(even.widened).toBeLessThan(0.98);
      const uneven = coverage(rows, skewed, Math.exp(0.32));
      expect(uneven.widened, `${rows} log-normal rows`).toBeGreaterThan(0.84);
      for (const {plain, widened, t} of [even, uneven]) {
        expect(widened).toBeGreaterThan(plain);
        expect(Math.abs(widened - t)).toBeLessThan(0.03);
      }
    }
  }
);

it("is nothing below five rows or groups", () => {
  const values = [1, 2, 3, 4, undefined, 7];
  const [known, few] = widenedMeans([values, [1, 2, 3, 4, NaN, null]], options("few"));
  expect([known!.every(Number.isFinite), few!.every(Number.isNaN)]).toEqual([true, true]);
  const clusters = ["a", "a", "b", "c", "d", "d"];
  expect(widenedMeans([values], {...options("few"), clusters})[0]!.every(Number.isNaN)).toBe(true);
  expect(widenedMeans([[]], options("none"))[0]!.every(Number.isNaN)).toBe(true);
});

it("is the bootstrap itself, stretched about the mean", () => {
  const values = Array.from({length: 40}, (_, i) => i);
  const [plain] = resampledMeans([values], options("same"));
  const [wide] = widenedMeans([values], options("same"));
  const by = (wide![0]! - 19.5) / (plain![0]! - 19.5);
  expect(by).toBeCloseTo(Math.sqrt(40 / 39) * (2.0227 / 1.96), 3);
  expect((wide![9]! - 19.5) / (plain![9]! - 19.5)).toBeCloseTo(by, 9);
});
