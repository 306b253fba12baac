import {ROUNDING} from "./scoreInterval.js";
import type {Interval} from "./types.js";

/** How far two ratings differ that are drawn at random from all: the mean of it, of its square, and of the square of one rating's mean. */
export interface ChanceDisagreement {
  mean: number;
  square: number;
  own: number;
}

/** What an agreement rests on: its standard error, the factor on it, and the independent rows or groups. */
interface AgreementSpread {
  standardError: number;
  critical: number;
  units: number;
  /** Rows that it cannot rest on more than, where any two ratings that differ do so by the same. */
  most: number;
}

/**
 * The moments of the disagreement of any two of some ratings: the share of each value among them, and how far values i and j differ.
 */
export function chanceDisagreement(
  shares: readonly number[],
  disagreement: (i: number, j: number) => number
): ChanceDisagreement & {ofValue: number[]} {
  let square = 0;
  const ofValue = shares.map((share, i) =>
    shares.reduce((sum, other, j) => {
      const distance = i === j ? 0 : disagreement(i, j);
      square += share * other * distance ** 2;
      return sum + other * distance;
    }, 0)
  );
  const over = (value: (i: number) => number) => shares.reduce((sum, share, i) => sum + share * value(i), 0);
  return {mean: over((i) => ofValue[i]!), square, own: over((i) => ofValue[i]! ** 2), ofValue};
}

/**
 * Interval of a chance-corrected agreement, 1 − observed / expected disagreement: all κ with |estimate − κ| ≤ critical · √(V(κ)/n), within −1 and 1.
 * V(κ) is the large-sample variance of one row where a share κ of rows have the same rating twice and the others two independent ones
 * (at least 0: below, those of none), so that few rows that all agree still leave doubt. n is V(estimate) / standardError², the independent
 * rows that would give this error, at most `most`; `units` where there is no error.
 * Sources: Bloch and Kraemer (1989), Biometrics 45, for the model; Donner and Eliasziw (1992), Statistics in Medicine 11, for inverting its test.
 */
export function agreementInterval(
  estimate: number,
  chance: ChanceDisagreement,
  rest: AgreementSpread
): Interval {
  const {standardError, critical, units, most} = rest;
  // A single row: nothing can be rejected.
  if (critical === Infinity) return {low: -1, high: 1};
  const seen = modelVariance(estimate, chance);
  const rows = Math.min(
    most,
    standardError > ROUNDING && seen > ROUNDING ? seen / standardError ** 2 : units
  );
  const holds = (kappa: number) =>
    (estimate - kappa) ** 2 <= (critical ** 2 * modelVariance(kappa, chance)) / rows;
  return {low: furthest(estimate, -1, holds), high: furthest(estimate, 1, holds)};
}

function modelVariance(kappa: number, {mean, square, own}: ChanceDisagreement): number {
  const apart = Math.min(1, 1 - kappa);
  const independent = square - 4 * apart * own + 2 * apart * mean ** 2 + apart ** 2 * (2 * own - mean ** 2);
  const alike = apart ** 2 * (4 * own - 3 * mean ** 2);
  return Math.max(0, (apart * independent + (1 - apart) * alike) / mean ** 2);
}

/** The point furthest from `inside` towards `end` that still holds, by bisection. */
function furthest(inside: number, end: number, holds: (value: number) => boolean): number {
  if (holds(end)) return end;
  let [within, beyond] = [inside, end];
  for (let i = 0; i < 60; i++) {
    const middle = (within + beyond) / 2;
    if (holds(middle)) within = middle;
    else beyond = middle;
  }
  return within;
}
