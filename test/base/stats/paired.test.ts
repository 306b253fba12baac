import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  mcnemarChiSquared,
  mcnemarExact,
  nonInferiority,
  pairedBootstrap,
  pairedBootstrapAll,
  pairedBootstrapAllAsync,
  pairedDifference,
  rng,
  tango,
  wilson
} from "../../../src/base/stats/index.js";
import {expectClose, fixtures, published, readJson} from "./support.js";

const {first, second, ...expected} = fixtures.paired_t;
const score = fc.double({min: 0, max: 1, noNaN: true});
const binary = fc.constantFrom(0, 1);

describe("paired difference", () => {
  it("agrees with SciPy's paired t test", () => {
    const ours = pairedDifference(first, second)!;
    expect(ours.method).toBe("t");
    expectClose(ours.p, expected.p, 1e-10);
    expectClose(ours.low, expected.interval[0], 1e-9);
    expectClose(ours.high, expected.interval[1], 1e-9);
  });

  it("Tango's interval equals the published one for airway hyper-responsiveness (Fagerland 2014)", () => {
    const {low, high} = tango(1, 7, 21)!;
    expect([low.toFixed(3), high.toFixed(3)]).toEqual(["-0.517", "-0.026"]);
  });

  it("leaves out rows that one candidate failed, and counts them", () => {
    const ours = pairedDifference([1, NaN, 0.5, undefined], [0.5, 0.5, null, undefined])!;
    expect(ours).toBeUndefined();
    const more = pairedDifference([1, NaN, 0.5, undefined, 0.2], [0.5, 0.5, null, undefined, 0.1])!;
    expect(more).toMatchObject({n: 2, wins: 2, losses: 0, missing: {first: 1, second: 1, both: 1}});
    expectClose(more.estimate, 0.3);
  });

  it("changes sign when the candidates are swapped", () => {
    const row = fc.tuple(fc.oneof(score, binary), fc.oneof(score, binary), fc.integer({min: 0, max: 4}));
    fc.assert(
      fc.property(fc.array(row, {minLength: 2, maxLength: 50}), fc.boolean(), (rows, grouped) => {
        const a = rows.map(([x]) => x);
        const b = rows.map(([, x]) => x);
        const options = grouped ? {clusters: rows.map(([, , c]) => c)} : {};
        const forward = pairedDifference(a, b, options);
        const backward = pairedDifference(b, a, options);
        expect(backward === undefined).toBe(forward === undefined);
        if (!forward) return;
        expect(backward!.estimate).toBeCloseTo(-forward.estimate, 12);
        expect(backward!.low).toBeCloseTo(-forward.high, 9);
        expect(backward!.p).toBeCloseTo(forward.p, 9);
      })
    );
  });

  it("takes an error that is rounding for none: a difference of all but 1 has the same bounds either way round", () => {
    const [forward, backward] = [
      pairedDifference([0, 0], [0.9999999999999998, 1])!,
      pairedDifference([0.9999999999999998, 1], [0, 0])!
    ];
    expect(backward.low).toBeCloseTo(-forward.high, 9);
    expect(backward.p).toBeCloseTo(forward.p, 9);
    expect(forward.high).toBeGreaterThan(-0.9);
  });

  it("with groups of one row equals the unclustered one, and repeated rows in a group add nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(score, score), {minLength: 3, maxLength: 40}), (rows) => {
        const a = rows.map(([x]) => x);
        const b = rows.map(([, x]) => x);
        const names = rows.map((_, i) => i);
        const {clusters, ...single} = pairedDifference(a, b, {clusters: names})!;
        expect(clusters).toBe(rows.length);
        expect(single).toEqual(pairedDifference(a, b));
        const twice = pairedDifference([...a, ...a], [...b, ...b], {clusters: [...names, ...names]})!;
        expect(twice.standardError).toBeCloseTo(single.standardError!, 10);
      })
    );
  });

  it("p below 5 % and an interval without zero are the same statement", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(binary, binary), {minLength: 2, maxLength: 80}), (rows) => {
        const d = pairedDifference(
          rows.map(([x]) => x),
          rows.map(([, x]) => x)
        )!;
        expect(d.method).toBe("tango");
        if (Math.abs(d.p - 0.05) > 1e-6) expect(d.low > 0 || d.high < 0).toBe(d.p < 0.05);
      })
    );
  });

  it("in groups uses t with one degree of freedom less than groups", () => {
    const ours = pairedDifference([1, 0.5, 0.7, 0.9, 0.3, 0.8], [0.5, 0.4, 0.7, 0.2, 0.4, 0.1], {
      clusters: ["a", "a", "b", "b", "c", "c"]
    })!;
    expect(ours).toMatchObject({method: "clustered t", clusters: 3, df: 2});
    // t(2) at 0.975.
    expectClose(ours.high - ours.low, 2 * 4.302653 * ours.standardError!, 1e-6);
  });

  it("agreement within four groups is evidence of four rows, not of twelve", () => {
    const same = Array.from({length: 12}, (_, i) => i % 2);
    const ours = pairedDifference(same, same, {clusters: same.map((_, i) => i >> 2), level: 0.95})!;
    expect(ours.method).toBe("tango");
    // Tango's interval without a discordant row among n ends at z² / (n + z²).
    expectClose(ours.high, 1.959964 ** 2 / (3 + 1.959964 ** 2), 1e-6);
  });

  it("agreement on a few rows does not prove equality", () => {
    const same = pairedDifference([1, 0.5, 0], [1, 0.5, 0])!;
    expect(same).toMatchObject({estimate: 0, p: 1});
    expect(same.high).toBeGreaterThan(0.4);
    expect(pairedDifference([], [])).toBeUndefined();
    expect(() => pairedDifference([1], [1, 2])).toThrow("1 rows against 2");
  });
});

