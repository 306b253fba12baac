import type {Verdict} from "./types.js";

/** A score or difference in points of 100: 0.9 gives "90.0". */
export function points(value: number): string {
  return (100 * value).toFixed(1);
}

/** The verdict in one sentence, without markup. */
export function sentenceOf(verdict: Omit<Verdict, "sentence">): string {
  const {kind, best, set, comparisons, rowsNeeded, margin} = verdict;
  const summary = verdict.summaries[0]!;
  const interval = summary.low === undefined ? "" : ` (${points(summary.low)} to ${points(summary.high!)})`;
  const score = `${points(summary.mean!)}${interval}`;
  if (kind === "pick") {
    const next = comparisons[0];
    if (!next) return `${best} scored ${score}; there is no other candidate to compare it with.`;
    return `Pick ${best}: it scored ${score}, ${points(next.difference!)} points (${points(next.low!)} to ${points(next.high!)}) above the next, ${next.b}.`;
  }
  if (kind === "tie")
    return `${list(set)} are a tie: they differ by less than ${points(margin)} points. Choose by cost.`;
  const more =
    rowsNeeded === undefined
      ? "more rows are needed"
      : `about ${rowsNeeded.toLocaleString("en-US")} more rows would tell`;
  return `${best} scored best, ${score}, but cannot yet be told apart from ${list(set.slice(1))}: ${more}.`;
}

function list(names: string[]): string {
  if (names.length <= 1) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
