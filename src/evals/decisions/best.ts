import {mean} from "../../base/stats/index.js";
import {decidingValues} from "./columns.js";
import type {CandidateSummary, ScoreTable} from "./types.js";

/** The order of candidates in a verdict: by their means, of equal ones by name; those without a score last. */
export function bestFirst(
  a: Pick<CandidateSummary, "candidate" | "mean">,
  b: Pick<CandidateSummary, "candidate" | "mean">
): number {
  return (b.mean ?? -Infinity) - (a.mean ?? -Infinity) || (a.candidate < b.candidate ? -1 : 1);
}

/** The candidate that a verdict on these scores calls the best; undefined when nothing was scored. */
export function bestOf(table: ScoreTable): string | undefined {
  const scored = table.candidates.flatMap((candidate) => {
    const own = mean(decidingValues(table, candidate));
    return own === undefined ? [] : [{candidate, mean: own}];
  });
  return scored.sort(bestFirst)[0]?.candidate;
}
