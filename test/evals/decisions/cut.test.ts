import {describe, expect, it} from "vitest";
import {comparisonsWith, cutOptions, cutsOf, sliceTableOf} from "../../../src/evals/decisions/cut.js";
import {decide, type ScoreTable, sliceTable} from "../../../src/evals/decisions/index.js";
import {holm, pairedDifference, rng} from "../../../src/base/stats/index.js";

const ROWS = 300;
const next = rng("cuts");
const scored = (share: number) =>
  Array.from({length: ROWS}, () => (next() < 0.03 ? undefined : +(next() < share)));
const table: ScoreTable = {
  candidates: ["a", "b", "c", "d"],
  baseline: "a",
  rowIds: Array.from({length: ROWS}, (_, row) => `r${row}`),
  clusters: Array.from({length: ROWS}, (_, row) => (row % 5 === 0 ? null : `thread ${row % 40}`)),
  values: [scored(0.5), scored(0.6), scored(0.62), Array<undefined>(ROWS).fill(undefined)],
  binary: true
};
const sizes = {name: "size", values: table.rowIds.map((_, row) => ["s", "m", "m", "l", undefined][row % 5])};
const options = {margin: 0.02, alpha: 0.1, seed: "cuts"};
const cuts = cutsOf(table, [sizes], options);

describe("cutsOf", () => {
  it("decides over all rows and in every slice as the engine does on those rows", () => {
    expect(cuts.map(({slice, rows}) => [slice?.value, rows])).toEqual([
      [undefined, 300],
      ["l", 60],
      ["m", 120],
      ["s", 60]
    ]);
    expect(cuts[0]!.verdict).toEqual(decide(table, options));
    const large = table.rowIds.map((_, row) => row).filter((row) => row % 5 === 3);
    expect(cuts[1]!.verdict.summaries.find(({candidate}) => candidate === "b")!.mean).toBe(
      mean(large.map((row) => table.values[1]![row]))
    );
  });

  it("keeps of many slices the largest", () => {
    expect(cutsOf(table, [sizes], options, 1).map(({slice}) => slice?.value)).toEqual([undefined, "m"]);
  });
});

describe("a slice of a run whose advice is held", () => {
  const rows = Array.from({length: 400}, (_, row) => row);
  const right = (wrong: (row: number) => boolean) => rows.map((row) => (wrong(row) ? 0 : 1));
  // The lead of b is 20 points in the small slice, 10 over all.
  const values = [right((r) => r % 2 === 0), right((r) => r % 2 === 0 && (r % 10 === 0 || r >= 200))];
  const led = {candidates: ["a", "b"], baseline: "a", rowIds: rows.map(String), values, binary: true};
  const halves = {name: "half", values: rows.map((row) => (row < 200 ? "first" : "second"))};
  const sliceOf = (difference: number) => {
    const facts = {otherSplit: {name: "grouped", difference, low: difference, high: 1}};
    const verdict = decide(led, {margin: 0.01, seed: "s", facts});
    const given = cutOptions(verdict, {decides: true, scale: "proportion", seed: "s"});
    return {whole: verdict, slice: cutsOf(led, [halves], given)[1]!.verdict};
  };

  it("is not advised, however large the lead in it", () => {
    const {whole, slice} = sliceOf(0.25);
    expect(whole.held).toBe(true);
    expect(slice.comparisons[0]!.difference).toBeGreaterThan(0.3);
    expect(slice.held).toBe(true);
    expect(slice.sentence).toMatch(/^b scored /);
  });

  it("is advised where the run is", () => {
    const {whole, slice} = sliceOf(0.1);
    expect([whole.held, slice.held]).toEqual([undefined, undefined]);
    expect(slice.sentence).toMatch(/^Pick b: it scored /);
  });
});

describe("comparisonsWith", () => {
  it("turns every pair round to the reference and corrects over those shown", () => {
    const clusters = table.clusters!.map((cluster, row) => cluster ?? `row ${row}`);
    for (const [r, reference] of ["a", "b", "c"].entries()) {
      const others = [0, 1, 2].filter((other) => other !== r);
      const found = others.map((other) =>
        pairedDifference(table.values[r]!, table.values[other]!, {level: 0.9, clusters})!
      );
      const adjusted = holm(found.map(({p}) => p));
      const shown = comparisonsWith(cuts[0]!, reference);
      expect(shown.find(({b}) => b === "d")).toEqual({a: reference, b: "d", rows: 0});
      others.forEach((other, i) => {
        const pair = shown.find(({b}) => b === table.candidates[other])!;
        expect(pair.rows).toBe(found[i]!.n);
        expect(pair.difference).toBeCloseTo(found[i]!.estimate, 12);
        expect(pair.low).toBeCloseTo(found[i]!.low, 12);
        expect(pair.high).toBeCloseTo(found[i]!.high, 12);
        expect(pair.adjustedP).toBeCloseTo(adjusted[i]!, 12);
      });
    }
  });
});

describe("sliceTableOf", () => {
  it("says of every reference what a table of the scores says", () => {
    for (const reference of ["a", "b", "c"]) {
      const wanted = sliceTable(table, [sizes], {reference, alpha: 0.1});
      const found = sliceTableOf(cuts, reference, 0.1);
      expect(found.comparisons).toBe(wanted.comparisons);
      expect(rounded(found.rows)).toEqual(rounded(wanted.rows));
    }
  });
});

function mean(values: (number | undefined)[]): number {
  const present = values.filter((value) => value !== undefined);
  return present.reduce((sum, value) => sum + value, 0) / present.length;
}

/** Sums in another order differ in the last digits. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, one: unknown) =>
    typeof one === "number" ? Number(one.toPrecision(9)) : one
  );
}
