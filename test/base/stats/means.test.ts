import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  clopperPearson,
  clusteredStandardError,
  mean,
  meanInterval,
  quantile,
  standardError,
  variance,
  wilson
} from "../../../src/base/stats/index.js";
import {expectClose, fixtures, published, readJson} from "./support.js";

const vectors = published("significance-vectors");
const score = fc.double({min: 0, max: 1, noNaN: true});

describe("mean, variance and standard error", () => {
  const {scores, ...expected} = fixtures.mean_t;

  it("agree with NumPy and SciPy", () => {
    expectClose(mean(scores), expected.mean);
    expectClose(variance(scores), expected.variance);
    expectClose(standardError(scores), expected.sem);
    for (const [q, value] of expected.quantiles) expectClose(quantile(scores, q), value);
    const interval = meanInterval(scores)!;
    expect(interval.method).toBe("t");
    expectClose(interval.low, expected.interval[0], 1e-9);
    expectClose(interval.high, expected.interval[1], 1e-9);
  });

  it("leave out missing scores instead of counting them as zero", () => {
    expect(mean([1, undefined, 0.5, NaN, null])).toBe(0.75);
    expect(meanInterval([1, undefined, 1])?.n).toBe(2);
  });

  it("are undefined on too little data", () => {
    expect(mean([])).toBeUndefined();
    expect(mean([NaN])).toBeUndefined();
    expect(variance([0.5])).toBeUndefined();
    expect(standardError([0.5])).toBeUndefined();
    expect(quantile([undefined], 0.5)).toBeUndefined();
    expect(meanInterval([])).toBeUndefined();
    expect(meanInterval([0.5])).toBeUndefined();
    // Two scores of 7 do not say how far others may lie, unless bounds do.
    expect(meanInterval([7, 7])).toBeUndefined();
    expect(meanInterval([7, 7], {bounds: [0, Infinity]})).toBeUndefined();
    expect(meanInterval([7, 7], {bounds: [0, 10]})!.low).toBeLessThan(1);
    expect(meanInterval([1, 0, 1], {clusters: ["a", "a", "a"]})).toBeUndefined();
    expect(clusteredStandardError([1, 0], ["a", "a"])).toBeUndefined();
  });
});

describe("intervals for proportions", () => {
  it.skipIf(!vectors)("reproduce R's binom.confint", () => {
    const published = readJson(vectors!, "vectors.json").binomial_ci_95_R_binom_confint;
    for (const {successes, n, wilson: w, exact} of published) {
      const tolerance = n === 30 ? 5e-7 : 1e-12;
      expectClose(wilson(successes, n)!.low, w[0], tolerance);
      expectClose(wilson(successes, n)!.high, w[1], tolerance);
      expectClose(clopperPearson(successes, n)!.low, exact[0], tolerance);
      expectClose(clopperPearson(successes, n)!.high, exact[1], tolerance);
    }
  });

  it("agree with statsmodels at other levels and at the edges", () => {
    for (const {k, n, level, wilson: w, exact} of fixtures.proportions) {
      for (const [ours, theirs] of [
        [wilson(k, n, level)!, w],
        [clopperPearson(k, n, level)!, exact]
      ]) {
        expect(ours.low).toBeCloseTo(theirs[0], 12);
        expect(ours.high).toBeCloseTo(theirs[1], 12);
      }
    }
  });

  it("wilson(0, 0) is undefined because nothing was scored", () => {
    expect(wilson(0, 0)).toBeUndefined();
    expect(clopperPearson(0, 0)).toBeUndefined();
  });

  it("are used for 0/1 scores at any size, so twenty of twenty still leaves doubt", () => {
    const all = meanInterval(new Array(20).fill(1))!;
    expect(all).toMatchObject({estimate: 1, high: 1, method: "wilson"});
    expectClose(all.low, wilson(20, 20)!.low);
    const clustered = meanInterval(new Array(20).fill(1), {
      clusters: Array.from({length: 20}, (_, i) => i % 5)
    })!;
    expect(clustered.method).toBe("clustered wilson");
    expect(clustered.low).toBeLessThan(all.low);
  });

  it("shrink as rows are added at the same rate", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 200}), fc.double({min: 0, max: 1, noNaN: true}), (n, share) => {
        const k = Math.round(share * n);
        for (const interval of [wilson, clopperPearson]) {
          const small = interval(k, n)!;
          const large = interval(4 * k, 4 * n)!;
          expect(large.high - large.low).toBeLessThan(small.high - small.low);
          expect(small.low).toBeLessThanOrEqual(k / n + 1e-12);
          expect(small.high).toBeGreaterThanOrEqual(k / n - 1e-12);
        }
      })
    );
  });

  it("are mirrored when right and wrong are swapped", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 500}), fc.nat(500), (n, seed) => {
        const k = seed % (n + 1);
        for (const interval of [wilson, clopperPearson]) {
          expect(interval(k, n)!.low).toBeCloseTo(1 - interval(n - k, n)!.high, 10);
        }
      })
    );
  });
});

