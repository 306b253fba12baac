import {points, type RaceOutcome} from "../../../evals/decisions/index.js";
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
  const {overBestParent: over, overParents} = facts;
  const each = overParents.filter(({difference, low}) => difference !== undefined && low !== undefined);
  return [
    raceText(race.race!),
    "",
    verdictText(final.result.manifest!, final.verdict!),
    words,
    ...(over?.difference === undefined ? [] : [`Over the best single parent: ${overText(over)}.`]),
    ...(each.length > 1
      ? [
          `Over each parent, with intervals that hold for all together: ${each.map((one) => `${one.parent} ${overText(one)}`).join("; ")}.`
        ]
      : []),
    ...(facts.model === undefined ? [] : [dim(`Model ${facts.model}`)])
  ].join("\n");
}

function overText({difference, low, high}: Over): string {
  return `${points(difference!)} points (${points(low!)} to ${points(high!)})`;
}
