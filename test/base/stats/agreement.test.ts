import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  type AlphaMetric,
  cohenKappa,
  cohenKappaOfTable,
  fleissKappa,
  fleissKappaTest,
  krippendorffAlpha,
  krippendorffInterval,
  type Rng,
  rng
} from "../../../src/base/stats/index.js";
import {expectClose, fixtures, published, readJson} from "./support.js";

const vectors = published("agreement-vectors");
const label = fc.constantFrom("a", "b", "c");

describe("Cohen's kappa", () => {
  it.skipIf(!vectors)(
    "reproduces SAS, with its standard error and interval, plain and linearly weighted",
    () => {
      const {table, sas_unweighted, sas_linear_weights} = readJson(vectors!, "vectors.json").cohen_table_3x3;
      for (const [sas, weights] of [
        [sas_unweighted, undefined],
        [sas_linear_weights, "linear"]
      ] as const) {
        const ours = cohenKappaOfTable(table, {weights})!;
        expect(ours.kappa.toFixed(4)).toBe(sas.kappa.toFixed(4));
        expect(ours.standardError.toFixed(4)).toBe(sas.ase.toFixed(4));
        // SAS prints the normal interval by the error.
        expect((ours.kappa - 1.959964 * ours.standardError).toFixed(4)).toBe(sas.ci95[0].toFixed(4));
        expect((ours.kappa + 1.959964 * ours.standardError).toFixed(4)).toBe(sas.ci95[1].toFixed(4));
        expect(ours.nullStandardError.toFixed(4)).toBe(sas.ase_h0.toFixed(4));
        expect(ours.z!.toFixed(4)).toBe(sas.z.toFixed(4));
        expect(ours.p!.toFixed(4)).toBe(sas.p_two_sided.toFixed(4));
      }
    }
  );

  it("agrees with statsmodels for each kind of weights", () => {
    const {table, ...kinds} = fixtures.kappa;
    for (const weights of [undefined, "linear", "quadratic"] as const) {
      const expected = kinds[weights ?? "none"];
      const ours = cohenKappaOfTable(table, {weights})!;
      expectClose(ours.kappa, expected.kappa);
      expectClose(ours.standardError, expected.se);
      // statsmodels gives the normal interval by the error.
      expectClose(ours.kappa - 1.959963984540054 * ours.standardError, expected.low, 1e-10);
    }
  });

  it("has the test that SAS prints: z 3.2626 and p 0.0011 for 19 rows in three classes", () => {
    const table = [
      [0, 4, 1],
      [0, 8, 0],
      [0, 1, 5]
    ];
    const {kappa, nullStandardError, z, p} = cohenKappaOfTable(table)!;
    expect([kappa, nullStandardError, z!, p!].map((one) => one.toFixed(4))).toEqual([
      "0.4842",
      "0.1484",
      "3.2626",
      "0.0011"
    ]);
  });

  it("takes labels, numbers in order of their value, and only rows that both rated", () => {
    const ours = cohenKappa([10, 9, 2, null, 10], [9, 9, 2, 2, 10], {weights: "linear"})!;
    expect(ours.n).toBe(4);
    expectClose(
      ours.kappa,
      cohenKappa(["c", "b", "a", "c"], ["b", "b", "a", "c"], {weights: "linear"})!.kappa
    );
    expect(cohenKappa(["a", "a"], ["a", "a"])).toBeUndefined();
    expect(cohenKappa([], [])).toBeUndefined();
  });

  it("is the same whoever comes first", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(label, label), {minLength: 1, maxLength: 40}), (rows) => {
        const a = rows.map(([x]) => x);
        const b = rows.map(([, x]) => x);
        const one = cohenKappa(a, b);
        const other = cohenKappa(b, a);
        expect(one === undefined).toBe(other === undefined);
        if (one) {
          expect(other!.kappa).toBeCloseTo(one.kappa, 10);
          expect(other!.standardError).toBeCloseTo(one.standardError, 7);
        }
      })
    );
  });
});

/** How often an interval holds the true value, and how often it lies above it. */
function coverage(
  truth: number,
  trials: number,
  make: (next: Rng) => {low: number; high: number} | undefined
): {held: number; above: number} {
  let [held, above, found] = [0, 0, 0];
  for (let trial = 0; trial < trials; trial++) {
    const interval = make(rng("agreement", trial));
    if (!interval) continue;
    found++;
    if (interval.low <= truth && truth <= interval.high) held++;
    if (interval.low > truth) above++;
  }
  return {held: held / found, above: above / found};
}

