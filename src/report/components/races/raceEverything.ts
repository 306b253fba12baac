import type {Everything} from "../../../evals/races/everything.js";
import {listNames} from "../../../evals/decisions/points.js";
import type {RaceCourse} from "./raceScores.js";

/** Whether a run that asked all candidates about all rows comes to the same choice as the race. */
export function everythingText({outcome, rounds}: RaceCourse, {best, set}: Everything): string {
  const dropped = rounds.find((round) => round.dropped.some(({candidate}) => candidate === best));
  const choice =
    best === outcome?.best
      ? `comes out the same: ${best} leads there too`
      : `comes out otherwise: ${best} leads there, ${dropped ? `which the race dropped in round ${dropped.round}` : "which was still in when the race ended"}`;
  const others = set.filter((candidate) => candidate !== best);
  const left = others.length > 0 ? `${listNames(others)} not shown to be worse` : "no other that may be best";
  return `Running everything ${choice}. One look at all rows leaves ${left}.`;
}
