import {describe, expect, it} from "vitest";
import {
  cleanTable,
  contaminationOf,
  contaminationWarnings,
  type RowMark,
  type ScoreTable
} from "../../../src/evals/decisions/index.js";

const table: ScoreTable = {
  candidates: ["a", "b", "hosted"],
  rowIds: ["1", "2", "3", "4"],
  values: [
    [1, 1, 0, 1],
    [1, undefined, 1, 0],
    [0, 0, 1, 1]
  ],
  binary: true
};
const marks = new Map<string, RowMark[]>([
  ["a", ["contaminated", "near", "clean", "clean"]],
  ["b", ["clean", "clean", "clean", "contaminated"]]
]);

describe("contaminationOf", () => {
  it("gives each candidate its score on the rows it never learned from beside that on all", () => {
    const [a, b, ...more] = contaminationOf(table, marks);
    expect(more).toEqual([]);
    expect(a).toMatchObject({candidate: "a", clean: 2, near: 1, contaminated: 1, share: 0.5});
    expect([a!.whole.mean, a!.onClean.mean]).toEqual([0.75, 0.5]);
    expect(b!.onClean).toMatchObject({rows: 3, scored: 2, mean: 1});
    expect(a!.onClean.interval!.low).toBeGreaterThan(0);
  });

  it("has no score on clean rows when there is none, rather than zero", () => {
    const [only] = contaminationOf(
      {...table, candidates: ["a"], values: [[1, 1, 1, 1]]},
      new Map([["a", Array<RowMark>(4).fill("near")]])
    );
    expect(only!.onClean).toMatchObject({rows: 0, scored: 0, mean: undefined, interval: undefined});
  });
});

describe("contaminationOf with marks that are unknown", () => {
  const of = (...own: RowMark[]) => contaminationOf({...table, candidates: ["a"]}, new Map([["a", own]]));

  it("has no share where nothing was found, and the least share where something was", () => {
    const [nothing] = of("unknown", "unknown", "unknown", "unknown");
    expect(nothing).toMatchObject({clean: 0, unknown: 4});
    expect(nothing!.share).toBeUndefined();
    expect(of("near", "unknown", "unknown", "unknown")[0]).toMatchObject({near: 1, unknown: 3, share: 0.25});
  });

  it("says that there may be more", () => {
    expect(contaminationWarnings(of("unknown", "unknown", "unknown", "unknown"), "proportion")).toEqual([]);
    expect(contaminationWarnings(of("contaminated", "unknown", "unknown", "unknown"), "proportion")).toEqual([
      "At least 25.0% of the scored rows are not clean for a (1 stands in the training part). Of the other 3 rows it cannot be told: the store lacks some of what was learned from, or of these rows."
    ]);
  });
});

describe("cleanTable", () => {
  it("keeps the rows that are clean for every candidate of which something is known", () => {
    const clean = cleanTable({...table, clusters: ["x", "x", null, "y"]}, marks);
    expect(clean).toMatchObject({rowIds: ["3"], clusters: [null], values: [[0], [1], [1]]});
  });
});

describe("contaminationWarnings", () => {
  it("says how many rows, and what the score is without them; nothing for a clean candidate", () => {
    expect(contaminationWarnings(contaminationOf(table, marks), "proportion")).toEqual([
      "50.0% of the scored rows are not clean for a (1 stands in the training part, 1 has a near-duplicate there). On the 2 clean rows it scores 50.0 (9.5 to 90.5), on all 75.0. Of 1 more candidate some rows are not clean either."
    ]);
    const allClean = new Map([["a", Array<RowMark>(4).fill("clean")]]);
    expect(contaminationWarnings(contaminationOf(table, allClean), "proportion")).toEqual([]);
  });

  it("says once what several candidates share, with the clean score of the best", () => {
    const score = (mean: number) => ({rows: 10, scored: 10, mean});
    const one = (candidate: string, whole: number) => ({
      candidate,
      clean: 8,
      near: 2,
      contaminated: 0,
      unknown: 0,
      share: 0.2,
      whole: score(whole),
      onClean: score(whole - 0.1)
    });
    expect(contaminationWarnings([one("a", 0.5), one("b", 0.9), one("c", 0.7)], "proportion")).toEqual([
      "20.0% of the scored rows are not clean for b and 2 other candidates (2 have a near-duplicate in the training part). On the 8 clean rows b scores 80.0, on all 90.0."
    ]);
    const worse = {...one("d", 0.4), near: 3, clean: 7, share: 0.3};
    expect(contaminationWarnings([one("a", 0.5), worse, one("b", 0.9)], "proportion")).toEqual([
      "20.0% of the scored rows are not clean for b and 1 other candidate (2 have a near-duplicate in the training part). On the 8 clean rows b scores 80.0, on all 90.0. Of 1 more candidate some rows are not clean either."
    ]);
  });
});