const flip = (value: number, keep: number, next: Rng) => (next() < keep ? value : 1 - value);
const range = <T>(n: number, make: (i: number) => T) => Array.from({length: n}, (_, i) => make(i));

/** Labels of 30 rows with ten answers each, by two raters each of whom says mostly the same to all answers of a row. */
function unrelatedRaters(next: Rng) {
  const leans = range(30, () => [Number(next() < 0.6), Number(next() < 0.6)]);
  const clusters = range(300, (i) => Math.floor(i / 10));
  const [first, second] = [0, 1].map((rater) => clusters.map((row) => flip(leans[row]![rater]!, 0.9, next)));
  return {first: first!, second: second!, clusters};
}

describe("the interval of Cohen's kappa", () => {
  it("leaves doubt where few rows all agree, the less the more rows there are", () => {
    const perfect = (n: number) => {
      const labels = range(n, (i) => i % 2);
      return cohenKappa(labels, labels)!;
    };
    const lows = [2, 4, 10, 20, 200].map((n) => perfect(n).low);
    expect(lows[0]).toBe(-1);
    expect(lows[1]).toBeLessThan(0);
    expect(lows[2]).toBeGreaterThan(0);
    expect([...lows].sort((a, b) => a - b)).toEqual(lows);
    expect(perfect(2).high).toBe(1);
    expect(cohenKappa(["a"], ["b"])).toMatchObject({low: -1, high: 1});
  });

  it.each([
    [20, 0.9],
    [50, 0.97],
    [200, 0.9]
  ])("of %d rows, each labelled alike with probability %d, holds 95 times in 100", (n, alike) => {
    const {held} = coverage(2 * alike - 1, 1000, (next) => {
      const first = range(n, () => Number(next() < 0.5));
      return cohenKappa(
        first,
        first.map((label) => flip(label, alike, next))
      );
    });
    expect(held).toBeGreaterThan(0.925);
  });

  it(
    "lies above 0 in at most 2.5 of 100 cases where raters of grouped answers are not related, and in a fifth as if independent",
    {tags: ["long"]},
    () => {
      const groups = coverage(0, 600, (next) => {
        const {first, second, clusters} = unrelatedRaters(next);
        return cohenKappa(first, second, {clusters});
      });
      expect(groups.above).toBeLessThan(0.035);
      const rows = coverage(0, 600, (next) => {
        const {first, second} = unrelatedRaters(next);
        return cohenKappa(first, second);
      });
      expect(rows.above).toBeGreaterThan(0.15);
    }
  );

  it("still finds agreement where nine of ten rows are of one label", () => {
    const {above} = coverage(0, 300, (next) => {
      const first = range(100, () => Number(next() < 0.9));
      return cohenKappa(
        first,
        first.map((label) => Number(next() < (label ? 0.95 : 0.6)))
      );
    });
    expect(above).toBeGreaterThan(0.75);
  });

  it("holds kappa, within −1 and 1, and is that of no groups where each row is one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(label, label), {minLength: 1, maxLength: 40}),
        fc.constantFrom(undefined, "linear" as const, "quadratic" as const),
        (rows, weights) => {
          const [a, b] = [rows.map(([x]) => x), rows.map(([, x]) => x)];
          const found = cohenKappa(a, b, {weights});
          if (!found) return;
          expect(found.low).toBeGreaterThanOrEqual(-1);
          expect(found.high).toBeLessThanOrEqual(1);
          expect(found.low).toBeLessThanOrEqual(found.kappa);
          expect(found.high).toBeGreaterThanOrEqual(found.kappa);
          if (rows.length > 1)
            expect(cohenKappa(a, b, {weights, clusters: rows.map((_, i) => i)})).toEqual(found);
          expect(cohenKappa(a, b, {weights, clusters: rows.map(() => "one")})).toBeUndefined();
        }
      )
    );
  });
});

