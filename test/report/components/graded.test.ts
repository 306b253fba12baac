import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {filtersFor, ordersFor} from "../../../src/report/components/examples/exampleFilters.js";
import {scorerFormat} from "../../../src/report/components/text/format.js";
import {disagreements} from "../../../src/report/components/rowByRow/disagreements.js";
import {scoreBadge} from "../../../src/report/components/text/shownText.js";
import type {RunRows} from "../../../src/report/components/rows/runRows.js";
import {type ImportedRun, importedRun} from "./support/importedRun.js";
import {onPage, textOf} from "./support/page.js";

onPage();

describe("rows whose scores go beyond 0 and 1", () => {
  let imported: ImportedRun;
  beforeAll(async () => {
    const lines = Array.from({length: 12}, (_, i) => [`r${i},a,${(i % 4) - 1}`, `r${i},b,${(i % 3) + 1}`]);
    imported = await importedRun(["row,candidate,score", ...lines.flat()]);
  });
  afterAll(() => imported.store.close());

  const of = (half?: number): RunRows => {
    const {rows} = imported;
    return {...rows, confident: ["a"], scorers: rows.scorers.map((one) => ({...one, half}))};
  };
  const shown = (rows: RunRows) =>
    [...filtersFor(rows, "score"), ...ordersFor(rows, "score")].map(({label}) => label);

  it("are offered neither as right nor as wrong, where the scorer states no bounds", () => {
    expect(imported.rows.scorers.map(({scale, half}) => [scale, half])).toEqual([["plain", undefined]]);
    expect(shown(of())).toEqual([
      "All rows",
      "Candidates differ",
      "Some candidate has no score",
      "How much the row separates candidates",
      "Hardest first",
      "Order of the run",
      "a: least sure first"
    ]);
  });

  it("are filtered by the middle of the range that it states", () => {
    const filters = filtersFor(of(1.5), "score");
    const found = filters.find(({label}) => label === "b: at least 1.5")!;
    expect([found.test([0, 1]), found.test([0, 2]), found.test([3, undefined])]).toEqual([
      false,
      true,
      false
    ]);
    expect(shown(of(1.5))).toContain("a: wrong and surest first");
  });

  it("have their score as a mark, also where that is 0 or 1", () => {
    const marks = [0, 1, 3].map((score) => scoreBadge(score, scorerFormat(imported.rows, "score")));
    expect(marks.map((mark) => mark.textContent)).toEqual(["0", "1", "3"]);
  });
});

describe("rows that were asked about several times", () => {
  it("say that a score is the mean of repeats and an answer the first", async () => {
    const lines = Array.from({length: 6}, (_, i) =>
      [0, 1, 2].flatMap((repeat) => [`r${i},a,1,${repeat}`, `r${i},b,${Number(repeat > 0)},${repeat}`])
    );
    const {store, view, rows} = await importedRun(["row,candidate,score,repeat", ...lines.flat()]);
    expect(rows.repeats).toBe(3);
    const text = textOf(
      disagreements(rows, {scorer: view.primaryScorer, slice: undefined}, {first: "a", second: "b"})
    );
    expect(text).toContain(
      "6 are better with a and 0 with b Scores are means of 3 repeats; the answer shown"
    );
    store.close();
  });
});
