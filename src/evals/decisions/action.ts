import {formatCount, formatEstimate, few, neverScoredText} from "./points.js";
import {representativeOf} from "./representative.js";
import {writerOf} from "./scoreScale.js";
import type {Verdict} from "./types.js";

/**
 * What to do, in one or two sentences: keep the baseline, switch, or choose among equals. `baseline` is what is in use;
 * without one there is nothing to keep. Candidates of one of the groups `sameWeights` are named as one.
 */
export function actionOf(
  verdict: Omit<Verdict, "sentence" | "action" | "risks">,
  baseline: string | undefined
): string {
  const action = scoredAction(verdict, baseline);
  const unscored = verdict.best === undefined ? [] : neverScored(verdict);
  return unscored.length > 0 ? `${action} ${neverScoredText(unscored)}` : action;
}

/** The candidate that `actionOf` tells to keep, take or switch to; the best where it leaves the choice open or advises nobody. */
export function namedCandidate(
  verdict: Pick<
    Verdict,
    "kind" | "best" | "set" | "choice" | "sameWeights" | "comparisons" | "race" | "held"
  >,
  baseline: string | undefined
): string | undefined {
  const {kind, best, set, choice, sameWeights = [], comparisons, race, held} = verdict;
  if (best === undefined || held || kind === "pick" || race?.outcome === "within-margin") return best;
  const keeps = baseline !== undefined && set.includes(baseline);
  if (kind === "tie")
    return choice?.reason ? choice.candidate : keeps ? baseline : (choice?.candidate ?? best);
  if (keeps) return representativeOf(baseline, set, sameWeights);
  const isCompared = baseline !== undefined && comparisons.some(({b}) => b === baseline);
  return representativeOf(isCompared ? best : (choice?.candidate ?? best), set, sameWeights);
}

/** Candidates without one score; of a race, which says itself whom it dropped so, none. */
export function neverScored({summaries, race}: Pick<Verdict, "summaries" | "race">): string[] {
  return race ? [] : summaries.filter(({scored}) => scored === 0).map(({candidate}) => candidate);
}

/** Why no candidate is the best. */
export function nothingToDecide({figure, hasNoValue}: Pick<Verdict, "figure" | "hasNoValue">): string {
  const why = hasNoValue ? `${figure} has no value on these rows` : "Nothing was scored";
  return `${why}, so there is nothing to decide.`;
}

function scoredAction(
  verdict: Omit<Verdict, "sentence" | "action" | "risks">,
  baseline: string | undefined
): string {
  const {kind, best, set, choice, sameWeights = [], comparisons} = verdict;
  if (best === undefined) return nothingToDecide(verdict);
  const name = (one: string) => representativeOf(one, set, sameWeights);
  const names = (all: readonly string[]) => few([...new Set(all.map(name))]);
  if (kind === "pick") return pickAction(verdict, best, baseline);
  if (kind === "tie") return tieAction(verdict, baseline, name);
  if (verdict.race?.outcome === "within-margin") return withinMarginAction(verdict, best, baseline);
  const rows = moreRows(verdict);
  const others = set.filter((one) => name(one) !== name(best));
  if (baseline !== undefined && set.includes(baseline))
    return `Keep ${name(baseline)} for now: nothing is shown to be better. ${rows}`;
  if (baseline === undefined || !comparisons.some(({b}) => b === baseline))
    return `Take ${name(choice?.candidate ?? best)} for now: nothing is shown to be better. ${rows}`;
  const open = others.length > 0 ? `; whether ${names(others)} would be better still is open` : "";
  return `Switch to ${name(best)}: it is shown to be better than ${baseline}${open}. ${rows}`;
}

