import {formatCount, type ScoreScale, writerOf} from "../decisions/index.js";
import type {CurveGain, StudentView} from "./types.js";

export interface TrainingReasons {
  /** Of the model in use; absent when none is. */
  verdict?: StudentView["judged"]["verdict"];
  /** Columns whose drift no training has seen. */
  drifted: readonly string[];
  /** Rows to learn that the last training did not have. */
  newRows: number;
  /** Rows that it had, and that are gone or have other values. */
  goneRows: number;
  /** What the last step of the curve gained; absent when nothing measured it. */
  gain?: CurveGain;
  margin: number;
  scale: ScoreScale;
}

/** Whether students are trained again, and why, or why not. */
export interface TrainingAdvice {
  worth: boolean;
  because: string;
}

/**
 * Whether another training may pay: after drift, where the model in use is worse than allowed, or where the new rows may gain the margin.
 * Where the curve flattens, fewer rows than its last step gain at most their share of what that gained.
 */
export function worthTraining({
  verdict,
  drifted,
  newRows,
  goneRows,
  gain,
  margin,
  scale
}: TrainingReasons): TrainingAdvice {
  const {difference} = writerOf(scale);
  const rows = `${formatCount(newRows)} new ${newRows === 1 ? "row" : "rows"}`;
  if (newRows + goneRows === 0) return {worth: false, because: "the rows to learn are the same"};
  if (verdict === "inferior") return {worth: true, because: `worse than allowed, ${rows}`};
  if (drifted.length > 0) return {worth: true, because: `drift of ${drifted.join(", ")}, ${rows}`};
  if (!gain) return {worth: verdict !== "non-inferior", because: `${rows}, no curve says what they gain`};
  const most = (Math.max(0, gain.high) * newRows) / (gain.toRows - gain.fromRows);
  return {worth: most >= margin, because: `${rows} gain at most ${difference(most)}`};
}
