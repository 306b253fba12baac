import {list, points} from "./points.js";
import type {Verdict} from "./types.js";

/** The verdict in one sentence, without markup. */
export function sentenceOf(verdict: Omit<Verdict, "sentence">): string {
  const {kind, best, set, comparisons, rowsNeeded, margin, identical = []} = verdict;
  const summary = verdict.summaries[0]!;
  const interval = summary.low === undefined ? "" : ` (${points(summary.low)} to ${points(summary.high!)})`;
  const score = `${points(summary.mean!)}${interval}`;
  if (kind === "pick") {
    const next = comparisons[0];
    if (!next) return `${best} scored ${score}; there is no other candidate to compare it with.`;
    return `Pick ${best}: it scored ${score}, ${points(next.difference!)} points (${points(next.low!)} to ${points(next.high!)}) above the next, ${next.b}.`;
  }
  // Only when all of the set agree: a set with one rival that differs needs the sentence about differences.
  const same = identical.length > 0 && identical.length === set.length - 1;
  const rows = comparisons.find((pair) => pair.b === identical[0])?.rows;
  const agree = `${list(set)} scored the same on every one of ${rows?.toLocaleString("en-US")} rows (${score})`;
  if (kind === "tie")
    return same
      ? `${agree}: a tie. Choose by cost.`
      : `${list(set)} are a tie: they differ by less than ${points(margin)} points. Choose by cost.`;
  if (same)
    return `${agree}: ${rowsNeeded === undefined ? "more rows" : `about ${rowsNeeded.toLocaleString("en-US")} more rows`} like these would show that they differ by less than ${points(margin)} points.`;
  const more =
    rowsNeeded === undefined
      ? "more rows are needed"
      : `about ${rowsNeeded.toLocaleString("en-US")} more rows would tell`;
  return `${best} scored best, ${score}, but cannot yet be told apart from ${list(set.slice(1))}: ${more}.`;
}
