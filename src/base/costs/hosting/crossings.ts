import {monthlyUsd} from "./monthly.js";
import type {CostLine} from "./types.js";

/** A volume at which the cheaper of two hostings changes. */
export interface Crossing {
  requestsPerMonth: number;
  /** Which of the two is cheaper just above it. */
  cheaperAbove: "a" | "b";
}

/** More steps of one line than this are not looked at one by one. */
const MOST_STEPS = 400;
const GRID = 240;

/**
 * Where two monthly costs cross between `low` and `high` requests a month, in ascending order. Costs are steps and straight
 * lines: each stretch between two steps is looked at by itself, so that none is missed; with more than 400 steps, those
 * between two points of a fine logarithmic grid may be. Volumes that one of them cannot serve are left out.
 */
export function crossings(
  a: CostLine,
  b: CostLine,
  {low = 1, high}: {low?: number; high: number}
): Crossing[] {
  const gap = (requests: number): number | undefined => {
    const [one, other] = [monthlyUsd(a, requests), monthlyUsd(b, requests)];
    return one === undefined || other === undefined ? undefined : one - other;
  };
  const found: Crossing[] = [];
  let before: {at: number; gap: number} | undefined;
  for (const at of points([a, b], low, high)) {
    const here = gap(at);
    if (here === undefined) break;
    if (here === 0) continue;
    if (before && Math.sign(before.gap) !== Math.sign(here))
      found.push({
        requestsPerMonth: root(gap, before, {at, gap: here}),
        cheaperAbove: here > 0 ? "b" : "a"
      });
    before = {at, gap: here};
  }
  return found;
}

/** Grid points and both sides of every step, ascending. */
function points(lines: readonly CostLine[], low: number, high: number): Float64Array {
  const all: number[] = [];
  for (const {requestsPerUnitMonth: each, minUnits, maxUnits} of lines) {
    if (!Number.isFinite(each)) continue;
    const first = Math.max(minUnits, Math.ceil(low / each));
    const last = Math.min(maxUnits, Math.floor(high / each), first + MOST_STEPS);
    for (let units = first; units <= last; units++) all.push(units * each, units * each * (1 + 1e-8));
  }
  const ratio = high / low;
  for (let i = 0; i <= GRID; i++) all.push(low * ratio ** (i / GRID));
  return Float64Array.from(all.filter((at) => at >= low && at <= high)).sort();
}

/** Where the sign changes between two volumes, by bisection. */
function root(
  gap: (requests: number) => number | undefined,
  from: {at: number; gap: number},
  to: {at: number; gap: number}
): number {
  let [low, high] = [from.at, to.at];
  for (let i = 0; i < 80 && high - low > 1e-9 * high; i++) {
    const middle = (low + high) / 2;
    if (Math.sign(gap(middle) ?? 0) === Math.sign(from.gap)) low = middle;
    else high = middle;
  }
  return high;
}
