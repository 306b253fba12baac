import {counted, list, points} from "./points.js";
import type {Verdict} from "./types.js";

/** The verdict in one sentence, without markup. */
export function sentenceOf(verdict: Omit<Verdict, "sentence" | "action" | "risks">): string {
  const {kind, held, best, set, comparisons, rowsNeeded, margin, identical = []} = verdict;
  if (kind === "no-scores") return "Nothing was scored, so there is nothing to decide.";
  const summary = verdict.summaries[0]!;
  const mean = points(summary.mean!);
  const interval =
    summary.low === undefined ? undefined : `${points(summary.low)} to ${points(summary.high!)}`;
  const score = interval ? `${mean} (${interval})` : mean;
  if (kind === "pick") {
    const next = comparisons[0];
    if (!next) return `${best} scored ${score}; there is no other candidate to compare it with.`;
    return `${held ? best : `Pick ${best}: it`} scored ${score}, ${points(next.difference!)} points (${points(next.low!)} to ${points(next.high!)}) above the next, ${next.b}.`;
  }
  const others = set.slice(1).filter((name) => !identical.includes(name));
  // Each pair is compared on the rows that both were scored on: where those differ there is no one number to say.
  const shared = new Set(comparisons.filter(({b}) => identical.includes(b)).map(({rows}) => rows));
  const where = shared.size === 1 ? `every one of ${counted([...shared][0]!)} rows` : "every row they share";
  const agree = `${list([best!, ...identical])} scored the same on ${where} (${interval ? `${mean}, ${interval}` : mean})`;
  if (kind === "tie") {
    if (identical.length === 0)
      return `${list(set)} are a tie: they differ by less than ${points(margin)} points. Choose by cost.`;
    return others.length === 0
      ? `${agree}: a tie. Choose by cost.`
      : `${agree}; ${list(others)} ${others.length > 1 ? "differ" : "differs"} from them by less than ${points(margin)} points: a tie. Choose by cost.`;
  }
  if (identical.length > 0 && others.length === 0)
    return `${agree}: ${rowsNeeded === undefined ? "more rows" : `about ${counted(rowsNeeded)} more rows`} like these would show that they differ by less than ${points(margin)} points.`;
  const more =
    rowsNeeded === undefined ? "more rows are needed" : `about ${counted(rowsNeeded)} more rows would tell`;
  return identical.length > 0
    ? `${agree}, best of all, but cannot yet be told apart from ${list(others)}: ${more}.`
    : `${best} scored best, ${score}, but cannot yet be told apart from ${list(others)}: ${more}.`;
}