describe("clustered standard error", () => {
  it.skipIf(!vectors)("of a plain mean equals the sandwich that reproduces Stata", () => {
    const rows = readFileSync(join(vectors!, "grunfeld200.csv"), "utf8").trim().split("\n").slice(1);
    const invest = rows.map((row) => Number(row.split(",")[0]));
    const firms = rows.map((row) => row.split(",")[3]!);
    const expected = readJson(vectors!, "vectors.json").clustered_se_grunfeld.mean_of_invest_recomputed_only;
    expectClose(mean(invest), expected.mean);
    expectClose(standardError(invest), expected.iid_se);
    const clustered = clusteredStandardError(invest, firms)!;
    expectClose(clustered.standardError, expected["cluster_se_stata_correction_G/(G-1)*(n-1)/(n-1)"]);
    expect(clustered).toMatchObject({clusters: 10, df: 9});
  });

  it("with groups of one row equals the unclustered formula", () => {
    fc.assert(
      fc.property(fc.array(score, {minLength: 2, maxLength: 60}), (scores) => {
        const names = scores.map((_, i) => `row ${i}`);
        expect(clusteredStandardError(scores, names)!.standardError).toBeCloseTo(standardError(scores)!, 12);
        const {clusters, ...interval} = meanInterval(scores, {clusters: names})!;
        expect(clusters).toBe(scores.length);
        expect(interval).toEqual(meanInterval(scores));
      })
    );
  });

  it("treats a row without a group as its own group", () => {
    const scores = [0.1, 0.9, 0.4, 0.6];
    expect(clusteredStandardError(scores, [null, undefined, null, "a"])).toEqual(
      clusteredStandardError(scores, [1, 2, 3, 4])
    );
  });

  it("has one degree of freedom less than groups, which its interval's t uses", () => {
    const scores = [0.1, 0.3, 0.2, 0.6, 0.5, 0.7, 0.9, 0.8];
    const clusters = [1, 1, 2, 2, 3, 3, 4, 4];
    expect(clusteredStandardError(scores, clusters)).toMatchObject({clusters: 4, df: 3});
    const {low, high, standardError: error, df} = meanInterval(scores, {clusters})!;
    expect(df).toBe(3);
    // t(3) at 0.975.
    expectClose(high - low, 2 * 3.182446 * error!, 1e-6);
  });

  it("of 0/1 scores gives Wilson's interval for the effective number of rows, never more than there are", () => {
    const at = (p: number, n: number, z: number) => {
      const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
      const half = (z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2))) / (1 + z ** 2 / n);
      return [centre - half, centre + half] as const;
    };
    // Six pairs, four of which agree: the mean deviations of 1/2 give SE² = 6/5 · (4 · 1²) / 12² = 1/30, so 7.5 rows.
    const alike = meanInterval([1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1], {
      clusters: [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    })!;
    expect(alike).toMatchObject({method: "clustered wilson", df: 5});
    const [low, high] = at(0.5, 7.5, 2.570582);
    expectClose(alike.low, low, 1e-6);
    expectClose(alike.high, high, 1e-6);
    // One right and one wrong in five of six pairs: SE² = 6/5 · (25/36 + 5/36) / 144 would stand for 35 rows, not 12.
    const spread = meanInterval([1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1], {
      clusters: [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    })!;
    const [low12, high12] = at(7 / 12, 12, 2.570582);
    expectClose(spread.low, low12, 1e-6);
    expectClose(spread.high, high12, 1e-6);
  });

  it("does not depend on the order of rows", () => {
    const rows = fc.array(fc.tuple(score, fc.integer({min: 0, max: 5})), {minLength: 2, maxLength: 40});
    fc.assert(
      fc.property(rows, (pairs) => {
        const of = (list: typeof pairs) =>
          meanInterval(
            list.map(([x]) => x),
            {clusters: list.map(([, c]) => c)}
          );
        const forward = of(pairs);
        const backward = of([...pairs].reverse());
        expect(backward?.method).toBe(forward?.method);
        if (!forward) return;
        expect(backward!.low).toBeCloseTo(forward.low, 9);
        expect(backward!.high).toBeCloseTo(forward.high, 9);
      })
    );
  });

  it("counts the same rows for groups of the same mean, whatever the order of rows within them", () => {
    for (const [pattern, low, high] of [
      [[1, 0, 0, 0, 0], 0.1028, 0.3529],
      [[0, 0, 0, 0, 1], 0.1028, 0.3529],
      [[1, 0, 0], 0.176, 0.5392],
      [[0, 1, 0], 0.176, 0.5392],
      [[1, 0], 0.2743, 0.7257],
      [[0, 1], 0.2743, 0.7257]
    ] as const) {
      const scores = Array.from({length: 10}, () => pattern).flat();
      const clusters = scores.map((_, i) => Math.floor(i / pattern.length));
      const found = meanInterval(scores, {clusters})!;
      expect([found.low.toFixed(4), found.high.toFixed(4)], pattern.join("")).toEqual([
        low.toFixed(4),
        high.toFixed(4)
      ]);
    }
    // One group that differs says nearly the same.
    const scores = Array.from({length: 50}, (_, i) => Number(i % 5 === 0 && i > 0));
    const near = meanInterval(scores, {clusters: scores.map((_, i) => Math.floor(i / 5))})!;
    expect([near.low.toFixed(2), near.high.toFixed(2)]).toEqual(["0.09", "0.33"]);
  });

  it("repeating every row in its group changes nothing, where the plain formula would be fooled", () => {
    const scores = [0.2, 0.9, 0.4, 0.7, 0.5];
    const repeated = [...scores, ...scores, ...scores];
    const names = repeated.map((_, i) => i % 5);
    expectClose(clusteredStandardError(repeated, names)!.standardError, standardError(scores)!);
    expect(standardError(repeated)!).toBeLessThan(standardError(scores)! * 0.6);
  });
});

