import {describe, expect, it} from "vitest";
import {decide, type Verdict} from "../../../src/evals/decisions/index.js";
import {splitGaps} from "../../../src/report/site/splitComparison.js";

function verdictOf(successes: number, rows: number, failed = 0): Verdict {
  const values = Array.from({length: rows + failed}, (_, row) =>
    row < rows ? (row < successes ? 1 : 0) : undefined
  );
  const rowIds = values.map((_, row) => String(row));
  return decide({candidates: ["a"], rowIds, values: [values], binary: true}, {margin: 0.01, seed: "test"});
}

describe("the gap between two splits", () => {
  it("agrees with Newcombe (1998), table II, 56/70 against 48/80 by the score method", () => {
    const [gap] = splitGaps(verdictOf(56, 70), verdictOf(48, 80));
    expect(gap!.difference).toBeCloseTo(0.2, 10);
    expect(gap!.low).toBeCloseTo(0.0524, 4);
    expect(gap!.high).toBeCloseTo(0.3339, 4);
  });

  it("changes its sign with the order of the splits", () => {
    const [one] = splitGaps(verdictOf(9, 10), verdictOf(3, 10));
    const [other] = splitGaps(verdictOf(3, 10), verdictOf(9, 10));
    expect(other!.difference).toBeCloseTo(-one!.difference!, 12);
    expect(other!.low).toBeCloseTo(-one!.high!, 12);
  });

  it("is undefined for a candidate without a score, and leaves out one that only one split has", () => {
    expect(splitGaps(verdictOf(5, 10), verdictOf(0, 0, 4))).toEqual([{candidate: "a"}]);
    const other = verdictOf(5, 10);
    const renamed = {...other, summaries: other.summaries.map((one) => ({...one, candidate: "b"}))};
    expect(splitGaps(verdictOf(5, 10), renamed)).toEqual([]);
  });
});
