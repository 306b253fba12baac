import {isPresent} from "./present.js";
import type {Interval} from "./types.js";

export interface ConfidenceSequenceOptions {
  /** Confidence that the interval holds at every moment, however often it is looked at; default 0.95. */
  level?: number;
  /** The range a score can have; default [0, 1]. */
  bounds?: readonly [low: number, high: number];
  /** Resolution: bounds are rounded outwards to (high − low)/grid; default 2,000. */
  grid?: number;
}

export interface ConfidenceSequence {
  /** Takes one more score; a missing one is skipped. A score outside the bounds is an error. */
  add(score: number | null | undefined): void;
  /** The mean's interval, valid at this and all other moments together; undefined before the first score. */
  interval(): Interval | undefined;
  /** Mean of the scores so far. */
  estimate(): number | undefined;
  readonly n: number;
}

/**
 * Anytime-valid interval for the mean of bounded scores: with probability `level` the true mean is inside at every
 * moment, so a gate may look after every batch and stop when it likes. Scores of a group that are not independent go in
 * as one score, the group's mean. Bounds only ever move inwards.
 *
 * Method: for every possible mean m on a grid, two gamblers bet against it, one that scores are higher and one that
 * they are lower; a mean is given up for good once either's capital exceeds 2/α (the hedged capital process with
 * truncation ½ and predictable bets λ_t = √(2 ln(2/α) / (σ̂²_{t−1} t ln(1+t)))). A step costs as much as the grid points left.
 * Source: Waudby-Smith and Ramdas (2024), JRSS B 86, "Estimating means of bounded random variables by betting".
 */
export function confidenceSequence(options: ConfidenceSequenceOptions = {}): ConfidenceSequence {
  const {level = 0.95, bounds = [0, 1], grid = 2000} = options;
  const [floor, ceiling] = bounds;
  const span = ceiling - floor;
  const threshold = 2 / (1 - level);
  const higher = new Float64Array(grid + 1).fill(1);
  const lower = new Float64Array(grid + 1).fill(1);
  const log = 2 * Math.log(threshold);
  let first = 0;
  let last = grid;
  let n = 0;
  let total = 0;
  // One pretended score of ½ with variance ¼, so that the first bets are defined before anything was seen.
  let squares = 0.25;

  const add = (score: number | null | undefined): void => {
    if (!isPresent(score)) return;
    if (score < floor || score > ceiling)
      throw new Error(`score ${score} is outside its bounds, ${floor} to ${ceiling}`);
    const x = (score - floor) / span;
    const t = n + 1;
    // σ̂²_{t−1} is squares / t.
    const bet = Math.sqrt(log / (squares * Math.log(1 + t)));
    for (let g = first; g <= last; g++) {
      const m = g / grid;
      higher[g]! *= 1 + (bet * m < 0.5 ? bet : 0.5 / m) * (x - m);
      lower[g]! *= 1 - (bet * (1 - m) < 0.5 ? bet : 0.5 / (1 - m)) * (x - m);
    }
    while (first < last && higher[first]! >= threshold) first++;
    while (last > first && lower[last]! >= threshold) last--;
    n = t;
    total += x;
    squares += (x - (0.5 + total) / (t + 1)) ** 2;
  };
  return {
    add,
    interval() {
      if (n === 0) return undefined;
      // A given-up grid point is the bound: means between it and the next one were not tried.
      const low = first > 0 ? (first - 1) / grid : 0;
      const high = last < grid ? (last + 1) / grid : 1;
      return {low: floor + span * low, high: floor + span * high};
    },
    estimate: () => (n === 0 ? undefined : floor + (span * total) / n),
    get n() {
      return n;
    }
  };
}

export interface PairedConfidenceSequence extends Omit<ConfidenceSequence, "add"> {
  /** Takes a row's scores of both candidates; a row that one of them lacks is skipped. */
  add(first: number | null | undefined, second: number | null | undefined): void;
}

/** The same for the mean difference first − second on the same rows; `bounds` are those of a single score. */
export function pairedConfidenceSequence(options: ConfidenceSequenceOptions = {}): PairedConfidenceSequence {
  const [low, high] = options.bounds ?? [0, 1];
  const sequence = confidenceSequence({...options, bounds: [low - high, high - low]});
  return {
    add(first, second) {
      if (isPresent(first) && isPresent(second)) sequence.add(first - second);
    },
    interval: sequence.interval,
    estimate: sequence.estimate,
    get n() {
      return sequence.n;
    }
  };
}
