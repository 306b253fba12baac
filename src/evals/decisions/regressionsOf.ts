import {equivalence, holm, pairedDifference} from "../../base/stats/index.js";
import {aligned, clustersOf, candidateScores} from "./columns.js";
import type {ScoreTable} from "./types.js";

export interface RegressionOptions {
  /** Changes within ± this are no change, in score units. */
  margin: number;
  /** Error rate over all candidates; default 0.05. */
  alpha?: number;
}

export interface Regression {
  candidate: string;
  /** Rows scored in both runs. */
  rows: number;
  before?: number;
  after?: number;
  /** After minus before on those rows, with its interval. */
  difference?: number;
  low?: number;
  high?: number;
  pValue?: number;
  /** Holm-adjusted over the candidates. */
  adjustedP?: number;
  /** Ids of the rows whose own score is lower, and higher, than before. */
  worse: string[];
  better: string[];
  /** Rows that were scored before and failed now. */
  newlyFailed: string[];
  status: "regressed" | "improved" | "unchanged" | "undecided";
}

/**
 * Each candidate of `now` that `before` had too, against itself, row by row (clustered as `now` is). `unchanged`: the
 * change is shown to lie within the margin, whatever its p value; `regressed` and `improved`: it does not and differs from
 * 0 at `alpha` after correction; `undecided` otherwise and when no row is shared. Candidates of one run only are left out.
 */
export function regressionsOf(
  now: ScoreTable,
  before: ScoreTable,
  {margin, alpha = 0.05}: RegressionOptions
): Regression[] {
  const placeBefore = new Map(before.rowIds.map((id, row) => [id, row]));
  const clusters = clustersOf(now);
  const found = now.candidates
    .filter((candidate) => before.candidates.includes(candidate))
    .map((candidate) => {
      const after = candidateScores(now, candidate);
      const values = candidateScores(before, candidate);
      const earlier = now.rowIds.map((id) => values[placeBefore.get(id) ?? -1]);
      const changed = (is: (was: number, score: number) => boolean) =>
        now.rowIds.filter((_, row) => {
          const [was, score] = [earlier[row], after[row]];
          return was !== undefined && score !== undefined && is(was, score);
        });
      const [own, was] = aligned([
        {table: now, candidate},
        {table: before, candidate}
      ]);
      return {
        candidate,
        difference: pairedDifference(own!, was!, {level: 1 - alpha, clusters}),
        worse: changed((was, score) => score < was),
        better: changed((was, score) => score > was),
        newlyFailed: now.rowIds.filter((_, row) => earlier[row] !== undefined && after[row] === undefined)
      };
    });
  const adjusted = holm(found.map(({difference}) => difference?.p));
  return found.map(({candidate, difference, ...rows}, i): Regression => {
    if (!difference) return {candidate, rows: 0, ...rows, status: "undecided"};
    const p = adjusted[i]!;
    const within = margin > 0 && equivalence(difference, margin, {alpha}).verdict === "equivalent";
    return {
      candidate,
      rows: difference.n,
      before: difference.meanSecond,
      after: difference.meanFirst,
      difference: difference.estimate,
      low: difference.low,
      high: difference.high,
      pValue: difference.p,
      adjustedP: p,
      ...rows,
      status: within
        ? "unchanged"
        : p < alpha
          ? difference.estimate < 0
            ? "regressed"
            : "improved"
          : "undecided"
    };
  });
}
