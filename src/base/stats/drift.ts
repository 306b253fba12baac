import {chiSquaredTail} from "./distributions/chiSquared.js";

/** Rows of each category on two sides, in one order of categories. */
export interface TwoCounts {
  before: readonly number[];
  after: readonly number[];
}

export interface ChiSquaredDrift {
  statistic: number;
  degreesOfFreedom: number;
  p: number;
  /** The smallest expected count; below 5 the p value is rough. */
  leastExpected: number;
}

/**
 * Pearson's test that two samples have the same category shares, without continuity correction. Categories that are
 * empty on both sides are left out. Undefined when a side is empty or fewer than two categories are left.
 */
export function chiSquaredDrift({before, after}: TwoCounts): ChiSquaredDrift | undefined {
  refuseUnlike({before, after});
  const pairs = before.map((n, i) => [n, after[i]!] as const).filter(([a, b]) => a + b > 0);
  const [totalBefore, totalAfter] = [sum(before), sum(after)];
  if (totalBefore === 0 || totalAfter === 0 || pairs.length < 2) return undefined;
  const total = totalBefore + totalAfter;
  let statistic = 0;
  let leastExpected = Infinity;
  for (const [a, b] of pairs)
    for (const [observed, side] of [
      [a, totalBefore],
      [b, totalAfter]
    ] as const) {
      const expected = ((a + b) * side) / total;
      statistic += (observed - expected) ** 2 / expected;
      leastExpected = Math.min(leastExpected, expected);
    }
  const degreesOfFreedom = pairs.length - 1;
  return {statistic, degreesOfFreedom, p: chiSquaredTail(statistic, degreesOfFreedom), leastExpected};
}

/**
 * Population stability index: Σ (q − p) ln(q / p) over category shares, from 0; 0.1 is called slight and 0.25
 * strong. Half a row is added to every category of each side, since an empty one would make it infinite. Undefined when
 * a side is empty.
 */
export function populationStability({before, after}: TwoCounts): number | undefined {
  refuseUnlike({before, after});
  if (sum(before) === 0 || sum(after) === 0) return undefined;
  const p = shares(before, 0.5);
  const q = shares(after, 0.5);
  return p.reduce((total, share, i) => total + (q[i]! - share) * Math.log(q[i]! / share), 0);
}

/**
 * Jensen–Shannon distance of category shares: the root of the divergence with logarithms to base 2, from 0 (the same) to 1
 * (nothing in common). Undefined when a side is empty.
 */
export function jensenShannon({before, after}: TwoCounts): number | undefined {
  refuseUnlike({before, after});
  if (sum(before) === 0 || sum(after) === 0) return undefined;
  const p = shares(before, 0);
  const q = shares(after, 0);
  const toMiddle = (side: readonly number[]) =>
    side.reduce(
      (total, share, i) => (share > 0 ? total + share * Math.log2((2 * share) / (p[i]! + q[i]!)) : total),
      0
    );
  return Math.sqrt(Math.max(0, (toMiddle(p) + toMiddle(q)) / 2));
}

function refuseUnlike({before, after}: TwoCounts): void {
  const wrong = [...before, ...after].find((n) => !(n >= 0 && n < Infinity));
  if (before.length !== after.length || wrong !== undefined)
    throw new RangeError(`counts of ${before.length} and ${after.length} categories: ${wrong ?? "unlike"}`);
}

function shares(counts: readonly number[], add: number): number[] {
  const total = sum(counts) + add * counts.length;
  return counts.map((n) => (n + add) / total);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, n) => total + n, 0);
}