describe("McNemar", () => {
  const vectors = published("significance-vectors");
  it.skipIf(!vectors)("reproduces R and vassarstats.net", () => {
    for (const {table, exact_p, chi2_cc, chi2_nocc} of readJson(vectors!, "vectors.json").mcnemar) {
      expect(mcnemarExact(table[0][1], table[1][0])).toBeCloseTo(exact_p, 6);
      const corrected = mcnemarChiSquared(table[0][1], table[1][0])!;
      expectClose(corrected.statistic, chi2_cc[0], 1e-6);
      expectClose(corrected.p, chi2_cc[1], 1e-6);
      const plain = mcnemarChiSquared(table[0][1], table[1][0], {correction: false})!;
      expectClose(plain.statistic, chi2_nocc[0], 1e-6);
      expectClose(plain.p, chi2_nocc[1], 1e-6);
    }
  });

  const gsm = published("gsm8k-recorded-solutions");
  it.skipIf(!gsm)("tells the two recorded GSM8K models apart, and so does the paired difference", () => {
    const {paired, per_model} = {
      ...readJson(gsm!, "expected.json"),
      ...readJson(gsm!, "expected.json").recomputed_only
    };
    const rows = readFileSync(join(gsm!, "example_model_solutions.jsonl"), "utf8").trim().split("\n");
    const [small, large] = ["6b_finetuning", "175b_finetuning"].map((model) =>
      rows.map((line) => Number(JSON.parse(line)[model].is_correct))
    );
    const d = pairedDifference(large!, small!)!;
    expect(d).toMatchObject({n: 1319, wins: paired.second_only, losses: paired.first_only});
    expectClose(d.meanFirst, per_model["175b_finetuning"].accuracy);
    expectClose(mcnemarExact(d.wins, d.losses), paired.mcnemar_exact_p, 1e-9);
    expect(d.low).toBeGreaterThan(0.1);
  });

  it("gives Agresti's 17.36 for the approval of 1,600 people, and counts outcomes for few discordant rows", () => {
    // Agresti (2002), Categorical Data Analysis, section 10.1: 150 and 86 changed their minds.
    expect(mcnemarChiSquared(150, 86, {correction: false})!.statistic).toBeCloseTo(17.36, 2);
    expectClose(mcnemarChiSquared(150, 86)!.statistic, 63 ** 2 / 236);
    expect(mcnemarChiSquared(3, 3)).toEqual({statistic: 0, p: 1});
    // Of the 64 ways in which six rows can fall, 7 are as uneven as one to five on either side.
    expectClose(mcnemarExact(1, 5), 14 / 64);
    expect(mcnemarExact(3, 3)).toBe(1);
  });

  it("is symmetric, and undefined without a discordant row", () => {
    expect(mcnemarExact(0, 0)).toBeUndefined();
    expect(mcnemarChiSquared(0, 0)).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (a, b) => {
        expect(mcnemarExact(a, b)).toBe(mcnemarExact(b, a));
        expect(mcnemarChiSquared(a, b)).toEqual(mcnemarChiSquared(b, a));
      })
    );
  });
});

