import {normalQuantile} from "./distributions/normal.js";
import type {Interval} from "./types.js";

export interface Shrunk extends Interval {
  estimate: number;
  standardError: number;
  /** How much of its own figure the slice kept, 0 to 1. */
  kept: number;
}

export interface Shrinkage {
  /** In the order given; undefined where a slice had no figure. A slice without a standard error gets the common mean. */
  slices: (Shrunk | undefined)[];
  /** The precision-weighted common mean. */
  mean: number;
  /** Standard deviation τ of the true figures between slices. */
  spread: number;
  level: number;
}

/**
 * Empirical Bayes for slices: each slice's figure is drawn towards the common mean, the more the less is known about it,
 * θ̂ᵢ = κᵢ yᵢ + (1 − κᵢ) μ̂ with κᵢ = τ² / (τ² + SEᵢ²). τ² is estimated by Paule and Mandel's iteration. The variance is
 * κᵢ SEᵢ² + (1 − κᵢ)² var μ̂. Keeps small slices from topping (or ending) a table by luck.
 * Undefined below three slices with a positive standard error: then the spread between slices cannot be learned.
 * Sources: Paule and Mandel (1982); Morris (1983), JASA 78.
 */
export function shrink(
  slices: readonly ({estimate: number; standardError?: number} | undefined)[],
  {level = 0.95}: {level?: number} = {}
): Shrinkage | undefined {
  const known = slices.flatMap((slice) =>
    slice && slice.standardError !== undefined && slice.standardError > 0
      ? [{y: slice.estimate, v: slice.standardError ** 2}]
      : []
  );
  if (known.length < 3) return undefined;
  const at = (tau2: number) => {
    const total = known.reduce((sum, {v}) => sum + 1 / (v + tau2), 0);
    const mean = known.reduce((sum, {y, v}) => sum + y / (v + tau2), 0) / total;
    const excess = known.reduce((sum, {y, v}) => sum + (y - mean) ** 2 / (v + tau2), 0) - (known.length - 1);
    return {mean, variance: 1 / total, excess};
  };
  let tau2 = 0;
  if (at(0).excess > 0) {
    let low = 0;
    let high = 1e-6;
    while (at(high).excess > 0) high *= 2;
    for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
      tau2 = (low + high) / 2;
      if (at(tau2).excess > 0) low = tau2;
      else high = tau2;
    }
  }
  const {mean, variance} = at(tau2);
  const z = normalQuantile((1 + level) / 2);
  return {
    slices: slices.map((slice): Shrunk | undefined => {
      if (!slice) return undefined;
      const v =
        slice.standardError !== undefined && slice.standardError > 0 ? slice.standardError ** 2 : Infinity;
      const kept = v === Infinity ? 0 : tau2 / (tau2 + v);
      const estimate = kept * slice.estimate + (1 - kept) * mean;
      const own = v === Infinity ? tau2 : kept * v;
      const standardError = Math.sqrt(own + (1 - kept) ** 2 * variance);
      return {
        estimate,
        standardError,
        kept,
        low: estimate - z * standardError,
        high: estimate + z * standardError
      };
    }),
    mean,
    spread: Math.sqrt(tau2),
    level
  };
}