describe("the interval of a mean of graded scores", () => {
  it("never leaves 0 to 1, nor bounds that are told, and holds the mean", () => {
    const graded = fc.oneof(fc.constantFrom(0, 0.5, 1), score);
    const rows = fc.array(fc.tuple(graded, fc.integer({min: 0, max: 4})), {minLength: 2, maxLength: 30});
    fc.assert(
      fc.property(rows, fc.boolean(), fc.constantFrom(1, 100), (list, clustered, span) => {
        const found = meanInterval(
          list.map(([value]) => span * value),
          {
            clusters: clustered ? list.map(([, group]) => group) : undefined,
            bounds: span === 1 ? undefined : [0, span]
          }
        );
        if (!found) return;
        expect(found.low).toBeGreaterThanOrEqual(-1e-9);
        expect(found.high).toBeLessThanOrEqual(span + 1e-9);
        expect(found.low).toBeLessThanOrEqual(found.estimate + 1e-9);
        expect(found.high).toBeGreaterThanOrEqual(found.estimate - 1e-9);
        expect(found.low).toBeLessThan(found.high);
      }),
      {numRuns: 400}
    );
  });

  it("is Wilson's at the effective number of rows where t would go above 1, and t where it does not", () => {
    // Thirty questions asked three times: one of them was right twice of three times.
    const scores = Array.from({length: 30}, (_, i) => (i === 0 ? 2 / 3 : 1));
    const found = meanInterval(scores)!;
    expect(found.method).toBe("score t");
    expect(found.high).toBeLessThan(1);
    const [p, z] = [89 / 90, 2.04523];
    const n = (p * (1 - p)) / standardError(scores)! ** 2;
    expectClose(
      found.low,
      (p + z ** 2 / (2 * n) - z * Math.sqrt((p * (1 - p)) / n + (z / n / 2) ** 2)) / (1 + z ** 2 / n),
      1e-6
    );
    expect(meanInterval([0.2, 0.4, 0.6, 0.5])!.method).toBe("t");
    expect(meanInterval([0.2, 0.9, 1.4])!.high).toBeGreaterThan(1);
    expect(meanInterval([0.1, 3, 0.2], {bounds: [0, Infinity]})!.low).toBe(0);
  });

  it("is no point when all rows agree: two of 75 points leave nearly all open, twenty a fifth", () => {
    const two = meanInterval([0.75, 0.75])!;
    expect(two.low).toBeLessThan(0.02);
    expect(two.high).toBeGreaterThan(0.99);
    const twenty = meanInterval(new Array<number>(20).fill(0.75))!;
    // The share of others is at most t² / (20 + t²).
    const others = 2.093024 ** 2 / (20 + 2.093024 ** 2);
    expectClose(twenty.low, 0.75 * (1 - others), 1e-6);
    expectClose(twenty.high, 0.75 + 0.25 * others, 1e-6);
  });
});

