import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {decide, type ScoreTable} from "../../../src/evals/decisions/index.js";
import {rng} from "../../../src/base/stats/index.js";

function tableOf(values: Record<string, (number | undefined)[]>): ScoreTable {
  const rows = Object.values(values)[0]!.length;
  return {
    candidates: Object.keys(values),
    rowIds: Array.from({length: rows}, (_, r) => `r${r}`),
    values: Object.values(values),
    binary: true
  };
}
const column = (rows: number, of: (row: number) => number | undefined) =>
  Array.from({length: rows}, (_, row) => of(row));
const options = {margin: 0.02, seed: "s"};

/** b loses 4 of 2,000 rows that a has and wins 2: close, and clearly within two points. */
const close = {
  a: column(2000, (row) => +(row % 10 < 8)),
  b: column(2000, (row) => (row % 500 === 0 ? 0 : row === 8 || row === 9 ? 1 : +(row % 10 < 8)))
};

describe("a verdict with costs", () => {
  it("marks a price that is older than 90 days where it calls a candidate cheaper", () => {
    const old = {usdPerThousand: 1, rows: 2000, oldPrice: "2026-01-01"};
    const {cheaper, action} = decide(tableOf(close), {...options, costs: {a: 8, b: old}});
    expect(cheaper!.sentence).toMatch(
      / and is 8\.0× cheaper\. The price of b \(2026-01-01\) is older than 90 days\.$/
    );
    expect(action).toMatch(/b is 8 times cheaper, by a price of 2026-01-01, older than 90 days\.$/);
    const both = decide(tableOf(close), {
      ...options,
      costs: {a: {...old, usdPerThousand: 8, oldPrice: "2025-06-01"}, b: old}
    });
    expect(both.cheaper!.sentence).toContain(
      "The prices of b (2026-01-01) and a (2025-06-01) are older than 90 days."
    );
  });

  it("says how much cheaper a candidate is that is at most the margin worse", () => {
    const {cheaper} = decide(tableOf(close), {...options, costs: {a: 8, b: 1}});
    expect(cheaper).toMatchObject({choice: "b", margin: 0.02});
    expect(cheaper!.candidates[0]).toMatchObject({timesCheaper: 8, difference: -0.001, rows: 2000});
    expect(cheaper!.candidates[0]!.low).toBeGreaterThan(-0.02);
    expect(cheaper!.sentence).toMatch(
      /^b is at most 2\.0 points worse than a \(−0\.1, at worst −0\.\d\) and is 8\.0× cheaper\.$/
    );
  });

  it("gives the ratio of two uncertain costs with its 95 % interval, by the delta method", () => {
    const cost = (usdPerThousand: number, standardError: number) => ({
      usdPerThousand,
      standardError,
      rows: 2000,
      source: "ours",
      asOf: "2026-01-01"
    });
    const {cheaper} = decide(tableOf(close), {...options, costs: {a: cost(8, 0.4), b: cost(1, 0.1)}});
    const factor = Math.exp(1.959964 * Math.hypot(0.05, 0.1));
    const {timesCheaper, timesLow, timesHigh} = cheaper!.candidates[0]!;
    expect(timesCheaper).toBe(8);
    expect(timesLow).toBeCloseTo(8 / factor, 6);
    expect(timesHigh).toBeCloseTo(8 * factor, 6);
    expect(cheaper!.sentence).toContain("is 8.0× cheaper (6.4× to 10.0×).");
    expect(cheaper!.sentence).not.toContain("older");
  });

  it("names no one cheaper when the margin is tighter than the rows can show", () => {
    const {cheaper} = decide(tableOf(close), {...options, costMargin: 0.001, costs: {a: 8, b: 1}});
    expect(cheaper!.choice).toBeUndefined();
    expect(cheaper!.sentence).toMatch(
      /not? .*shown to be at most 0\.1 points worse than a.*undecided for b/i
    );
  });

  it("takes the cheapest of several, and a candidate that is shown to be worse is inferior", () => {
    const table = tableOf({...close, c: close.b, d: column(2000, (row) => +(row % 10 < 5))});
    const {cheaper} = decide(table, {...options, costs: {a: 8, b: 2, c: 1, d: 0}});
    expect(cheaper!.candidates.map(({candidate, verdict}) => [candidate, verdict])).toEqual([
      ["d", "inferior"],
      ["c", "non-inferior"],
      ["b", "non-inferior"]
    ]);
    expect(cheaper!.candidates[0]!.timesCheaper).toBeUndefined();
    expect(cheaper!.choice).toBe("c");
  });

  it("a cost that nobody stated is not a cost of nothing", () => {
    expect(decide(tableOf(close), {...options, costs: {b: 1}}).cheaper).toBeUndefined();
    expect(decide(tableOf(close), {...options, costs: {a: 1}}).cheaper).toBeUndefined();
    expect(decide(tableOf(close), options).cheaper).toBeUndefined();
  });

  it(
    "calls a candidate that is worse by exactly the margin non-inferior in about five of a hundred samples",
    {tags: ["long"]},
    () => {
      let wrong = 0;
      const simulations = 400;
      for (let s = 0; s < simulations; s++) {
        const next = rng("margin", s);
        const table = tableOf({
          a: column(300, () => +(next() < 0.8)),
          b: column(300, () => +(next() < 0.7))
        });
        const {cheaper} = decide(table, {margin: 0.1, seed: "s", costs: {a: 2, b: 1}});
        if (cheaper?.choice === "b") wrong++;
      }
      expect(wrong / simulations).toBeLessThan(0.085);
      expect(wrong).toBeGreaterThan(4);
    }
  );
});

