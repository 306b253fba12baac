import {describe, expect, it} from "vitest";
import {regressionsOf, type ScoreTable, sliceTable} from "../../../src/evals/decisions/index.js";
import {holm, rng} from "../../../src/base/stats/index.js";

function tableOf(values: Record<string, (number | undefined)[]>, prefix = "r"): ScoreTable {
  const rows = Object.values(values)[0]!.length;
  return {
    candidates: Object.keys(values),
    rowIds: Array.from({length: rows}, (_, r) => `${prefix}${r}`),
    values: Object.values(values),
    binary: true
  };
}
const column = (rows: number, of: (row: number) => number | undefined) =>
  Array.from({length: rows}, (_, row) => of(row));

describe("sliceTable", () => {
  const values = column(400, (row) => row).map((row) => ["n", "e", "s", "w"][row! % 4]!);
  const next = rng("slices");
  const base = column(400, () => +(next() < 0.7));
  // b is better only in the north.
  const table = tableOf({
    base,
    b: column(400, (row) => (values[row] === "n" ? 1 : base[row])),
    c: column(400, (row) => (row === 3 ? undefined : base[row]))
  });
  const slices = sliceTable(table, [{name: "side", values}]);

  it("has a row a value and a cell a candidate, with its own counts", () => {
    expect(slices.reference).toBe("base");
    expect(slices.rows.map(({value, rows}) => [value, rows])).toEqual([
      ["e", 100],
      ["n", 100],
      ["s", 100],
      ["w", 100]
    ]);
    const west = slices.rows[3]!.cells;
    expect(west.map(({candidate, scored}) => [candidate, scored])).toEqual([
      ["base", 100],
      ["b", 100],
      ["c", 99]
    ]);
    expect(west[0]!.difference).toBeUndefined();
  });

  it("orders values by the numbers in them", () => {
    const words = ["11–20 words", "3–10 words", "1–2 words"];
    const values = column(400, (row) => row).map((row) => words[row! % 3]!);
    const {rows} = sliceTable(table, [{name: "length", values}]);
    expect(rows.map(({value}) => value)).toEqual(["1–2 words", "3–10 words", "11–20 words"]);
  });

  it("corrects over every comparison of the table and still finds the slice that differs", () => {
    const differences = slices.rows.flatMap(({value, cells}) =>
      cells.flatMap(({candidate, difference}) => (difference ? [{value, candidate, ...difference}] : []))
    );
    expect(slices.comparisons).toBe(8);
    expect(differences.map(({adjustedP}) => adjustedP)).toEqual(holm(differences.map(({pValue}) => pValue)));
    expect(
      differences.filter(({adjustedP}) => adjustedP < 0.05).map(({value, candidate}) => value + candidate)
    ).toEqual(["nb"]);
  });

  it("draws a small slice nearer to the common figure than a large one", () => {
    const sizes = [4, 100, 100, 100];
    const names = sizes.flatMap((size, i) => Array<string>(size).fill(`s${i}`));
    const scores = names.map((name, row) => (name === "s0" ? 1 : +(row % 10 < {s1: 6, s2: 7, s3: 8}[name]!)));
    const {rows} = sliceTable(tableOf({a: scores}), [{name: "size", values: names}]);
    const [small, large] = [rows[0]!.cells[0]!, rows[3]!.cells[0]!];
    expect(small.mean).toBe(1);
    expect(small.shrunk!.estimate).toBeLessThan(0.85);
    expect(small.shrunk!.kept).toBeLessThan(large.shrunk!.kept);
    expect(Math.abs(large.shrunk!.estimate - large.mean!)).toBeLessThan(0.06);
  });

  it("makes many false claims without its correction, and few with it", () => {
    let corrected = 0;
    let plain = 0;
    for (let s = 0; s < 60; s++) {
      const random = rng("null", s);
      const none = tableOf({
        a: column(300, () => +(random() < 0.6)),
        b: column(300, () => +(random() < 0.6))
      });
      const {rows} = sliceTable(none, [
        {name: "x", values: column(300, (row) => row).map((row) => `x${row! % 10}`)}
      ]);
      const found = rows.map(({cells}) => cells[1]!.difference!);
      if (found.some(({adjustedP}) => adjustedP < 0.05)) corrected++;
      if (found.some(({pValue}) => pValue < 0.05)) plain++;
    }
    expect(corrected).toBeLessThanOrEqual(7);
    expect(plain).toBeGreaterThan(15);
  });

  it("gives cells without figures where nothing was scored, and no rows without slicings", () => {
    const failed = tableOf({a: [undefined, 1], b: [undefined, 0]});
    const {rows} = sliceTable(failed, [{name: "x", values: ["p", "q"]}]);
    expect(rows[0]).toMatchObject({
      value: "p",
      rows: 1,
      cells: [
        {candidate: "a", scored: 0},
        {candidate: "b", scored: 0}
      ]
    });
    expect(rows[0]!.cells[0]).not.toHaveProperty("mean");
    expect(sliceTable(failed, []).rows).toEqual([]);
    expect(sliceTable(failed, [{name: "x", values: [undefined, undefined]}]).rows).toEqual([]);
  });
});

describe("regressionsOf", () => {
  const before = tableOf({
    a: column(400, (row) => +(row % 10 < 8)),
    b: column(400, (row) => +(row % 10 < 5))
  });

  it("tells a regression from no change, by rows and not by the order they come in", () => {
    const now = tableOf({
      a: column(400, (row) => +(row % 10 < 7)),
      b: column(400, (row) => +(row % 10 < 5)),
      fresh: column(400, () => 1)
    });
    const turned: ScoreTable = {
      ...now,
      rowIds: [...now.rowIds].reverse(),
      values: now.values.map((values) => [...values].reverse())
    };
    for (const table of [now, turned]) {
      const [a, b, ...others] = regressionsOf(table, before, {margin: 0.02});
      expect(others).toEqual([]);
      expect(a).toMatchObject({candidate: "a", status: "regressed", rows: 400, before: 0.8, after: 0.7});
      expect(a!.worse).toHaveLength(40);
      expect(a!.worse.every((id) => Number(id.slice(1)) % 10 === 7)).toBe(true);
      expect(b).toMatchObject({candidate: "b", status: "unchanged", worse: [], better: []});
    }
  });

  it("compares shared rows only and counts a row that failed now apart", () => {
    const now = tableOf({a: column(800, (row) => (row === 0 ? undefined : +(row % 10 < 8)))});
    const [a] = regressionsOf(now, before, {margin: 0.02});
    expect(a).toMatchObject({rows: 399, newlyFailed: ["r0"], worse: [], status: "unchanged"});
  });

  it("is undecided on few rows, and without any shared row", () => {
    const few = tableOf({a: [1, 0, 1, 0, 1]});
    expect(regressionsOf(few, before, {margin: 0.02})[0]!.status).toBe("undecided");
    expect(regressionsOf(tableOf({a: [1, 1]}, "other"), before, {margin: 0.02})[0]).toMatchObject({
      rows: 0,
      status: "undecided"
    });
  });
});
