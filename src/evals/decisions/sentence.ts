import {neverScored, nothingToDecide} from "./action.js";
import {formatCount, formatEstimate, few, neverScoredText} from "./points.js";
import {writerOf} from "./scoreScale.js";
import type {Verdict} from "./types.js";

/** The verdict in one sentence, without markup; without advice for a scorer that does not decide. */
export function sentenceOf(
  verdict: Omit<Verdict, "sentence" | "action" | "risks">,
  {decides = true}: {decides?: boolean} = {}
): string {
  const never = verdict.kind === "no-scores" ? [] : neverScored(verdict);
  const scored = scoredSentence(verdict, decides);
  return never.length > 0 ? `${scored} ${neverScoredText(never)}` : scored;
}

function scoredSentence(verdict: Omit<Verdict, "sentence" | "action" | "risks">, decides: boolean): string {
  const {kind, held, best, set, comparisons, rowsNeeded, margin, identical = []} = verdict;
  const {number, difference} = writerOf(verdict.scale);
  if (kind === "no-scores") return nothingToDecide(verdict);
  const summary = verdict.summaries[0]!;
  const mean = number(summary.mean!);
  const interval =
    summary.low === undefined ? undefined : `${number(summary.low)} to ${number(summary.high!)}`;
  const score = `${interval ? `${mean} (${interval})` : mean}${verdict.figure === undefined ? "" : ` in ${verdict.figure}`}`;
  if (kind === "pick") {
    const next = comparisons[0];
    if (!next && verdict.summaries.length > 1)
      return `${best} scored ${score}; no other candidate has a score.`;
    if (!next) return `${best} scored ${score}; there is no other candidate to compare it with.`;
    return `${held || !decides ? best : `Pick ${best}: it`} scored ${score}, ${difference(next.difference!)} (${number(next.low!)} to ${number(next.high!)}) above the next, ${next.b}.`;
  }
  const others = set.slice(1).filter((name) => !identical.includes(name));
  // Each pair is compared on the rows that both were scored on: where those differ there is no one number to say.
  const shared = new Set(comparisons.filter(({b}) => identical.includes(b)).map(({rows}) => rows));
  const rowsShared = shared.size === 1 ? [...shared][0]! : undefined;
  const alike = [best!, ...identical];
  const all = alike.length === 2 ? "both" : "all";
  const scoredMore = verdict.summaries.some(
    ({candidate, scored}) => alike.includes(candidate) && scored !== rowsShared
  );
  const agree = scoredMore
    ? `On the ${rowsShared === undefined ? "rows" : rowsText(rowsShared)} that ${all} have a score for, ${few(alike)} ${all} score ${summary.scored === rowsShared ? mean : "the same"}`
    : `${few(alike)} scored the same on every one of ${rowsText(rowsShared!)} (${interval ? `${mean}, ${interval}` : mean})`;
  const inside = `by less than ${difference(margin)}${verdict.figure === undefined ? "" : ` in ${verdict.figure}`}`;
  if (kind === "tie") {
    const advice = decides && !held ? " Choose by cost." : "";
    if (identical.length === 0) return `${few(set)} are a tie: they differ ${inside}.${advice}`;
    return others.length === 0
      ? `${agree}: a tie.${advice}`
      : `${agree}; ${few(others)} ${others.length > 1 ? "differ" : "differs"} from them ${inside}: a tie.${advice}`;
  }
  if (identical.length > 0 && others.length === 0)
    return margin > 0
      ? `${agree}: ${rowsNeeded === undefined ? "more rows" : `about ${rowsText(rowsNeeded, "more ", formatEstimate)}`} like these would show that they differ ${inside}.`
      : `${agree}.`;
  // Those within the margin may well differ significantly.
  const near = others.filter((name) => comparisons.some(({b, within}) => b === name && within));
  const open = others.filter((name) => !near.includes(name));
  const apart = `not significantly different from ${few(open.length > 0 ? open : others)}`;
  const which = verdict.unaskedRows === undefined ? "more labelled " : "more ";
  const rows =
    rowsNeeded === undefined ? `${which}rows` : `about ${rowsText(rowsNeeded, which, formatEstimate)}`;
  const tie =
    verdict.rowsForTie === undefined
      ? ""
      : `, about ${formatEstimate(verdict.rowsForTie)} to show that it differs ${inside}`;
  const more = `${rows} would be needed to decide${tie}.`;
  const beside =
    open.length > 0 && near.length > 0
      ? ` ${few(near)} ${near.length > 1 ? "differ" : "differs"} from ${identical.length > 0 ? "them" : "it"} ${inside}.`
      : "";
  if (identical.length > 0 && scoredMore)
    return `${agree}; ${all === "both" ? "neither" : "none"} differs significantly from ${few(open.length > 0 ? open : others)}; ${more}${beside}`;
  return identical.length > 0
    ? `${agree}, best of all, but ${apart}; ${more}${beside}`
    : `${best} scored best, ${score}, but is ${apart}; ${more}${beside}`;
}

function rowsText(n: number, which = "", write = formatCount): string {
  return `${write(n)} ${which}${n === 1 ? "row" : "rows"}`;
}
