import {mean} from "../stats/index.js";
import {type Column, scoresOf} from "./columns.js";
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
  /** Rows of these without a score. */
  failed: number;
  rows: number;
  /** The figure with every failed row counted as wrong. */
  figure: number;
}

/** The mean with failed rows counted as wrong; undefined without rows or bounds. */
export function meanIfWrong(table: ScoreTable, candidate: string): IfWrong | undefined {
  const bounds = failedBounds(table);
  const scores = scoresOf(table, candidate);
  if (!bounds || scores.length === 0) return undefined;
  const failed = scores.filter((score) => score === undefined).length;
  return {failed, rows: scores.length, figure: mean(scores.map((score) => score ?? bounds[0]))!};
}

/** The same of a difference, candidate minus `other`, over the rows that both tables have. */
export function differenceIfWrong(
  table: ScoreTable,
  candidate: string,
  other: Column,
  scale?: ScoreScale
): IfWrong | undefined {
  const [bounds, others] = [failedBounds(table, scale), failedBounds(other.table, scale)];
  if (!bounds || !others) return undefined;
  const own = scoresOf(table, candidate);
  const their = scoresOf(other.table, other.candidate);
  const places = new Map(other.table.rowIds.map((id, row) => [id, row]));
  const pairs = table.rowIds.flatMap((id, row): [number | undefined, number | undefined][] => {
    const place = places.get(id);
    return place === undefined ? [] : [[own[row], their[place]]];
  });
  if (pairs.length === 0) return undefined;
  const failed = pairs.filter(([a, b]) => a === undefined || b === undefined).length;
  return {
    failed,
    rows: pairs.length,
    figure: mean(pairs.map(([a, b]) => (a ?? bounds[0]) - (b ?? others[0])))!
  };
}
