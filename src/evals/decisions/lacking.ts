import {formatCount, points} from "./points.js";
import type {CandidateSummary} from "./types.js";

type Lacking = Pick<CandidateSummary, "planned" | "scored" | "failedRepeats">;

/** The share of a candidate's rows, each by its repeats, that has no score; 0 without rows. */
export function lackShare({planned, scored, failedRepeats = 0}: Lacking): number {
  return planned === 0 ? 0 : (planned - scored + scored * failedRepeats) / planned;
}

/** "240 of 300 rows have no score", of repeats "40.0% of the repeats have no score"; `before` and `after` the noun stands whose they are. */
export function lackText({planned, scored, failedRepeats}: Lacking, {before = "", after = ""} = {}): string {
  const failed = planned - scored;
  const share = failedRepeats === undefined ? undefined : `${points(failedRepeats)}%`;
  if (failed === 0 && share !== undefined)
    return `${share} of ${before === "" ? "the " : before}repeats${after} have no score`;
  const rows = `${formatCount(failed)} of ${before}${formatCount(planned)} rows${after} ${failed === 1 ? "has" : "have"} no score`;
  return share === undefined ? rows : `${rows}, nor have ${share} of the repeats of the others`;
}