function pickAction(
  {comparisons, race, scale, summaries}: Pick<Verdict, "comparisons" | "race" | "scale" | "summaries">,
  best: string,
  baseline: string | undefined
): string {
  const unscored = (race?.dropped ?? []).filter(({why}) => why === "no-scores");
  if (unscored.length > 0) return unscoredAction(unscored, best, baseline);
  if (race && race.errorRate === undefined) {
    const verb = best === baseline ? "Keep" : baseline === undefined ? "Take" : "Switch to";
    const when = race.rows < race.rowsOfPart ? "the budget was spent" : "all rows were used up";
    // Else the table shows another one with a better mean, and nothing says why that one went.
    const own = summaries.find(({candidate}) => candidate === best)?.mean ?? 0;
    const by = (summaries[0]?.mean ?? 0) > own ? ", by means with failed rows counted as 0" : "";
    return `${verb} ${best}: it was left when ${when}${by}.`;
  }
  const never = neverScored({summaries, race});
  if (comparisons.length === 0 && never.length > 0)
    return `${best === baseline ? "Keep" : "Take"} ${best} for now: no other candidate has a score.`;
  if (comparisons.length === 0) return `Take ${best}: there is no other candidate to compare it with.`;
  const others = never.length > 0 ? "every other candidate with a score" : "every other candidate";
  if (best === baseline) return `Keep ${best}: it is shown to be better than ${others}.`;
  const against = comparisons.find(({b}) => b === baseline);
  if (against?.difference === undefined || against.low === undefined || against.high === undefined)
    return `${baseline === undefined || never.includes(baseline) ? "Take" : "Switch to"} ${best}: it is shown to be better than ${others}.`;
  const {number, difference} = writerOf(scale);
  return `Switch to ${best}: it is ${difference(against.difference)} (${number(against.low)} to ${number(against.high)}) better than ${baseline}.`;
}

/** A candidate without a score was not shown to be worse: what it is worth is not known. */
function unscoredAction(
  unscored: readonly {candidate: string}[],
  best: string,
  baseline: string | undefined
): string {
  const names = unscored.map(({candidate}) => candidate);
  const verb =
    best === baseline ? "Keep" : baseline === undefined || names.includes(baseline) ? "Take" : "Switch to";
  return `${verb} ${best}: it was left in the race, and ${few(names)} ${names.length > 1 ? "were" : "was"} never scored.`;
}

/** The leader of a race may be far better than the others, but is not much worse than any. */
function withinMarginAction(
  {set, margin, scale}: Pick<Verdict, "set" | "margin" | "scale">,
  best: string,
  baseline: string | undefined
): string {
  const verb =
    best === baseline ? "Keep" : baseline === undefined || set.includes(baseline) ? "Take" : "Switch to";
  return `${verb} ${best}: whichever of ${few(set)} is best, it is at most ${writerOf(scale).difference(margin)} better.`;
}

function tieAction(
  {set, choice, best}: Pick<Verdict, "set" | "choice" | "best">,
  baseline: string | undefined,
  name: (one: string) => string
): string {
  const chosen = choice?.candidate ?? best!;
  const tied = [...new Set(set.map(name))];
  const equal =
    tied.length === 1
      ? `${few(set)} have the same weights and are equally good`
      : `${few(tied)} are equally good`;
  if (choice?.reason) return `${equal}; ${chosen} ${choice.reason}.`;
  if (baseline !== undefined && set.includes(baseline)) return `Keep ${baseline}: ${equal}.`;
  return `${equal}: choose by what is not measured here.`;
}

/** Rows need labels only where those that the run has not asked about are not enough. */
function moreRows({
  rowsNeeded,
  rowsForTie,
  unaskedRows = 0
}: Pick<Verdict, "rowsNeeded" | "rowsForTie" | "unaskedRows">): string {
  const labelled = unaskedRows > 0 ? "" : "labelled ";
  const unasked =
    unaskedRows > 0
      ? ` ${formatCount(unaskedRows)} labelled ${unaskedRows === 1 ? "row was" : "rows were"} not asked about yet.`
      : "";
  if (rowsNeeded === undefined)
    return `How many more ${labelled}rows would decide cannot be foreseen.${unasked}`;
  const rows = `About ${formatEstimate(rowsNeeded)} more ${labelled}${rowsNeeded === 1 ? "row" : "rows"}`;
  return rowsForTie === undefined
    ? `${rows} would decide.${unasked}`
    : `${rows} would show the difference, about ${formatEstimate(rowsForTie)} that it is below the margin.${unasked}`;
}