describe("the interval of Krippendorff's alpha", () => {
  it("is about kappa's for two raters with two labels", () => {
    const next = rng("alpha");
    const first = range(200, () => Number(next() < 0.5));
    const second = first.map((label) => flip(label, 0.9, next));
    const units = first.map((label, i) => [label, second[i]!]);
    const [kappa, alpha] = [cohenKappa(first, second)!, krippendorffInterval(units)!];
    expect(alpha.alpha).toBe(krippendorffAlpha(units));
    expect(alpha.low).toBeCloseTo(kappa.low, 2);
    expect(alpha.high).toBeCloseTo(kappa.high, 2);
    expect(krippendorffInterval(units, {metric: "interval"})!.low).toBeCloseTo(alpha.low, 10);
  });

  it("leaves doubt where few units all agree, and is undefined with one unit or group", () => {
    const units = [
      [1, 1],
      [0, 0]
    ];
    expect(krippendorffInterval(units)).toMatchObject({alpha: 1, low: -1, high: 1, n: 2});
    expect(krippendorffInterval([[1, 0]])).toBeUndefined();
    expect(krippendorffInterval(units, {clusters: ["one", "one"]})).toBeUndefined();
    const graded = range(4, (i) => [i / 4, i / 4]);
    expect(krippendorffInterval(graded, {metric: "interval"})!.low).toBeLessThan(0.2);
  });

  it(
    "holds 95 times in 100 for graded scores of 20 units, and for those of 20 groups of five",
    {tags: ["long"]},
    () => {
      const rho = 0.7;
      const alone = coverage(rho, 600, (next) =>
        krippendorffInterval(
          range(20, () => {
            const z = next.normal();
            return [z, rho * z + Math.sqrt(1 - rho ** 2) * next.normal()];
          }),
          {metric: "interval"}
        )
      );
      expect(alone.held).toBeGreaterThan(0.925);
      const half = Math.sqrt(0.5);
      const grouped = (told: boolean) =>
        coverage(rho, 600, (next) => {
          const shared = range(20, () => [next.normal(), next.normal()]);
          const clusters = range(100, (i) => Math.floor(i / 5));
          const units = clusters.map((group) => {
            const [z, e] = shared[group]!.map((of) => half * of + half * next.normal());
            return [z!, rho * z! + Math.sqrt(1 - rho ** 2) * e!];
          });
          return krippendorffInterval(units, {metric: "interval", clusters: told ? clusters : undefined});
        });
      expect(grouped(true).held).toBeGreaterThan(0.925);
      expect(grouped(false).held).toBeLessThan(0.9);
    }
  );
});

describe("Fleiss' kappa", () => {
  it.skipIf(!vectors)("reproduces Wikipedia's example and Randolph's calculator", () => {
    const {fleiss_wikipedia_counts, fleiss_randolph} = readJson(vectors!, "vectors.json");
    expect(fleissKappa(fleiss_wikipedia_counts.table)!.toFixed(2)).toBe(
      fleiss_wikipedia_counts.kappa.toFixed(2)
    );
    for (const {table, fleiss, free_marginal} of fleiss_randolph) {
      expect(fleissKappa(table)).toBeCloseTo(fleiss, 6);
      expect(fleissKappa(table, {chance: "uniform"})).toBeCloseTo(free_marginal, 6);
    }
  });

  it("is not moved by rows with a single rating, and undefined without any pair", () => {
    const table = [
      [2, 1],
      [0, 3],
      [3, 0]
    ];
    expect(fleissKappa([...table, [1, 0], [0, 0]])).toBe(fleissKappa(table));
    expect(fleissKappa([[1, 0]])).toBeUndefined();
    expect(fleissKappa([[3, 0]])).toBeUndefined();
  });
});

