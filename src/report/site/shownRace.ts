import type {RaceOutcome} from "../../evals/decisions/index.js";
import type {MaskExcerpt} from "../../data/privacy/index.js";
import type {Publishing} from "../../base/store/index.js";
import {shownStop} from "./shownReasons.js";

/** A race with why it was stopped as pages may show it, in its sentence too. */
export function shownRace<R extends {outcome?: RaceOutcome}>(
  race: R,
  publish: Publishing,
  mask?: MaskExcerpt
): R {
  const {outcome} = race;
  if (outcome?.why === undefined) return race;
  const why = shownStop(outcome.why, publish, mask);
  const sentence = outcome.sentence.replace(outcome.why, () => why);
  return {...race, outcome: {...outcome, why, sentence}};
}
