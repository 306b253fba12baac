import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {
  binomialTest,
  clusteredRegression,
  clusteredStandardError,
  meanInterval,
  twoWayStandardError
} from "../../../src/base/stats/index.js";
import {expectClose, published, readJson} from "./support.js";

const vectors = published("significance-vectors");

/** Employment, then deflator, product, unemployed, forces, population and year: NIST StRD, "Longley". */
const LONGLEY = [
  [
    60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331,
    70551
  ],
  [83, 88.5, 88.2, 89.5, 96.2, 98.1, 99, 100, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9],
  [
    234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704,
    502601, 518173, 554894
  ],
  [2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007],
  [1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827],
  [
    107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366,
    125368, 127852, 130081
  ],
  Array.from({length: 16}, (_, i) => 1947 + i)
];
const CERTIFIED = [
  -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359,
  -0.0511041056535807, 1829.15146461355
];

describe("clustered regression", () => {
  it.skipIf(!vectors)("gives Stata's coefficients and clustered errors for Grunfeld's investments", () => {
    const lines = readFileSync(join(vectors!, "grunfeld200.csv"), "utf8").trim().split("\n").slice(1);
    const columns = [0, 1, 2].map((j) => lines.map((line) => Number(line.split(",")[j])));
    const firms = lines.map((line) => line.split(",")[3]!);
    const {coef, se} = readJson(vectors!, "vectors.json").clustered_se_grunfeld
      .stata_regress_invest_on_value_capital_vce_cluster;
    const fit = clusteredRegression(columns[0]!, columns.slice(1), {clusters: firms})!;
    const names = ["const", "value", "capital"];
    [fit.intercept, ...fit.slopes].forEach((coefficient, j) => {
      expectClose(coefficient.estimate, coef[names[j]!], 1e-6);
      expectClose(coefficient.standardError, se[names[j]!], 1e-6);
    });
    expect(fit).toMatchObject({n: 200, clusters: 10, df: 9});
  });

  it.skipIf(!vectors)("with firms and years together gives statsmodels' two-way errors", () => {
    const lines = readFileSync(join(vectors!, "grunfeld200.csv"), "utf8").trim().split("\n").slice(1);
    const column = (j: number) => lines.map((line) => line.split(",")[j]!);
    const [invest, value, capital] = [0, 1, 2].map((j) => column(j).map(Number)) as [
      number[],
      number[],
      number[]
    ];
    const [firms, years] = [column(3), column(4)];
    const fit = clusteredRegression(invest, [value, capital], {clusters: firms, second: years})!;
    // statsmodels 0.14.4, get_robustcov_results("cluster", groups of both); Stata's ivreg2 calls the same two-way.
    expectClose(fit.intercept.standardError, 19.716680683803045, 1e-9);
    expectClose(fit.slopes[0]!.standardError, 0.016395149450111633, 1e-9);
    expectClose(fit.slopes[1]!.standardError, 0.07954318928748047, 1e-9);
    expect(fit).toMatchObject({clusters: 10, df: 9});
    expectClose(twoWayStandardError(invest, firms, years)!.standardError, 62.31677357334407, 1e-9);
    // Rows that go together one way only are clustered one way.
    const alone = lines.map((_, i) => `row ${i}`);
    expectClose(
      twoWayStandardError(invest, firms, alone)!.standardError,
      clusteredStandardError(invest, firms)!.standardError,
      1e-9
    );
  });

  it("without predictors is the mean and its interval", () => {
    const scores = [0.2, 0.9, 0.4, undefined, 0.7, 0.5];
    const clusters = ["a", "a", "b", "b", "c", "d"];
    const {intercept} = clusteredRegression(scores, [], {clusters})!;
    const interval = meanInterval(scores, {clusters})!;
    expectClose(intercept.estimate, interval.estimate);
    expectClose(intercept.low, interval.low);
    expectClose(intercept.high, interval.high);
  });

  it("by the jackknife is what fits without one group after the other say", () => {
    const scores = [0.2, 0.9, 0.4, 0.3, 0.7, 0.5, 0.8, 0.1, 0.6];
    const lengths = [1, 4, 2, 2, 3, 1, 5, 1, 2];
    const clusters = ["a", "a", "a", "a", "b", "b", "c", "c", "d"];
    const whole = clusteredRegression(scores, [lengths], {clusters})!;
    const without = ["a", "b", "c", "d"].map((name) => {
      const kept = clusters.flatMap((cluster, i) => (cluster === name ? [] : [i]));
      return clusteredRegression(
        kept.map((i) => scores[i]),
        [kept.map((i) => lengths[i])]
      )!;
    });
    const [slope] = whole.slopes;
    const squares = without.reduce((sum, {slopes}) => sum + (slopes[0]!.estimate - slope!.estimate) ** 2, 0);
    const error = Math.sqrt((3 / 4) * squares);
    // Student's t for the degrees of freedom that the interval itself implies, between 1 and 3.
    const critical = (slope!.high - slope!.estimate) / error;
    expect(critical).toBeGreaterThan(3.18);
    expect(critical).toBeLessThan(12.71);
    expectClose(slope!.estimate - slope!.low, critical * error, 1e-9);
  });

  it("keeps the digits of NIST's Longley and Wampler, whose predictors nearly determine one another", () => {
    const longley = clusteredRegression(LONGLEY[0]!, LONGLEY.slice(1))!;
    const found = [longley.intercept, ...longley.slopes].map(({estimate}) => estimate);
    CERTIFIED.forEach((value, j) => expect(Math.abs(found[j]! / value - 1)).toBeLessThan(1e-10));
    for (const step of [1, 0.1]) {
      const x = Array.from({length: 21}, (_, i) => i);
      const powers = [1, 2, 3, 4, 5].map((power) => x.map((value) => value ** power));
      const y = x.map((value) => [0, 1, 2, 3, 4, 5].reduce((sum, power) => sum + (step * value) ** power, 0));
      const {intercept, slopes} = clusteredRegression(y, powers)!;
      [intercept, ...slopes].forEach(({estimate}, power) =>
        expect(Math.abs(estimate / step ** power - 1)).toBeLessThan(1e-8)
      );
    }
  });

  it("is undefined when the rows cannot tell", () => {
    expect(clusteredRegression([1, 2], [[1, 2]])).toBeUndefined();
    expect(clusteredRegression([1, 2, 3, 5], [[1, 1, 1, 1]])).toBeUndefined();
    expect(clusteredRegression([1, 2, 4], [[1, 2, 5]], {clusters: ["a", "a", "a"]})).toBeUndefined();
  });
});

describe("binomial test", () => {
  it.skipIf(!vectors)("gives R's binom.test p values", () => {
    for (const [k, n, p0, p] of readJson(vectors!, "vectors.json").binom_test_two_sided_R.rows)
      expectClose(binomialTest(k, n, p0), p, 1e-9);
  });
});
