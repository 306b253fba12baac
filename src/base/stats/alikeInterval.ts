import type {Interval} from "./types.js";

/** The lowest and the highest value that a figure can have. */
export type ScoreBounds = readonly [low: number, high: number];

/**
 * Interval of a mean when all `units` (rows, or groups with their means) said `value`, so that they show no error. By Wilson's interval for
 * all of so many at most q = c²/(units + c²) of them say something else, anywhere within the bounds: value − q·(value − low) to
 * value + q·(high − value). At a bound that is Wilson's own interval, and at a difference of 0 it is Tango's for no discordant row.
 */
export function alikeInterval(
  value: number,
  units: number,
  critical: number,
  [low, high]: ScoreBounds
): Interval {
  const others = critical ** 2 / (units + critical ** 2);
  return {low: value - others * (value - low), high: value + others * (high - value)};
}

/** The critical value whose `alikeInterval` ends at `at`, below 0 when `at` is above the value: the score of "the mean is `at`". */
export function alikeDistance(value: number, units: number, at: number, [low, high]: ScoreBounds): number {
  if (at === value) return 0;
  return at < value
    ? Math.sqrt((units * (value - at)) / Math.max(0, at - low))
    : -Math.sqrt((units * (at - value)) / Math.max(0, high - at));
}
