import {formatCount, listNames} from "./points.js";
import type {Risk} from "./types.js";

export interface ScorerFacts {
  /** How many answers of each candidate the scorers beside the primary one gave a score, and failed on. */
  otherScorers?: readonly {scorer: string; candidate: string; scored: number; failed: number}[];
}

/** From above this share of a candidate's answers without a score on, a scorer is named. */
const SHARE = 0.05;

/**
 * Scorers that gave much of a candidate's answers no score, those with the largest share first. They decide nothing, but who reads
 * their figures would take a few answers for all.
 */
export function scorersRisk({otherScorers = []}: ScorerFacts): Risk | undefined {
  const lacking = otherScorers.filter(({scored, failed}) => failed > SHARE * (scored + failed));
  const found = [...new Set(lacking.map(({scorer}) => scorer))]
    .map((scorer) => {
      const own = otherScorers.filter((one) => one.scorer === scorer);
      const failed = own.reduce((sum, one) => sum + one.failed, 0);
      return {scorer, failed, of: own.reduce((sum, one) => sum + one.scored, failed)};
    })
    .sort((a, b) => b.failed / b.of - a.failed / a.of);
  if (found.length === 0) return undefined;
  const texts = found.map(
    ({scorer, failed, of}) => `${scorer} gave ${formatCount(failed)} of ${formatCount(of)} answers no score`
  );
  return {
    kind: "scorers",
    sentence: `${listNames(texts)}.`,
    candidates: [...new Set(lacking.map(({candidate}) => candidate))]
  };
}
