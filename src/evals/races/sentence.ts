import {formatCount, listNames, neverScoredText, points} from "../decisions/points.js";
import type {RaceOutcome, RaceSettings} from "../decisions/raceTypes.js";

interface RaceExtent {
  rows: number;
  /** Candidates that were dropped without a score. */
  unscored: readonly string[];
}

/** How a race ended, in one or two sentences without markup. */
export function raceSentence(
  outcome: Omit<RaceOutcome, "sentence">,
  settings: RaceSettings,
  {rows, unscored}: RaceExtent
): string {
  const {calls, callsOfEverything} = outcome;
  const share = callsOfEverything > 0 ? Math.round((100 * calls) / callsOfEverything) : 0;
  const used = `${formatCount(rows)} of ${formatCount(settings.rows)} rows and ${formatCount(calls)} of ${formatCount(callsOfEverything)} calls (${share}%)`;
  if (rows === 0) return "The race ended before a row was scored.";
  if (outcome.best === undefined)
    return `Nothing was scored in ${used}, so that there is nothing to decide, and the race was stopped.`;
  if (outcome.kind === "pick") return pickSentence(outcome.best, used, settings, {rows, unscored});
  const ended = endedSentence(outcome, outcome.best, used, settings);
  return unscored.length > 0 ? `${ended} ${neverScoredText(unscored)}` : ended;
}

function pickSentence(
  best: string,
  used: string,
  settings: RaceSettings,
  {rows, unscored}: RaceExtent
): string {
  if (unscored.length > 0) return `${best} was left after ${used}. ${neverScoredText(unscored)}`;
  if (settings.errorRate === undefined) {
    const when = rows < settings.rows ? "the budget was spent" : "all rows were used up";
    return `${best} was left when ${when}, after ${used}; a race for a budget controls no error rate.`;
  }
  return `${best} won the race after ${used}; the best candidate is dropped in at most ${points(settings.errorRate)}% of races.`;
}

function endedSentence(
  {kind, why, set}: Omit<RaceOutcome, "sentence">,
  best: string,
  used: string,
  settings: RaceSettings
): string {
  if (kind === "within-margin")
    return `${best} leads after ${used}: whichever of ${listNames(set)} is best, it is at most ${points(settings.margin)} points better than ${best}.`;
  const others = set.slice(1);
  const are = others.length > 1 ? "are" : "is";
  if (kind === "rows-used-up")
    return `${best} leads after ${used}, and no rows are left to tell whether ${listNames(others)} ${are} as good.`;
  const reason = why === undefined ? "" : ` (${why})`;
  return `The race was stopped after ${used}${reason}: ${best} leads, and ${listNames(others)} ${are} still in.`;
}
