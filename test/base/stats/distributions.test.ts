import {describe, expect, it} from "vitest";
import {incompleteBeta} from "../../../src/base/stats/distributions/incompleteBeta.js";
import {logGamma} from "../../../src/base/stats/distributions/logGamma.js";
import {
  binomialCdf,
  binomialTest,
  chiSquaredDrift,
  chiSquaredQuantile,
  chiSquaredTail,
  jensenShannon,
  normalQuantile,
  normalTail,
  populationStability,
  studentQuantile,
  studentTail,
  tango
} from "../../../src/base/stats/index.js";
import {expectClose, fixtures} from "./support.js";

type Case = number[];
const cases: Record<string, Case[]> = fixtures.distributions;

describe("distributions agree with SciPy", () => {
  const against: [string, (...args: number[]) => number | undefined, number][] = [
    ["log_gamma", (x) => logGamma(x!), 1e-13],
    ["incomplete_beta", (x, a, b) => incompleteBeta(x!, a!, b!), 1e-11],
    ["normal_tail", (z) => normalTail(z!), 1e-12],
    ["normal_quantile", (p) => normalQuantile(p!), 1e-13],
    ["student_tail", (t, df) => studentTail(t!, df!), 1e-12],
    ["student_quantile", (p, df) => studentQuantile(p!, df!), 1e-12],
    ["chi2_tail", (x, df) => chiSquaredTail(x!, df!), 1e-12],
    ["chi2_quantile", (p, df) => chiSquaredQuantile(p!, df!), 1e-12],
    ["binomial_cdf", (k, n, p) => binomialCdf(k!, n!, p!), 1e-11],
    ["binomial_test", (k, n, p) => binomialTest(k!, n!, p!), 1e-11]
  ];
  for (const [name, ours, tolerance] of against)
    it(`${name} within ${tolerance}`, () => {
      expect(cases[name]!.length).toBeGreaterThan(3);
      for (const row of cases[name]!) expectClose(ours(...row.slice(0, -1)), row.at(-1)!, tolerance);
    });

  it("the binomial test counts every outcome no likelier, also where the mode is above n p", () => {
    // 0.6² for none of two, and 0.4² for both, against 0.48 for one.
    expectClose(binomialTest(0, 2, 0.4), 0.52);
    expect(binomialTest(1, 2, 0.4)).toBe(1);
  });

  it("a quantile undoes its tail", () => {
    for (const p of [1e-8, 0.01, 0.3, 0.5, 0.77, 0.999]) {
      expectClose(1 - normalTail(normalQuantile(p)), p, 1e-8);
      expectClose(1 - studentTail(studentQuantile(p, 4), 4), p, 1e-8);
    }
  });
});

it("Student's quantiles keep their digits in the far tails, on both sides alike", () => {
  for (const p of [1e-14, 1e-50, 1e-150, 1e-300]) {
    expect(Math.abs(studentQuantile(p, 1) * Math.PI * p + 1)).toBeLessThan(1e-10);
    expect(Math.abs(studentQuantile(p, 2) / ((2 * p - 1) / Math.sqrt(2 * p * (1 - p))) - 1)).toBeLessThan(
      1e-10
    );
    for (const df of [3.5, 30, 400])
      expect(Math.abs(studentTail(-studentQuantile(p, df), df) / p - 1)).toBeLessThan(1e-8);
  }
  for (const p of [0.01, 0.2, 0.4999])
    expect(studentQuantile(p, 7)).toBeCloseTo(-studentQuantile(1 - p, 7), 12);
});

it("what cannot have been observed is refused", () => {
  for (const impossible of [
    () => binomialTest(5, 3),
    () => binomialTest(-1, 3),
    () => binomialTest(NaN, 3),
    () => binomialTest(1, 3, 1.5),
    () => tango(5, 5, 3),
    () => tango(-1, 0, 3),
    () => tango(0, 0, NaN),
    ...[jensenShannon, populationStability, chiSquaredDrift].flatMap((distance) => [
      () => distance({before: [1, 2], after: [1]}),
      () => distance({before: [1], after: [1, 2]}),
      () => distance({before: [-1, 2], after: [1, 2]}),
      () => distance({before: [NaN, 2], after: [1, 2]})
    ])
  ])
    expect(impossible).toThrow(RangeError);
});
