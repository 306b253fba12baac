import type {RaceDrop, RaceRound} from "../../../evals/decisions/raceTypes.js";

export type RaceLead = NonNullable<RaceDrop["lead"]>;

/** By how much `first` led `second` in a round, whichever way round the pair is kept; undefined when it has no interval. */
export function leadIn({pairs}: RaceRound, first: string, second: string): RaceLead | undefined {
  for (const {a, b, observations, estimate, low, high, meanA, meanB} of pairs) {
    if (estimate === undefined || low === undefined || high === undefined) continue;
    if (a === first && b === second) return {estimate, low, high, observations, meanBy: meanA, mean: meanB};
    if (a === second && b === first)
      return {estimate: -estimate, low: -high, high: -low, observations, meanBy: meanB, mean: meanA};
  }
  return undefined;
}
