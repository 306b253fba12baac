import {describe, expect, it} from "vitest";
import {
  contaminationOf,
  cutOptions,
  cutsOf,
  decide,
  type RowMark,
  type ScoreTable
} from "../../../src/evals/decisions/index.js";
import {rng} from "../../../src/base/stats/index.js";

const options = {margin: 0.01, seed: "s"};

/** Right answers by candidate, the baseline first, and which rows the others had learned from. */
function tableOf(rows: number, right: Record<string, (row: number) => boolean>): ScoreTable {
  return {
    candidates: Object.keys(right),
    baseline: Object.keys(right)[0],
    rowIds: Array.from({length: rows}, (_, r) => `r${r}`),
    values: Object.values(right).map((is) => Array.from({length: rows}, (_, r) => +is(r))),
    binary: true
  };
}

function decided(table: ScoreTable, learned: Record<string, (row: number) => boolean>, more: object = {}) {
  const marks = new Map(
    Object.entries(learned).map(([name, is]) => [
      name,
      table.rowIds.map((_, r): RowMark => (is(r) ? "near" : "clean"))
    ])
  );
  const facts = {marks, contamination: contaminationOf(table, marks)};
  return decide(table, {...options, ...more, facts});
}

describe("a switch to a candidate that had learned from some rows", () => {
  /** b is right on nine rows of ten and a on seven, but for the first rows, where b is always right. */
  const led = (rows: number, easy: number, more = 9) =>
    tableOf(rows, {a: (r) => r % 10 < 7, b: (r) => r < easy || (r * 7) % 10 < more});

  it("is advised where the clean rows show its lead by themselves, and says so", () => {
    const verdict = decided(led(1000, 300), {b: (r) => r < 300});
    expect(verdict.action).toMatch(/^Switch to b: /);
    expect(verdict.risks[0]!.sentence).toMatch(
      /On the 700 clean rows it scores 90\.0 \(87\.6 to 92\.0\), on all 93\.0\. On the 700 rows that are clean for both, b is 20\.0 points \(\S+ to \S+\) better than a\.$/
    );
    expect(verdict.risks[0]!.cleanLeads!.b).toMatchObject({over: "a", rows: 700, difference: 0.2});
    // A higher score on clean rows is no flattery.
    const harder = tableOf(1000, {a: (r) => r % 10 < 7, b: (r) => (r < 300 ? r % 10 < 6 : r % 10 < 9)});
    expect(decided(harder, {b: (r) => r < 300}).action).toMatch(/^Switch to b: /);
  });

  it("is not where they show no such lead, or are too few, which is another sentence", () => {
    const none = decided(led(1000, 300, 7), {b: (r) => r < 300});
    expect([none.held, none.heldBy]).toEqual([true, "leakage"]);
    expect(none.action).toMatch(
      /^Do not switch to b yet: its lead of 9\.0 points over a may be leakage\. On the 700 rows that are clean for both, the difference is 0\.0 points \(−\S+ to \S+\): no such lead there\.$/
    );
    const few = (clean: number) => decided(led(1000, 0), {b: (r) => r >= clean}).action;
    expect(few(10)).toMatch(
      /^Do not switch to b yet: its lead of 20\.0 points over a may be leakage\. On the 10 rows that are clean for both, the difference is 20\.0 points \(−\S+ to \S+\): too few rows to tell\.$/
    );
    expect(few(0)).toMatch(
      / may be leakage\. 100\.0% of the scored rows are not clean for b .* No row is clean\.$/
    );
    expect(decided(led(1000, 0), {a: (r) => r < 500, b: (r) => r >= 500}).action).toMatch(
      / may be leakage\. No row is known to be clean for both\.$/
    );
    const grouped = {
      ...led(1000, 0),
      clusters: Array.from({length: 1000}, (_, r) => (r < 100 ? "one" : `${r}`))
    };
    expect(decided(grouped, {b: (r) => r >= 100}).action).toMatch(
      / may be leakage\. The 100 rows that are clean for both are too few to compare them on\.$/
    );
  });

  it("goes by the rows that are clean for both, and is not held back for what the baseline or others had learned from", () => {
    const table = led(1000, 0);
    expect(decided(table, {a: () => true}).held).toBeUndefined();
    expect(decided(table, {a: () => true}).action).toMatch(/^Switch to b: /);
    const both = decided(table, {a: (r) => r % 2 === 0, b: (r) => r < 10});
    expect(both.risks[0]!.cleanLeads!.b!.rows).toBe(495);
    const third = tableOf(1000, {a: (r) => r % 10 < 5, b: (r) => r % 10 < 9, c: (r) => r % 9 < 8});
    const {set, action} = decided(third, {c: () => true});
    expect(set).toContain("c");
    expect(action).toMatch(/^Switch to b: /);
  });

  it("is held back where rows are not told clean or not", () => {
    const table = led(1000, 0);
    const marks = new Map([["b", table.rowIds.map((_, r): RowMark => (r ? "clean" : "near"))]]);
    const facts = {contamination: contaminationOf(table, marks)};
    expect(decide(table, {...options, facts}).action).toMatch(
      /^Do not switch to b yet: its lead of 20\.0 points over a may be leakage\. 0\.1% of the scored rows are not clean for b/
    );
  });

  it(
    "is advised in few samples where the whole lead is flattery, and in most where it is real",
    {tags: ["long"]},
    () => {
      const advised = (flattery: number, real: number) => {
        let switches = 0;
        for (let seed = 0; seed < 200; seed++) {
          const next = rng("flattery", seed);
          const luck = Array.from({length: 400}, () => [next(), next(), next()] as const);
          const near = luck.map(([, , own]) => own < 0.3);
          const table = tableOf(400, {
            a: (r) => luck[r]![0] < 0.7,
            b: (r) =>
              (luck[r]![1] < 0.1 ? luck[r]![1] * 10 : luck[r]![0]) < 0.7 + real + (near[r] ? flattery : 0)
          });
          if (/^Switch/.test(decided(table, {b: (r) => near[r]!}).action)) switches++;
        }
        return switches / 200;
      };
      expect(advised(0.2, 0)).toBeLessThan(0.06);
      expect(advised(0, 0.1)).toBeGreaterThan(0.9);
    }
  );
});

describe("a slice of a run with a candidate that had learned from some rows", () => {
  const half = (table: ScoreTable) => ({
    name: "half",
    values: table.rowIds.map((_, r) => (r % 2 ? "odd" : "even"))
  });
  const slice = (more: number) => {
    const table = tableOf(1000, {a: (r) => r % 10 < 7, b: (r) => r < 300 || (r * 7) % 10 < more});
    const verdict = decided(table, {b: (r) => r < 300});
    const given = cutOptions(verdict, {decides: true, scale: "proportion", seed: "s"});
    return cutsOf(table, [half(table)], given)[1]!.verdict;
  };

  it("is advised as the run is", () => {
    expect([slice(10).best, slice(10).held]).toEqual(["b", undefined]);
    expect(slice(7)).toMatchObject({best: "b", held: true, heldBy: "leakage"});
  });
});
