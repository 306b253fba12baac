import {isPresent} from "./present.js";
import type {Clusters, Scores} from "./types.js";

export interface PairedEValueOptions {
  /** How far below `second` the mean of `first` may lie, in score units; default 0. */
  tolerance?: number;
  /** The range a score can have; default [0, 1]. */
  bounds?: readonly [low: number, high: number];
  /** A group of rows that are not independent is one observation, its mean. */
  clusters?: Clusters;
}

export interface PairedEValue {
  /** Evidence that `first` is worse: its expectation is at most 1 when it is not. At most 1e300. */
  eValue: number;
  /** Rows, or groups of rows, that have both scores. */
  n: number;
}

/** Shares of the greatest bet that the null hypothesis allows. */
const BETS = Array.from({length: 6}, (_, power) => 0.95 / 2 ** power);
const MOST = 1e300;

/**
 * E-value against the hypothesis that the mean of first − second, over rows that both have, is at least −`tolerance`.
 * Large values speak for a loss: by Markov's inequality it is 20 or more in at most 5% of cases where there is none.
 * Undefined when no row has both scores; a score outside the bounds is an error.
 *
 * Method: with z the difference plus the tolerance, as a share of the bounds' span, a gambler who bets the share λ on
 * every row has the capital ∏ (1 − λ z), which no fixed λ from 0 to 1 / (1 + tolerance) lets grow in expectation unless
 * the mean of z is below 0. The e-value is the mean capital of six gamblers, λ halved from one to the next, so that the
 * order of rows changes nothing. Rows need not be alike.
 * Source: Waudby-Smith and Ramdas (2024), JRSS B 86, "Estimating means of bounded random variables by betting", with a
 * fixed mixture in place of its predictable bets.
 */
export function pairedEValue(
  first: Scores,
  second: Scores,
  {tolerance = 0, bounds = [0, 1], clusters}: PairedEValueOptions = {}
): PairedEValue | undefined {
  const [low, high] = bounds;
  for (const scores of [first, second])
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i];
      if (isPresent(score) && (score < low || score > high))
        throw new Error(`score ${score} is outside its bounds, ${low} to ${high}`);
    }
  const differences = groupDifferences(first, second, clusters);
  if (differences.length === 0) return undefined;
  const span = high - low;
  const allowed = tolerance / span;
  const capitals = BETS.map((share) => {
    const bet = share / (1 + allowed);
    let log = 0;
    let capital = 1;
    differences.forEach((difference, i) => {
      capital *= 1 - bet * (difference / span + allowed);
      // A factor is from 0.05 to 1.95: so many of them neither vanish nor overflow.
      if (i % 64 === 63) {
        log += Math.log(capital);
        capital = 1;
      }
    });
    return log + Math.log(capital);
  });
  const greatest = Math.max(...capitals);
  const total = capitals.reduce((sum, log) => sum + Math.exp(log - greatest), 0);
  return {eValue: Math.min(MOST, Math.exp(greatest) * (total / BETS.length)), n: differences.length};
}

/** first − second of every row that has both, or its mean over a group's rows. */
function groupDifferences(first: Scores, second: Scores, clusters?: Clusters): number[] {
  const differences: number[] = [];
  const groups = new Map<string | number, {sum: number; rows: number}>();
  for (let i = 0; i < first.length; i++) {
    const a = first[i];
    const b = second[i];
    if (!isPresent(a) || !isPresent(b)) continue;
    const name = clusters?.[i];
    if (name == null) {
      differences.push(a - b);
      continue;
    }
    const group = groups.get(name);
    if (group) {
      group.sum += a - b;
      group.rows++;
    } else groups.set(name, {sum: a - b, rows: 1});
  }
  for (const {sum, rows} of groups.values()) differences.push(sum / rows);
  return differences;
}
