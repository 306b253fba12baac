import type {RaceDrop, RacePair} from "./raceTypes.js";

export type RaceLead = NonNullable<RaceDrop["lead"]>;

/**
 * By how much `first` leads `second` by the intervals of a round's pairs, whichever way round the pair is kept; `meanBy` is that of
 * `first`. Undefined when the pair has no interval.
 */
export function leadOf(pairs: readonly RacePair[], first: string, second: string): RaceLead | undefined {
  for (const {a, b, observations, estimate, low, high, meanA, meanB} of pairs) {
    if (estimate === undefined || low === undefined || high === undefined) continue;
    if (a === first && b === second) return {estimate, low, high, observations, meanBy: meanA, mean: meanB};
    if (a === second && b === first)
      return {estimate: -estimate, low: -high, high: -low, observations, meanBy: meanB, mean: meanA};
  }
  return undefined;
}
