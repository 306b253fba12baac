import {alikeInterval, type ScoreBounds} from "./alikeInterval.js";
import {ROUNDING, scoreInterval, type ScoreSpread} from "./scoreInterval.js";
import type {Interval} from "./types.js";

/**
 * Interval of a mean that lies within bounds, both of them finite, and whether a score made it: mean ± critical · error where that
 * stays inside, else Wilson's interval of the mean's share of the range at its effective number of rows, and `alikeInterval` where
 * the error is none. Never beyond the bounds.
 */
export function boundedInterval(
  mean: number,
  {standardError, critical, units}: ScoreSpread,
  bounds: ScoreBounds
): Interval & {isScore: boolean} {
  const [least, most] = bounds;
  const span = most - least;
  // Rounding may bring a mean of scores at a bound beyond it.
  const inside = Math.min(most, Math.max(least, mean));
  if (standardError <= ROUNDING * span)
    return {...alikeInterval(inside, units, critical, bounds), isScore: true};
  const half = critical * standardError;
  const [low, high] = [inside - half, inside + half];
  if (low >= least && high <= most) return {low, high, isScore: false};
  const share = scoreInterval((inside - least) / span, {
    standardError: standardError / span,
    critical,
    units
  });
  return {low: least + span * share.low, high: least + span * share.high, isScore: true};
}
