import {describe, expect, it} from "vitest";
import {
  checkGates,
  cleanTable,
  contaminationOf,
  decide,
  pairwise,
  regressionsOf,
  type ScoreTable,
  sliceTable,
  traceHistory
} from "../../../src/evals/decisions/index.js";
import {tableOfRows, decidingValues} from "../../../src/evals/decisions/columns.js";
import {cutsOf, comparisonsWith} from "../../../src/evals/decisions/cut.js";
import {
  type CorpusFigure,
  corpusFigure,
  mean,
  meanInterval,
  pairedDifference,
  rng
} from "../../../src/base/stats/index.js";

const figure: CorpusFigure = {
  figure: "ratio",
  name: "100 − corpus WER",
  of: "edits",
  over: "words",
  from: 100,
  times: -100
};
const N = 120;

type Counts = number[] | undefined;

/** Rows of 3 to 60 words. "whole" and "part" answer alike, but "part" has no score on every seventh row; "worse" errs more. */
function sample(seed = "corpus"): ScoreTable & {corpus: NonNullable<ScoreTable["corpus"]>} {
  const next = rng(seed);
  const whole: Counts[] = Array.from({length: N}, () => {
    const words = 3 + next.int(58);
    return [Math.round(words * 0.3 * next()), words];
  });
  const part = whole.map((own, row): Counts => (row % 7 === 0 ? undefined : [...own!]));
  const worse = whole.map((own): Counts => [Math.min(own![1]!, own![0]! + 1 + next.int(3)), own![1]!]);
  const counts = [whole, part, worse];
  return {
    candidates: ["whole", "part", "worse"],
    rowIds: whole.map((_, row) => `r${row}`),
    values: counts.map((own) => own.map((one) => one && 100 - (100 * one[0]!) / one[1]!)),
    corpus: {figure, counts},
    binary: false
  };
}

const rate = (counts: readonly Counts[]) =>
  corpusFigure(
    figure,
    counts.filter((one) => one !== undefined)
  )!;
const options = {margin: 0.5, seed: "s"};