describe("Krippendorff's alpha", () => {
  it.skipIf(!vectors)("reproduces the published nominal examples", () => {
    const [long, short] = readJson(vectors!, "vectors.json").krippendorff_nominal;
    const units = new Map<number, string[]>();
    for (const [, item, label] of long.coder_item_label) units.set(item, [...(units.get(item) ?? []), label]);
    expectClose(krippendorffAlpha([...units.values()]), long.alpha, 1e-11);
    const byRater: (string | null)[][] = short.raters_by_units;
    const byUnit = byRater[0]!.map((_, unit) => byRater.map((rater) => rater[unit]));
    expectClose(krippendorffAlpha(byUnit), short.alpha, 1e-6);
  });

  // Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: 4 observers, 12 units.
  const example = [
    [1, 1, null, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [null, 5, 5, 5],
    [null, null, 1, 1],
    [null, null, 3, null]
  ];

  it("reproduces Krippendorff's own example, nominal 0.743 and interval 0.849", () => {
    expect(krippendorffAlpha(example)!.toFixed(3)).toBe("0.743");
    expect(krippendorffAlpha(example, {metric: "interval"})!.toFixed(3)).toBe("0.849");
  });

  it("leaves out a rating that is not a number, as it does a missing one", () => {
    const units = [
      [1, 2, NaN],
      [3, 3, 4],
      [2, 2, 5],
      [NaN, 4]
    ];
    const gaps = units.map((unit) => unit.map((rating) => (Number.isNaN(rating) ? null : rating)));
    for (const metric of ["nominal", "interval"] as const) {
      const alpha = krippendorffAlpha(units, {metric});
      expect(alpha).toBeLessThan(1);
      expect(alpha).toBe(krippendorffAlpha(gaps, {metric}));
    }
  });

  it("is not moved by a unit that one rater rated, and undefined when no disagreement was possible", () => {
    expect(krippendorffAlpha([...example, [5]])).toBe(krippendorffAlpha(example));
    expect(
      krippendorffAlpha([
        [1, 1],
        [1, 1]
      ])
    ).toBeUndefined();
    expect(krippendorffAlpha([[1], [2]])).toBeUndefined();
    expect(
      krippendorffAlpha([
        [1, 1],
        [2, 2]
      ])
    ).toBe(1);
  });
});

describe("the test of Fleiss' kappa", () => {
  // Fleiss (1971), 30 patients by 6 psychiatrists: R's irr gives kappa = 0.43, z = 17.7 in the help of kappam.fleiss.
  const diagnoses = [
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031",
    "00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
  ]
    .join(" ")
    .split(" ")
    .map((row) => [...row].map(Number));

  it("gives what R's irr prints for Fleiss' psychiatric diagnoses", () => {
    const found = fleissKappaTest(diagnoses)!;
    expect(found.kappa.toFixed(2)).toBe("0.43");
    expect(found.z.toFixed(1)).toBe("17.7");
    expect(found.p).toBeLessThan(1e-15);
  });

  it("is undefined where rows have different numbers of ratings", () => {
    expect(fleissKappaTest([...diagnoses, [1, 1, 0, 0, 0]])).toBeUndefined();
    expect(fleissKappaTest([[3, 0]])).toBeUndefined();
  });
});

describe("Krippendorff's alpha by metric", () => {
  const gaps = (rows: string[]) => {
    const raters = rows.map((row) => row.split(" ").map((value) => (value === "." ? null : Number(value))));
    return raters[0]!.map((_, unit) => raters.map((ratings) => ratings[unit]));
  };
  // Krippendorff (2011), section C and E: 4 observers, 12 units.
  const observers = gaps([
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 ."
  ]);
  // The example of the krippendorff package (Castro) and of Wikipedia.
  const package_ = gaps([
    ". . . . . 3 4 1 2 1 1 3 3 . 3",
    "1 . 2 1 3 3 4 3 . . . . . . .",
    ". . 2 1 3 4 4 . 2 1 1 3 3 . 4"
  ]);

  it.each([
    ["nominal", 0.743],
    ["ordinal", 0.815],
    ["interval", 0.849],
    ["ratio", 0.797]
  ] as [AlphaMetric, number][])("is Krippendorff's own %s alpha: %d", (metric, alpha) => {
    expect(krippendorffAlpha(observers, {metric})!.toFixed(3)).toBe(alpha.toFixed(3));
  });

  it.each([
    ["nominal", 0.691],
    ["interval", 0.811]
  ] as [AlphaMetric, number][])("is the krippendorff package's %s alpha: %d", (metric, alpha) => {
    expect(krippendorffAlpha(package_, {metric})!.toFixed(3)).toBe(alpha.toFixed(3));
  });

  it("refuses a metric it does not know, and ratings that the metric does not fit", () => {
    expect(() => krippendorffAlpha(observers, {metric: "cosine" as AlphaMetric})).toThrow(
      /unknown metric "cosine"; there are nominal, ordinal, interval and ratio/
    );
    expect(() => krippendorffAlpha([["good", "bad"]], {metric: "ordinal"})).toThrow(/"good" is no number/);
    expect(() => krippendorffAlpha([[-1, 2]], {metric: "ratio"})).toThrow(/-1 is no number from 0 up/);
  });

  it("ordinal alpha depends on the order alone, ratio alpha on the ratios", () => {
    const ratings = fc.array(fc.array(fc.integer({min: 1, max: 6}), {minLength: 2, maxLength: 4}), {
      minLength: 2,
      maxLength: 12
    });
    fc.assert(
      fc.property(ratings, (units) => {
        const of = (metric: AlphaMetric, change: (x: number) => number) =>
          krippendorffAlpha(
            units.map((unit) => unit.map(change)),
            {metric}
          ) ?? 2;
        expectClose(
          of("ordinal", (x) => x ** 3 - 50),
          of("ordinal", (x) => x),
          1e-9
        );
        expectClose(
          of("ratio", (x) => 7 * x),
          of("ratio", (x) => x),
          1e-9
        );
      }),
      {seed: 6}
    );
  });
});