describe("paired bootstrap", () => {
  it("agrees with SciPy's percentile and BCa intervals within their simulation error", () => {
    const ours = pairedBootstrap(first, second, {seed: 1, resamples: 50_000})!;
    const within = expected.bootstrap_se * 0.05;
    expect(Math.abs(ours.low - expected.bootstrap_percentile[0])).toBeLessThan(within);
    expect(Math.abs(ours.high - expected.bootstrap_percentile[1])).toBeLessThan(within);
    expect(Math.abs(ours.bca!.low - expected.bootstrap_bca[0])).toBeLessThan(within);
    expect(Math.abs(ours.bca!.high - expected.bootstrap_bca[1])).toBeLessThan(within);
    expectClose(ours.standardError, expected.bootstrap_se, 0.02);
  });

  it("BCa follows a skewed sample as SciPy's does", () => {
    const {scores, bca} = fixtures.skewed_bootstrap;
    const ours = pairedBootstrap(scores, new Array(scores.length).fill(0), {
      seed: "skew",
      resamples: 50_000
    })!;
    const width = bca[1] - bca[0];
    expect(Math.abs(ours.bca!.low - bca[0]) / width).toBeLessThan(0.02);
    expect(Math.abs(ours.bca!.high - bca[1]) / width).toBeLessThan(0.02);
    expect(ours.bca!.high - ours.high).toBeGreaterThan(0.02 * width);
  });

  it("gives the same numbers for the same seed, whatever the order of rows, and others for another seed", () => {
    const options = {seed: 7, resamples: 400};
    const at = pairedBootstrap(first, second, options);
    expect(pairedBootstrap(first, second, options)).toEqual(at);
    expect(pairedBootstrap([...first].reverse(), [...second].reverse(), options)).toEqual(at);
    expect(pairedBootstrap(first, second, {...options, seed: 8})).not.toEqual(at);
  });

  it("gives the same numbers for groups of equal sums, whatever the order of the rows within them", () => {
    const rows: [string, number, number][] = [
      ...[0.9, 0.8, 0.1].map((other, i): [string, number, number] => ["A", (i + 1) / 10, other]),
      ...[0.05, 0.2, 0.3].map((other, i): [string, number, number] => ["B", (i + 1) / 10, other]),
      ["C", 0.5, 0.2],
      ["C", 0.1, 0.3],
      ["D", 0.9, 0.1],
      ["D", 0.4, 0.6]
    ];
    const of = (order: number[]) => {
      const ordered = order.map((i) => rows[i]!);
      const columns = [1, 2].map((at) => ordered.map((row) => row[at] as number));
      const clusters = ordered.map(([group]) => group);
      return pairedBootstrapAll(
        columns,
        ordered.map(() => 0),
        {seed: 1, resamples: 500, clusters}
      );
    };
    const places = rows.map((_, i) => i);
    const at = of(places);
    fc.assert(
      fc.property(fc.shuffledSubarray(places, {minLength: places.length}), (order) => {
        expect(of(order)).toEqual(at);
      })
    );
  });

  it("works through all candidates at once, over rows with gaps and in groups", () => {
    const random = rng("gaps");
    const n = 300;
    const reference = Array.from({length: n}, () => random());
    const columns = [0, 0.2, 0.4, 0.6, 0.8].map((shift) =>
      Array.from({length: n}, () => (random() < 0.1 ? undefined : random() + shift))
    );
    const clusters = Array.from({length: n}, (_, i) => i % 60);
    const all = pairedBootstrapAll(columns, reference, {seed: 3, resamples: 4000, clusters});
    columns.forEach((column, j) => {
      const analytic = pairedDifference(column, reference, {clusters})!;
      expect(all[j]!.n).toBe(analytic.n);
      expect(all[j]!.clusters).toBe(60);
      expectClose(all[j]!.estimate, analytic.estimate, 1e-9);
      expectClose(all[j]!.standardError, analytic.standardError!, 0.06);
    });
  });

  it("in chunks gives the same numbers and lets timers run in between", async () => {
    const random = rng("chunks");
    const columns = [0, 1, 2].map(() => Float64Array.from({length: 3000}, () => random()));
    const options = {seed: 5, resamples: 1501};
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const chunked = await pairedBootstrapAllAsync(columns.slice(1), columns[0]!, {...options, slice: 4});
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
    expect(chunked).toEqual(pairedBootstrapAll(columns.slice(1), columns[0]!, options));
    const stop = AbortSignal.abort(new Error("page closed"));
    await expect(
      pairedBootstrapAllAsync(columns.slice(1), columns[0]!, {...options, slice: 0, signal: stop})
    ).rejects.toThrow("page closed");
  });

  it("with few rows is too narrow as a percentile interval, and as wide as t when expanded", () => {
    const graded = Array.from({length: 12}, (_, i) => i ** 1.1 / 20);
    const zero = new Array<number>(12).fill(0);
    const t = pairedDifference(graded, zero)!;
    const ours = pairedBootstrap(graded, zero, {seed: 4, resamples: 40_000})!;
    const width = (interval: {low: number; high: number}) =>
      (interval.high - interval.low) / (t.high - t.low);
    expect(width(ours)).toBeLessThan(0.87);
    expect(Math.abs(width(ours.expanded) - 1)).toBeLessThan(0.04);
    const many = Array.from({length: 3000}, (_, i) => graded[i % 12]!);
    const large = pairedBootstrap(many, new Array<number>(3000).fill(0), {seed: 4, resamples: 4000})!;
    expect(Math.abs(large.expanded.low - large.low)).toBeLessThan(0.02 * (large.high - large.low));
  });

  it("is undefined below two shared rows", () => {
    expect(pairedBootstrap([1, NaN], [0, 1], {seed: 1})).toBeUndefined();
    expect(pairedBootstrap([], [], {seed: 1})).toBeUndefined();
    expect(pairedBootstrap([1, 0], [0, 1], {seed: 1, clusters: ["a", "a"]})).toBeUndefined();
  });

  it("on 0/1 scores is close to the score interval", () => {
    const random = rng("binary");
    const a = Array.from({length: 800}, () => Number(random() < 0.7));
    const zero = new Array(800).fill(0);
    const successes = a.reduce((x, y) => x + y, 0);
    const ours = pairedBootstrap(a, zero, {seed: 2, resamples: 4000})!;
    expect(Math.abs(ours.low - wilson(successes, 800)!.low)).toBeLessThan(0.004);
    expect(Math.abs(ours.high - wilson(successes, 800)!.high)).toBeLessThan(0.004);
  });
});

