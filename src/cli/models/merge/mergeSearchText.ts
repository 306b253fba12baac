import {points, type RaceOutcome, type Verdict} from "../../../evals/decisions/index.js";
import {listNames} from "../../../evals/decisions/points.js";
import type {SearchCandidates, Tries} from "../../../evals/mergeSearch/index.js";
import {type EarlierSearches, earlierText} from "../../../evals/mergeSearch/earlierSearches.js";
import {plural} from "../../terminal/plural.js";
import {raceText} from "../../evals/runs/raceText.js";
import type {EvalOutcome} from "../../evals/run/runEvals.js";
import type {FinalFacts, Over} from "../../../evals/mergeSearch/searchFacts.js";
import {dim} from "../../terminal/terminal.js";
import {verdictText} from "../../evals/verdict/verdictText.js";

/** What settings give that are left out of a search. */
export const NO_MERGE = "a parent, the base, the average, another try or nothing";

export function spaceText({tries, of, leftOut}: Tries, {parents}: SearchCandidates): string {
  const raced = `${plural(tries.length, "merge")} of ${plural(of, "setting")} in the space, ${parents.length} parents and their average`;
  const looked = tries.length + leftOut;
  return leftOut === 0
    ? raced
    : `${raced}; ${leftOut} of ${looked < of ? `the ${looked} settings drawn` : plural(looked, "setting")} ${leftOut === 1 ? "gives" : "give"} ${NO_MERGE}: left out`;
}

/** Who ran in a search's race. */
function fieldText({tries, of}: Tries, {parents}: SearchCandidates): string {
  return `${plural(tries.length, "merge")} tried (of ${plural(of, "setting")} in the search space), ${parents.length} parents and the uniform average`;
}

export function raceWords(tries: Tries, made: SearchCandidates): string {
  return `A race of ${fieldText(tries, made)}, on the validation part: the winner's score here is too high on average.`;
}

export function finalWords(
  tries: Tries,
  made: SearchCandidates,
  outcome: RaceOutcome,
  {part, earlier}: {part: string; earlier: EarlierSearches}
): string {
  const onPart =
    earlier.seen === 0
      ? `Nothing was chosen on this ${part} part, so its intervals need no correction for the tries.`
      : `This search chose nothing on this ${part} part; ${earlierText(earlier, part)}.`;
  return `${raceEnd(outcome, made)} The race was of ${fieldText(tries, made)}, on the validation part. All parents are scored here. ${onPart}`;
}

/** How the race ended, with who is scored beside the winner. */
function raceEnd({kind, best, set}: RaceOutcome, {parents}: SearchCandidates): string {
  const isParent = parents.includes(best!);
  const others = set.filter((name) => name !== best);
  if (kind === "pick")
    return `${best} won the race${isParent ? ": no merge beat it" : ", and is scored here once"}.`;
  if (kind === "within-margin")
    return `${best} led the race: ${listNames(others)} ${others.length > 1 ? "are" : "is"} better by at most the margin, if at all.`;
  const copies = isParent ? ": no merge is shown to be better" : "";
  return `${best} led the race, undecided against ${listNames(others)}${copies}.`;
}

export function searchText(race: EvalOutcome, final: EvalOutcome, words: string, facts: FinalFacts): string {
  const each = facts.overParents.filter(({difference, low}) => difference !== undefined && low !== undefined);
  const {model, winner} = facts;
  const verdict = final.verdict!;
  const action = headline(facts, verdict);
  return [
    raceText(race.race!),
    "",
    verdictText(final.result.manifest!, {...verdict, action, sentence: action}),
    words,
    ...(each.length > 1
      ? [
          `Over each parent, with intervals that hold for all together: ${each.map((one) => `${one.parent} ${overText(one)}`).join("; ")}.`
        ]
      : []),
    ...(model === undefined ? [] : [dim(`Model ${winner} (${model.slice(0, 12)})`)])
  ].join("\n");
}

/** What a search asks: the winner against its parents, corrected for these alone. The average and the other pairs are beside it. */
export function headline(
  {winner, bestParent, overBestParent: over}: FinalFacts,
  {action, held, margin}: Pick<Verdict, "action" | "held" | "margin">
): string {
  if (held || over?.difference === undefined || over.low === undefined || over.high === undefined)
    return action;
  const by = overText(over);
  if (over.low > -margin && over.high < margin)
    return `Keep ${bestParent}: ${winner} differs from its best parent by less than the margin, ${by}.`;
  if (over.low > 0) return `Take ${winner}: it is ${by} better than the best of its parents.`;
  return over.high < 0
    ? `Keep ${bestParent}: ${winner} is worse, by ${overText(turned(over))}.`
    : `Keep ${bestParent} for now: ${winner} is not shown to be better than the best of its parents, ${by}.`;
}

function turned({difference, low, high}: Over): Over {
  return {difference: -difference!, low: -high!, high: -low!};
}

function overText({difference, low, high}: Over): string {
  return `${points(difference!)} points (${points(low!)} to ${points(high!)})`;
}
