import {
  DEFAULT_ALPHA,
  differenceIfWrong,
  type ScoreTable,
  sharedValues
} from "../../evals/decisions/index.js";
import {nonInferiority, pairedDifference} from "../../base/stats/index.js";

type CandidatePositions = readonly [own: number, best: number];

/** Of candidates by place: the one-sided p value of "the first is no worse than the second by more than the margin", on the rows that both have. */
export function nonInferiorP(
  table: ScoreTable,
  [own, best]: CandidatePositions,
  margin: number
): number | undefined {
  const {candidates} = table;
  const [values, bests] = sharedValues(table, [candidates[own]!, candidates[best]!]);
  const difference = pairedDifference(values!, bests!, {
    level: 1 - 2 * DEFAULT_ALPHA,
    clusters: table.clusters
  });
  return difference && margin > 0 ? nonInferiority(difference, margin, {alpha: DEFAULT_ALPHA}).p : undefined;
}

/** Whether the first would be more than the margin worse than the second, had every failed row been wrong. */
export function failuresTurn(table: ScoreTable, [own, best]: CandidatePositions, margin: number): boolean {
  const {candidates} = table;
  const found = differenceIfWrong(table, candidates[own]!, {table, candidate: candidates[best]!});
  return found !== undefined && found.failed > 0 && found.figure < -margin;
}
