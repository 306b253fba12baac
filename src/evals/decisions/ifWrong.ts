import {mean} from "../../base/stats/index.js";
import {type CandidateColumn, failedAs, candidateScores} from "./columns.js";
import {type ScoreScale, scaleOf} from "./scoreScale.js";
import type {ScoreTable} from "./types.js";

/**
 * The lowest and the highest score that a failed row could have had. Undefined where they are not known, and where a corpus figure
 * decides: what a failed row would have added to its counts has no bounds.
 */
export function failedBounds(
  {corpus, bounds, values}: ScoreTable,
  scale: ScoreScale = scaleOf(values)
): readonly [low: number, high: number] | undefined {
  if (corpus) return undefined;
  return scale === "proportion" ? [0, 1] : bounds;
}

/** What a failed row makes of a figure. */
export interface IfWrong {
  /** Rows of these of which a repeat, or all, have no score. */
  failed: number;
  rows: number;
  /** The figure with every failed row counted as wrong. */
  figure: number;
}

/** The mean with failed rows counted as wrong; undefined without rows or bounds. */
export function meanIfWrong(table: ScoreTable, candidate: string): IfWrong | undefined {
  const bounds = failedBounds(table);
  const scores = candidateScores(table, candidate);
  if (!bounds || scores.length === 0) return undefined;
  const ifWrong = failedAs(table, candidate, bounds[0]);
  const failed = failedRows(table, candidate).filter(Boolean).length;
  return {failed, rows: scores.length, figure: mean(ifWrong)!};
}

/** The same of a difference, candidate minus `other`, over the rows that both tables have. */
export function differenceIfWrong(
  table: ScoreTable,
  candidate: string,
  other: CandidateColumn,
  scale?: ScoreScale
): IfWrong | undefined {
  const [bounds, others] = [failedBounds(table, scale), failedBounds(other.table, scale)];
  if (!bounds || !others) return undefined;
  const [own, their] = [
    failedAs(table, candidate, bounds[0]),
    failedAs(other.table, other.candidate, others[0])
  ];
  const [failedOwn, failedTheir] = [failedRows(table, candidate), failedRows(other.table, other.candidate)];
  const places = new Map(other.table.rowIds.map((id, row) => [id, row]));
  const pairs = table.rowIds.flatMap((id, row) => {
    const place = places.get(id);
    return place === undefined
      ? []
      : [{difference: own[row]! - their[place]!, failed: failedOwn[row] || failedTheir[place]}];
  });
  if (pairs.length === 0) return undefined;
  return {
    failed: pairs.filter(({failed}) => failed).length,
    rows: pairs.length,
    figure: mean(pairs.map(({difference}) => difference))!
  };
}

/** By row, whether it, or one of its repeats, has no score. */
function failedRows(table: ScoreTable, candidate: string): boolean[] {
  const failed = table.failedRepeats?.[table.candidates.indexOf(candidate)];
  return candidateScores(table, candidate).map(
    (value, row) => value === undefined || (failed?.[row] ?? 0) > 0
  );
}