describe("a verdict on identical scores", () => {
  const same = (rows: number) => {
    const scores = column(rows, (row) => +(row % 10 < 8));
    return tableOf({a: scores, b: [...scores]});
  };

  it("says that they scored the same, and how many rows like these would make it a tie", () => {
    const verdict = decide(same(50), options);
    expect(verdict).toMatchObject({kind: "need-more", identical: ["b"]});
    expect(verdict.sentence).toMatch(
      /^a and b scored the same on every one of 50 rows .*: about \d+ more rows like these would show that they differ by less than 2\.0 points\.$/
    );
    expect(decide(same(50 + verdict.rowsNeeded!), options).kind).toBe("tie");
    expect(decide(same(50 + verdict.rowsNeeded! - 5), options).kind).toBe("need-more");
  });

  it("calls them a tie on enough rows", () => {
    const verdict = decide(same(1000), options);
    expect(verdict.kind).toBe("tie");
    expect(verdict.sentence).toBe(
      `a and b scored the same on every one of 1,000 rows (80.0, 77.4 to 82.4): a tie. Choose by cost.`
    );
  });

  it("names those that agree before the one that differs", () => {
    const copies = tableOf({
      served: column(100, (row) => +(row % 10 < 8)),
      model: column(100, (row) => +(row % 10 < 8)),
      other: column(100, (row) => +(row % 10 < 8 && row !== 0))
    });
    expect(decide(copies, options).sentence).toMatch(
      /^(served and model|model and served) scored the same on every one of 100 rows \(80\.0, .*\), best of all, but not significantly different from other; about [\d,]+ more labelled rows would be needed to decide\.$/
    );
    const tied = tableOf({...close, copy: [...close.a]});
    expect(decide(tied, options).sentence).toMatch(
      /^a and copy scored the same on every one of 2,000 rows \(80\.0, .*\); b differs from them by less than 2\.0 points: a tie\. Choose by cost\.$/
    );
  });

  it("claims nothing of rows that only some of them have a score for", () => {
    const rows = 200;
    const table = tableOf({
      few: column(rows, (row) => (row < 3 ? 1 : undefined)),
      miss: column(rows, (row) => +(row % 6 !== 5)),
      good: column(rows, (row) => +(row % 7 !== 1))
    });
    expect(decide(table, options).sentence).toMatch(
      /^On the 3 rows that both have a score for, few and miss both score 100\.0; neither differs significantly from good; .* more labelled rows would be needed to decide\.$/
    );
  });

  it("gives no number of rows when failures leave each pair others to share", () => {
    const scores = column(1000, (row) => +(row % 10 < 8));
    const table = tableOf({a: scores, b: scores.with(0, undefined), c: [...scores]});
    expect(decide(table, options).sentence).toMatch(
      /^On the rows that all have a score for, a, c and b all score the same: /
    );
  });
});

describe("the winner's corrected score", () => {
  it("is lower than the score seen when candidates are close, and its interval is wider", () => {
    const next = rng("noise");
    const table = tableOf(
      Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, column(100, () => +(next() < 0.7))]))
    );
    const verdict = decide(table, options);
    expect(verdict.winner!.naive).toBe(verdict.summaries[0]!.mean);
    expect(verdict.winner!.estimate).toBeLessThan(verdict.winner!.naive);
    expect(verdict.winner!.low).toBeLessThan(verdict.summaries[0]!.low!);
    expect(decide(table, options).winner).toEqual(verdict.winner);
  });

  it("is not given for one candidate: nothing was selected", () => {
    expect(decide(tableOf({a: close.a}), options).winner).toBeUndefined();
  });
});

describe("the sensitivity line", () => {
  it("names who would lead had failed rows been wrong, and right, and the range of the lead", () => {
    const table = tableOf({
      a: column(100, (row) => (row >= 60 ? undefined : +(row % 10 < 8))),
      b: column(100, (row) => +(row % 10 < 7))
    });
    const {sensitivity} = decide(table, options);
    expect(sensitivity).toMatchObject({failed: 40, bestIfWrong: "b", bestIfRight: "a", rival: "b"});
    expect(sensitivity!.lowest).toBeCloseTo(0.48 - 0.7, 12);
    expect(sensitivity!.highest).toBeCloseTo(0.88 - 0.7, 12);
    expect(sensitivity!.sentence).toMatch(/b's had every missing one been wrong, a's had it been right/);
  });

  it("is absent when nothing failed", () => {
    expect(decide(tableOf(close), options).sensitivity).toBeUndefined();
  });

  it("holds whatever the failed rows were: the lead over the rival never leaves the range", () => {
    const cell = fc.option(fc.nat({max: 1}), {nil: undefined, freq: 3});
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, fc.nat({max: 1}), fc.nat({max: 1})), {minLength: 5, maxLength: 40}),
        (rows) => {
          const verdict = decide(tableOf({a: rows.map(([a]) => a), b: rows.map(([, b]) => b)}), options);
          if (!verdict.sensitivity?.rival) return;
          const sign = verdict.best === "a" ? 1 : -1;
          const lead =
            (sign * rows.reduce((sum, [a, b, ifA, ifB]) => sum + (a ?? ifA) - (b ?? ifB), 0)) / rows.length;
          expect(lead).toBeGreaterThanOrEqual(verdict.sensitivity.lowest! - 1e-12);
          expect(lead).toBeLessThanOrEqual(verdict.sensitivity.highest! + 1e-12);
        }
      ),
      {numRuns: 100}
    );
  });
});
