import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {decide, type ScoreTable} from "../../../src/evals/decisions/index.js";
import {mean, pairedDifference, rng, rowsNeeded} from "../../../src/base/stats/index.js";

/** Candidates by their right answers: `right(c, r)` says whether candidate c is right on row r. */
function tableOf(
  candidates: string[],
  rows: number,
  right: (c: number, r: number) => number | undefined,
  clusters?: string[]
): ScoreTable {
  return {
    candidates: candidates,
    rowIds: Array.from({length: rows}, (_, r) => `r${r}`),
    clusters,
    values: candidates.map((_, c) => Array.from({length: rows}, (_, r) => right(c, r))),
    binary: true
  };
}
const options = {margin: 0.02, seed: "s"};

describe("decide", () => {
  it("picks a candidate that beats every other by more than chance", () => {
    const verdict = decide(
      tableOf(["a", "b", "c"], 400, (c, r) => (r % 10 < [9, 6, 5][c]! ? 1 : 0)),
      options
    );
    expect(verdict).toMatchObject({kind: "pick", best: "a", set: ["a"]});
    expect(verdict.summaries.map((s) => s.mean)).toEqual([0.9, 0.6, 0.5]);
    expect(verdict.sentence).toMatch(/^Pick a: it scored 90\.0 .* 30\.0 points .* above the next, b\.$/);
  });

  it("calls two candidates that agree on thousands of rows a tie", () => {
    const verdict = decide(
      tableOf(["a", "b"], 4000, (c, r) => (r % 10 < 8 ? 1 : r % 400 === 9 ? c : r % 400 === 19 ? 1 - c : 0)),
      options
    );
    expect(verdict.kind).toBe("tie");
    expect(new Set(verdict.set)).toEqual(new Set(["a", "b"]));
  });

  it("asks for more rows when twenty cannot tell, and for fewer the larger the difference", () => {
    const few = decide(
      tableOf(["a", "b"], 20, (c, r) => (c === 0 ? +(r < 15) : +(r < 12 || r > 18))),
      options
    );
    expect(few.kind).toBe("need-more");
    expect(few.rowsNeeded).toBeGreaterThan(20);
    const fewer = decide(
      tableOf(["a", "b"], 20, (c, r) => (c === 0 ? +(r < 18) : +(r < 13 || r > 18))),
      options
    );
    expect(fewer.kind).toBe("need-more");
    expect(fewer.rowsNeeded).toBeLessThan(few.rowsNeeded!);
  });

  it("the rows it asks for are about enough: repeated data of that size decide", () => {
    const right = (c: number, r: number) => (c === 0 ? +(r % 20 < 15) : +(r % 20 < 12 || r % 20 > 18));
    const few = decide(tableOf(["a", "b"], 20, right), options);
    const enough = decide(tableOf(["a", "b"], 20 + few.rowsNeeded!, right), options);
    expect(enough.kind).toBe("pick");
  });

  describe("the rows it asks for before a tie", () => {
    /** Pairs of related scores whose mean difference is `difference` in truth and, where `exact`, as seen. */
    const scores = (seed: string, rows: number, difference: number, exact = false) => {
      const next = rng(seed, "tie");
      const b = Array.from({length: rows}, () => 0.5 + 0.1 * next.normal());
      const off = b.map(() => 0.21 * next.normal());
      const shift = difference - (exact ? mean(off)! : 0);
      return [b.map((value, i) => value + off[i]! + shift), b];
    };
    const margin = 0.02;
    it.each([0, 0.0005, 0.008])("bring one with power 0.8 or more at a difference of %f", (difference) => {
      const tableAt = (values: number[][]): ScoreTable => ({
        ...tableOf(["a", "b"], values[0]!.length, () => undefined),
        values,
        binary: false
      });
      const {kind, rowsNeeded} = decide(tableAt(scores("pilot", 300, difference, true)), options);
      expect(kind).toBe("need-more");
      let ties = 0;
      for (let trial = 0; trial < 400; trial++) {
        const [a, b] = scores(`trial ${trial}`, 300 + rowsNeeded!, difference);
        const {low, high} = pairedDifference(a!, b!, {level: 0.9})!;
        if (low > -margin && high < margin) ties++;
      }
      // Four in five, less twice the error of 400 trials.
      expect(ties / 400).toBeGreaterThan(0.76);
      expect(ties / 400).toBeLessThan(0.95);
    });
  });

  it("asks for the same rows as the formula does, at whatever alpha", () => {
    const next = rng(5, "level");
    const off = Array.from({length: 200}, () => 0.4 * next.normal());
    const differences = off.map((value) => value - mean(off)! + 0.04);
    const sd = Math.sqrt(differences.reduce((sum, d) => sum + (d - 0.04) ** 2, 0) / 199);
    const table = {...tableOf(["a", "b"], 200, () => 0), values: [differences, differences.map(() => 0)]};
    for (const alpha of [0.05, 0.01, 0.001]) {
      const {rowsNeeded: more} = decide({...table, binary: false}, {...options, alpha});
      const needed = rowsNeeded({difference: 0.04, sd, alpha})!;
      // The t quantile of 199 in place of the normal one.
      expect((200 + more!) / needed).toBeGreaterThanOrEqual(1);
      expect((200 + more!) / needed).toBeLessThan(1.05);
    }
  });

  it("copying every row ten times as clusters does not make it surer", () => {
    const right = (c: number, r: number) => (c === 0 ? +(r % 40 < 32) : +(r % 40 < 26 || r % 40 > 35));
    const rows = decide(tableOf(["a", "b"], 40, right), options);
    const copied = decide(
      tableOf(
        ["a", "b"],
        400,
        right,
        Array.from({length: 400}, (_, r) => `c${r % 40}`)
      ),
      options
    );
    const naive = decide(tableOf(["a", "b"], 400, right), options);
    expect(rows.kind).toBe("need-more");
    expect(copied.kind).toBe("need-more");
    expect(naive.kind).toBe("pick");
  });

  it("picks nobody by a lead that is the same on both of two rows, or in both of two groups, and says how many more would do", () => {
    const graded = {...tableOf(["a", "b"], 2, (c) => (c === 0 ? 0.75 : 0.5)), binary: false};
    const verdict = decide(graded, options);
    expect(verdict.kind).toBe("need-more");
    expect(verdict.summaries[0]!.low).toBeLessThan(0.02);
    const more = decide(
      {...tableOf(["a", "b"], 2 + verdict.rowsNeeded! + 5, (c) => (c === 0 ? 0.75 : 0.5)), binary: false},
      options
    );
    expect(more.kind).toBe("pick");
    const right = (c: number, r: number) => +(r % 5 < 3 === (c === 0));
    const groups = decide(
      tableOf(
        ["a", "b"],
        10,
        right,
        Array.from({length: 10}, (_, r) => (r < 5 ? "x" : "y"))
      ),
      options
    );
    expect(groups.kind).toBe("need-more");
    expect(groups.rowsNeeded).toBeGreaterThan(50);
  });

  it("says that intervals count groups, where there are few", () => {
    const of = (rows: number, groups: number) =>
      decide(
        tableOf(
          ["a", "b"],
          rows,
          (c, r) => +(r % 10 < 8 - c),
          Array.from({length: rows}, (_, r) => `g${r % groups}`)
        ),
        options
      ).warnings;
    expect(of(60, 6)).toEqual([
      expect.stringMatching(/^The 60 rows are in 6 groups, and the intervals count groups/)
    ]);
    expect(of(60, 1)).toEqual([
      "The 60 rows are in 1 group, and intervals count groups: with one there is none. More groups give one; more rows of this group do not."
    ]);
    expect([of(60, 20), of(10, 10)]).toEqual([[], []]);
  });

  it("warns of many groups where one of them holds most rows", () => {
    const cluster = (r: number) => (r < 400 ? "big" : `g${r % 100}`);
    const of = (clusters: string[]) =>
      decide(
        tableOf(["a", "b"], 1000, (c, r) => +(r % 10 < 8 - c), clusters),
        options
      ).warnings;
    expect(of(Array.from({length: 1000}, (_, r) => cluster(r)))).toEqual([
      "The 1,000 rows are in 101 groups, the largest with 40.0% of the rows. They tell as much as 6 of equal size, and the intervals count those: with so few they are wide. More groups narrow them; more rows of these groups hardly do."
    ]);
    expect(of(Array.from({length: 1000}, (_, r) => `g${r % 101}`))).toEqual([]);
  });

  it("leaves failed rows out of the mean, counts them and says what they could change", () => {
    const verdict = decide(
      tableOf(["a", "b"], 100, (c, r) => (c === 0 && r >= 60 ? undefined : +(r % 10 < (c === 0 ? 8 : 7)))),
      options
    );
    expect(verdict.summaries[0]).toMatchObject({
      candidate: "a",
      planned: 100,
      scored: 60,
      mean: 0.8,
      ifFailedWrong: 0.48,
      ifFailedRight: 0.88
    });
    expect(verdict.warnings).toEqual([
      "a: 40 of 100 rows have no score. Its mean would be from 48.0 (all wrong) to 88.0 (all right)."
    ]);
    expect(verdict.risks.map(({sentence}) => sentence)).toEqual([
      expect.stringMatching(
        /^40 scores are missing\. The best mean would be .* had every missing one been wrong/
      )
    ]);
  });

  it("nothing scored is nothing decided, and one candidate has nobody to beat", () => {
    expect(
      decide(
        tableOf(["a", "b"], 5, () => undefined),
        options
      )
    ).toMatchObject({kind: "no-scores", set: []});
    expect(
      decide(
        tableOf([], 0, () => 1),
        options
      ).kind
    ).toBe("no-scores");
    expect(
      decide(
        tableOf(["a"], 50, () => 1),
        options
      )
    ).toMatchObject({kind: "pick", set: ["a"]});
  });

  it("does not depend on the order of rows or candidates", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({max: 1}), fc.nat({max: 1}), fc.nat({max: 1})), {
          minLength: 5,
          maxLength: 60
        }),
        (rows) => {
          const forward = decide(
            tableOf(["a", "b", "c"], rows.length, (c, r) => rows[r]![c]),
            options
          );
          const turned = [...rows].reverse();
          const backward = decide(
            tableOf(["c", "b", "a"], rows.length, (c, r) => turned[r]![2 - c]),
            options
          );
          expect(backward.kind).toBe(forward.kind);
          expect(backward.best).toBe(forward.best);
          expect(new Set(backward.set)).toEqual(new Set(forward.set));
        }
      ),
      {numRuns: 60}
    );
  });
});