describe("published win rates", () => {
  const alpaca = published("alpacaeval-annotations");
  it.skipIf(!alpaca)("and their standard errors are reproduced from the annotations", () => {
    const expected = readJson(alpaca!, "expected.json");
    let checked = 0;
    for (const [name, {published: row}] of Object.entries<{published: Record<string, number>}>(expected)) {
      const file = join(alpaca!, `${name.replace("/", ".")}.jsonl`);
      const preferences = readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).preference);
      const scores = preferences.map((p: number | null) =>
        p === null ? null : p === 0 ? 50 : 100 * (p - 1)
      );
      expect(mean(scores)).toBeCloseTo(row.win_rate!, 6);
      expect(standardError(scores)).toBeCloseTo(row.standard_error!, 6);
      expect(meanInterval(scores)!.n).toBe(row.n_total);
      checked++;
    }
    expect(checked).toBe(13);
  });
});

describe("Wilson's interval with continuity correction", () => {
  // Newcombe (1998), table I, method 4; prop.test of R gives the same.
  it.each([
    [81, 263, 0.2535, 0.3682],
    [15, 148, 0.0598, 0.1644],
    [0, 20, 0, 0.2005],
    [1, 29, 0.0018, 0.1963]
  ])("%i of %i: %d to %d", (successes, n, low, high) => {
    const found = wilson(successes, n, 0.95, {continuity: true})!;
    expect([found.low.toFixed(4), found.high.toFixed(4)]).toEqual([low.toFixed(4), high.toFixed(4)]);
    const plain = wilson(successes, n)!;
    expect(found.low).toBeLessThanOrEqual(plain.low);
    expect(found.high).toBeGreaterThanOrEqual(plain.high);
    expect(wilson(0, 0, 0.95, {continuity: true})).toBeUndefined();
  });
});