describe("a table that a corpus figure decides", () => {
  const table = sample();
  const {counts} = table.corpus as {counts: Counts[][]};

  it("gives every candidate the figure of its scored rows, by name", () => {
    const verdict = decide(table, options);
    for (const {candidate, mean: own, scored} of verdict.summaries) {
      const c = table.candidates.indexOf(candidate);
      expect(own).toBeCloseTo(rate(counts[c]!), 9);
      expect(scored).toBe(counts[c]!.filter((one) => one !== undefined).length);
    }
    expect(verdict.figure).toBe("100 − corpus WER");
    expect(verdict.sentence).toContain("100 − corpus WER");
    expect(verdict.winner?.naive).toBeCloseTo(rate(counts[0]!.filter((_, row) => counts[1]![row])), 9);
  });

  it("compares two candidates by their figures on the rows that both have", () => {
    const {pairs} = pairwise(table);
    const shared = counts[0]!.map((one, row) => counts[1]![row] && one);
    const [first] = pairs;
    expect(first).toMatchObject({a: "whole", b: "part", rows: N - Math.ceil(N / 7)});
    expect(first!.difference).toBeCloseTo(0, 9);
    expect(Math.abs(rate(counts[0]!) - rate(counts[1]!))).toBeGreaterThan(0.05);
    const other = pairs.find(({a, b}) => a === "part" && b === "worse")!;
    const worse = counts[2]!.map((one, row) => counts[1]![row] && one);
    expect(other.difference).toBeCloseTo(rate(shared) - rate(worse), 9);
    expect(decide(table, options).identical).toEqual(["part"]);
  });

  it("says the figure of a slice's rows of each slice, wherever slices are shown", () => {
    const slicing = {name: "third", values: table.rowIds.map((_, row) => `s${row % 3}`)};
    const inSlice = (c: number, s: number, by = c) =>
      rate(counts[c]!.filter((_, row) => row % 3 === s && counts[by]![row]));
    const {rows} = sliceTable(table, [slicing], {reference: "worse"});
    const {slices} = pairwise(table, [slicing]);
    const cuts = cutsOf(table, [slicing], options);
    for (let s = 0; s < 3; s++) {
      const [, cell] = rows[s]!.cells;
      expect(cell!.mean).toBeCloseTo(inSlice(1, s), 9);
      expect(cell!.difference!.estimate).toBeCloseTo(inSlice(1, s) - inSlice(2, s, 1), 9);
      expect(slices[s]!.pairs[2]!.difference).toBeCloseTo(inSlice(1, s) - inSlice(2, s, 1), 9);
      const cut = cuts[s + 1]!;
      expect(cut.verdict.summaries.find(({candidate}) => candidate === "part")!.mean).toBeCloseTo(
        inSlice(1, s),
        9
      );
      const turned = comparisonsWith(cut, "worse").find(({b}) => b === "part")!;
      expect(turned.difference).toBeCloseTo(inSlice(2, s, 1) - inSlice(1, s), 9);
    }
  });

  it("says the figure of the clean rows of what was contaminated", () => {
    const marks = new Map([
      ["whole", table.rowIds.map((_, row) => (row % 2 ? ("clean" as const) : ("contaminated" as const)))]
    ]);
    const clean = rate(counts[0]!.filter((_, row) => row % 2));
    expect(contaminationOf(table, marks)[0]!.onClean.mean).toBeCloseTo(clean, 9);
    expect(
      decide(cleanTable(table, marks), options).summaries.find(({candidate}) => candidate === "whole")!.mean
    ).toBeCloseTo(clean, 9);
  });

  it("is held against a gate and an earlier run by the figure, and its rows by their own scores", () => {
    const before = tableOfRows(sample(), Array.from({length: N}, (_, row) => N - 1 - row).slice(20));
    before.corpus!.counts[0]![0] = undefined;
    const [own] = regressionsOf({...table, candidates: ["worse", "-", "whole"]}, before, {margin: 0});
    const shared = (c: number) => counts[c]!.slice(0, N - 21);
    expect(own).toMatchObject({candidate: "worse", rows: N - 20});
    const [, whole] = regressionsOf({...table, candidates: ["-", "worse", "whole"]}, before, {margin: 0});
    expect(whole!.difference).toBeCloseTo(rate(shared(2)) - rate(shared(0)), 9);
    expect(whole!.before).toBeCloseTo(rate(shared(0)), 9);
    expect(whole!.worse).toHaveLength(N - 20);
    const [gate] = checkGates([{minScore: 50, candidate: "worse"}], table, decide(table, options), []);
    expect(gate).toMatchObject({rule: "100 − corpus WER at least 50", status: "pass"});
    expect(gate!.message).toContain(rate(counts[2]!).toFixed(3));
    const facts = {baseline: () => ({run: "earlier", table: before})};
    const rules = [{baselineRun: "previous", maxRegression: 10, candidate: "part"}];
    const [regressed] = checkGates(rules, table, decide(table, options), [], facts);
    expect(regressed).toMatchObject({
      status: "pass",
      message: expect.stringContaining("0 (−4.976 to 4.976) on 85 rows") as string
    });
  });

  it("says nothing of what failed rows would be worth, and warns where its interval is rough", () => {
    const verdict = decide(table, options);
    expect(verdict.sensitivity).toBeUndefined();
    expect(verdict.summaries.every(({ifFailedWrong}) => ifFailedWrong === undefined)).toBe(true);
    expect(verdict.warnings.filter((text) => text.includes("rough"))).toEqual([]);
    const few = decide(tableOfRows(table, [1, 2, 3, 4, 5]), options);
    expect(few.warnings).toContain("100 − corpus WER is a figure of 5 rows: its interval is rough.");
  });

  it("keeps to the bounds of its figure, which its row values may leave", () => {
    const shares = Array.from({length: 40}, (_, row): number[] => [row % 10 === 0 ? 0 : 1 + row, 1 + row]);
    const own: ScoreTable = {
      candidates: ["one"],
      rowIds: shares.map((_, row) => String(row)),
      values: [shares.map(([of, over]) => of! / over!)],
      corpus: {figure: {figure: "ratio", of: "right", over: "asked"}, counts: [shares]},
      binary: true,
      bounds: [0, 1]
    };
    expect(Math.max(...decidingValues(own, "one").map((value) => value!))).toBeGreaterThan(1);
    const {summaries, scale} = decide(own, options);
    expect(summaries[0]!.high).toBeLessThanOrEqual(1);
    expect(scale).toBe("proportion");
    expect(summaries[0]!.method).toBe("t");
  });

  it("is no share of right rows, though every row's own score is 0 or 1", () => {
    const labels = Array.from({length: 40}, (_, row) => (row % 3 ? "a" : "b"));
    const one = labels.map((label, row) => (row === 7 ? undefined : [label, row % 5 ? label : "c"]));
    const two = labels.map((label, row) => [label, row % 4 ? label : "a"]);
    const macro: ScoreTable = {
      candidates: ["one", "two"],
      rowIds: labels.map((_, row) => String(row)),
      values: [one, two].map((own) => own.map((pair) => pair && Number(pair[0] === pair[1]))),
      corpus: {figure: {figure: "macroF1"}, counts: [one, two]},
      binary: true,
      bounds: [0, 1]
    };
    const {summaries, sensitivity, comparisons, scale, warnings} = decide(macro, options);
    expect(summaries.map(({method, ifFailedWrong}) => [method, ifFailedWrong])).toEqual([
      ["t", undefined],
      ["t", undefined]
    ]);
    expect([sensitivity, scale, comparisons[0]!.method]).toEqual([undefined, "proportion", "t"]);
    expect(warnings).toEqual(["one: 1 of 40 rows has no score."]);
  });

  it("counts a group of rows once: its interval is that of its groups' sums", () => {
    const clusters = table.rowIds.map((_, row) => `g${Math.floor(row / 4)}`);
    const one = decide({...table, clusters}, options).summaries.find(({candidate}) => candidate === "whole")!;
    const values = decidingValues(table, "whole");
    expect(one).toMatchObject({method: "clustered t", low: meanInterval(values, {clusters})!.low});
  });

  it("is followed through its history by the mean of its rows' scores, which are bounded", () => {
    const bounded = {...table, bounds: [0, 100] as const};
    const runs = ["a", "b"].map((id) => ({
      id,
      stream: "s",
      table: {...bounded, candidates: id === "a" ? table.candidates : ["worse", "x", "whole"]}
    }));
    const traced = traceHistory(runs).find(({candidate}) => candidate === "whole")!;
    const difference = pairedDifference(table.values[2]!, table.values[0]!)!;
    expect(traced.difference!.estimate).toBeCloseTo(difference.estimate, 9);
    expect(mean(table.values[0]!)).not.toBeCloseTo(rate(counts[0]!), 1);
  });
});

describe("a table that the mean of rows decides", () => {
  it("reads as if there were no counts, number for number", () => {
    const plain: ScoreTable = {...sample(), corpus: undefined};
    const verdict = decide(plain, options);
    expect(verdict).not.toHaveProperty("figure.length");
    for (const {candidate, mean: own} of verdict.summaries)
      expect(own).toBe(mean(plain.values[plain.candidates.indexOf(candidate)]!));
  });
});
