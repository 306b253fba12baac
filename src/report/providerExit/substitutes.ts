import {type ScoreTable, sharedValues} from "../../evals/decisions/index.js";
import {holm, nonInferiority, pairedDifference} from "../../base/stats/index.js";

/** Who could take a candidate's place. */
export interface Substitute {
  candidate: string;
  /** Its mean minus the candidate's on the rows that both have, with the interval of level 1 − 2·alpha. */
  difference: number;
  low: number;
  high: number;
  rows: number;
  /** Holm-adjusted over all that were tested. */
  adjustedP: number;
  /** non-inferior: shown to be at most the margin worse; inferior: shown to be worse than that. */
  verdict: "non-inferior" | "inferior" | "undecided";
}

/**
 * The candidates of `among` against one of the same table: which are no worse by more than `margin` (one-sided paired
 * tests, Holm over all of `among`, clustered where the table is). Those shown to be no worse come first, the best of them
 * first. Candidates that share no row with it are left out.
 */
export function substitutesFor(
  table: ScoreTable,
  candidate: string,
  among: readonly string[],
  {margin, alpha = 0.05}: {margin: number; alpha?: number}
): Substitute[] {
  const clusters = table.clusters?.map((cluster, row) => cluster ?? `row:${table.rowIds[row]}`);
  const tested = among.flatMap((name) => {
    const [own, its] = sharedValues(table, [name, candidate]);
    const difference = pairedDifference(own!, its!, {level: 1 - 2 * alpha, clusters});
    return difference ? [{name, difference, test: nonInferiority(difference, margin, {alpha})}] : [];
  });
  const adjusted = holm(tested.map(({test}) => test.p));
  const rank = {"non-inferior": 0, undecided: 1, inferior: 2};
  return tested
    .map(({name, difference, test}, i): Substitute => {
      const p = adjusted[i]!;
      return {
        candidate: name,
        difference: difference.estimate,
        low: difference.low,
        high: difference.high,
        rows: difference.n,
        adjustedP: p,
        verdict: p <= alpha ? "non-inferior" : test.verdict === "inferior" ? "inferior" : "undecided"
      };
    })
    .sort((a, b) => rank[a.verdict] - rank[b.verdict] || b.difference - a.difference);
}