describe("a paired difference at the edge", () => {
  it("never leaves −1 to 1, whatever the scores within 0 and 1 and the groups", () => {
    const score = fc.oneof(fc.constantFrom(0, 1), fc.double({min: 0, max: 1, noNaN: true}));
    const rows = fc.array(fc.tuple(score, score, fc.integer({min: 0, max: 4})), {
      minLength: 2,
      maxLength: 25
    });
    fc.assert(
      fc.property(rows, fc.boolean(), (list, clustered) => {
        const clusters = clustered ? {clusters: list.map(([, , group]) => group)} : {};
        const found = pairedDifference(
          list.map(([a]) => a),
          list.map(([, b]) => b),
          clusters
        );
        if (!found) return;
        expect(found.low).toBeGreaterThanOrEqual(-1);
        expect(found.high).toBeLessThanOrEqual(1);
        expect(found.low).toBeLessThanOrEqual(found.estimate + 1e-9);
        expect(found.high).toBeGreaterThanOrEqual(found.estimate - 1e-9);
        if (found.method.endsWith("score t")) expect(found.p < 0.05).toBe(found.low > 0 || found.high < 0);
      }),
      {numRuns: 400}
    );
  });

  it("takes Wilson's interval with the t quantile when the clustered one would go below −100 points", () => {
    const first = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    const second = first.map(() => 1);
    const clusters = first.map((_, i) => Math.floor(i / 3));
    const found = pairedDifference(first, second, {clusters})!;
    expect(found.method).toBe("clustered score t");
    expect(found.low).toBeGreaterThan(-1);
    expect(found.p).toBeLessThan(0.05);
    const all = pairedDifference([0, 0, 0, 0], [1, 1, 1, 1], {clusters: ["a", "a", "b", "b"]})!;
    expect(all).toMatchObject({estimate: -1, low: -1, method: "clustered score t"});
    expect(all.high).toBeGreaterThan(-1);
  });
});

