import {mean} from "./moments.js";
import {isPresent} from "./present.js";
import type {ScoreBounds} from "./alikeInterval.js";
import type {Scores} from "./types.js";

export interface MissingSensitivity {
  /** Over the rows that were scored. */
  estimate: number | undefined;
  /** If every failed row had got the lowest score, or the highest. */
  lowest: number;
  highest: number;
  failed: number;
  /** Rows planned: scored and failed. */
  n: number;
}

type SensitivityOptions = {bounds?: ScoreBounds};

/**
 * What the mean would be had every failed row (a missing score) been wrong, and had it been right; scores within
 * `bounds`, default 0 to 1. Undefined when no row was planned. Source: Manski (1989), bounds on a mean with missing data.
 */
export function sensitivity(
  scores: Scores,
  {bounds = [0, 1]}: SensitivityOptions = {}
): MissingSensitivity | undefined {
  const n = scores.length;
  if (n === 0) return undefined;
  const all = Array.from(scores);
  const as = (value: number) => mean(all.map((score) => (isPresent(score) ? score : value)))!;
  return {
    estimate: mean(scores),
    lowest: as(bounds[0]),
    highest: as(bounds[1]),
    failed: all.filter((score) => !isPresent(score)).length,
    n
  };
}

export interface DifferenceSensitivity {
  /** Over the rows that both candidates have. */
  estimate: number | undefined;
  /** If failures count as the lowest score for both candidates, or as the highest. */
  failedWrong: number;
  failedRight: number;
  /** The extremes: one candidate's failures all wrong and the other's all right. */
  lowest: number;
  highest: number;
  failed: {first: number; second: number};
  n: number;
}

/** The same for the mean difference first − second over all planned rows. Undefined when no row was planned. */
export function differenceSensitivity(
  first: Scores,
  second: Scores,
  {bounds = [0, 1]}: SensitivityOptions = {}
): DifferenceSensitivity | undefined {
  if (first.length !== second.length)
    throw new Error(`paired scores: ${first.length} rows against ${second.length}`);
  const a = sensitivity(first, {bounds});
  const b = sensitivity(second, {bounds});
  if (!a || !b) return undefined;
  return {
    estimate: mean(
      Array.from(first, (score, i) => {
        const other = second[i];
        return isPresent(score) && isPresent(other) ? score - other : undefined;
      })
    ),
    failedWrong: a.lowest - b.lowest,
    failedRight: a.highest - b.highest,
    lowest: a.lowest - b.highest,
    highest: a.highest - b.lowest,
    failed: {first: a.failed, second: b.failed},
    n: a.n
  };
}