describe("a paired difference that is the same in every row or group", () => {
  const constant = (value: number, rows: number) => new Array<number>(rows).fill(value);
  const t = (df: 1 | 9 | 19) => ({1: 12.706205, 9: 2.262157, 19: 2.093024})[df];

  it("is no point: two rows or two groups that agree leave nearly all of the range open", () => {
    const rows = pairedDifference([0.75, 0.75], [0.5, 0.5])!;
    const others = t(1) ** 2 / (2 + t(1) ** 2);
    expect(rows).toMatchObject({estimate: 0.25, method: "score t", df: 1, range: 1});
    expectClose(rows.low, 0.25 - others * 1.25, 1e-6);
    expectClose(rows.high, 0.25 + others * 0.75, 1e-6);
    expect(rows.p).toBeGreaterThan(0.5);
    const [first, second] = [
      [1, 1, 1, 0, 0],
      [0, 0, 0, 1, 1]
    ];
    const groups = pairedDifference([...first, ...first], [...second, ...second], {
      clusters: [..."aaaaabbbbb"]
    })!;
    expect(groups.method).toBe("clustered score t");
    expect(groups.low).toBeLessThan(-0.9);
    expect(groups.high).toBeGreaterThan(0.9);
  });

  it("takes an error that is rounding for none, whatever the order of rows", () => {
    const found = [
      [1, 0, 0, 0, 0],
      [0, 0, 0, 0, 1],
      [0, 0, 1, 0, 0]
    ].map((pattern) => {
      const scores = Array.from({length: 50}, (_, i) => pattern[i % 5]!);
      return pairedDifference(scores, constant(0, 50), {clusters: scores.map((_, i) => Math.floor(i / 5))})!;
    });
    const others = t(9) ** 2 / (10 + t(9) ** 2);
    for (const {low, high, p} of found) {
      expectClose(low, 0.2 - others * 1.2, 1e-6);
      expectClose(high, 0.2 + others * 0.8, 1e-6);
      expect(p).toBeCloseTo(found[0]!.p, 9);
    }
    const thirds = pairedDifference([0.8, 0.7, 0.6], [0.5, 0.4, 0.3])!;
    expect([thirds.method, thirds.low < 0]).toEqual(["score t", true]);
  });

  it("goes over into Tango's interval towards 0, and into the score of a share towards 1", () => {
    const at = (value: number) => pairedDifference(constant(value, 20), constant(0, 20))!;
    const others = t(19) ** 2 / (20 + t(19) ** 2);
    const near = at(1e-6);
    expect([near.low, near.high].map((bound) => Math.abs(Math.abs(bound) - others) < 1e-5)).toEqual([
      true,
      true
    ]);
    expect(near.high - at(0).high).toBeLessThan(0.025);
    const last = pairedDifference(constant(1, 20), constant(0, 20), {
      clusters: constant(0, 20).map((_, i) => i >> 1)
    })!;
    const almost = pairedDifference(constant(1 - 1e-9, 20), constant(0, 20), {
      clusters: constant(0, 20).map((_, i) => i >> 1)
    })!;
    expectClose(almost.low, last.low, 1e-6);
    expectClose(last.low, (2 * 10) / (10 + t(9) ** 2) - 1, 1e-6);
    expectClose(almost.p, last.p, 1e-6);
  });

  it("of scores beyond 0 to 1 is held against the range of the scores seen", () => {
    const found = pairedDifference([40, 60], [30, 50])!;
    expect(found.range).toBe(60);
    expect(found.low).toBeLessThan(-50);
    const many = pairedDifference(
      Array.from({length: 400}, (_, i) => i % 90),
      Array.from({length: 400}, (_, i) => i % 90)
    )!;
    expect(many.high).toBeGreaterThan(0.5);
    expect(many.high).toBeLessThan(1);
  });

  it("says of p, the interval and the margin the same", () => {
    const values = fc.constantFrom(-1, -0.5, 0.125, 0.5, 3, 40);
    fc.assert(
      fc.property(
        values,
        fc.integer({min: 2, max: 400}),
        fc.double({min: 0.01, max: 2, noNaN: true}),
        (value, n, margin) => {
          const found = pairedDifference(constant(Math.max(0, value), n), constant(Math.max(0, -value), n), {
            level: 0.9
          })!;
          if (Math.abs(found.p - 0.1) > 1e-6) expect(found.p < 0.1).toBe(found.low > 0 || found.high < 0);
          if (Math.abs(found.low + margin) < 1e-9 || Math.abs(found.high + margin) < 1e-9) return;
          expect(nonInferiority(found, margin).verdict).toBe(
            found.low > -margin ? "non-inferior" : found.high < -margin ? "inferior" : "undecided"
          );
        }
      )
    );
  });
});
