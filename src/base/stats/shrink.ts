import {normalCdf, normalQuantile} from "./distributions/normal.js";
import {quantile} from "./quantile.js";
import type {Interval} from "./types.js";

export interface Shrunk extends Interval {
  estimate: number;
  /** With τ as estimated; the interval allows for its error as well. */
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
 * κᵢ SEᵢ² + (1 − κᵢ)² var μ̂. Keeps small slices from topping (or ending) a table by luck. The interval is between quantiles of the
 * normal distributions that each τ would give, weighed by how well that τ fits (a flat prior on τ ≥ 0 and on μ): few slices do not tell τ, and
 * taking it as known would hold in 86% of cases.
 * Undefined below three slices with a positive standard error: then the spread between slices cannot be learned.
 * Sources: Paule and Mandel (1982); Morris (1983), JASA 78; Gelman (2006), Bayesian Analysis 1, for the prior.
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
    const squares = known.reduce((sum, {y, v}) => sum + (y - mean) ** 2 / (v + tau2), 0);
    return {tau2, mean, variance: 1 / total, squares};
  };
  const excess = (tau2: number) => at(tau2).squares - (known.length - 1);
  let tau2 = 0;
  if (excess(0) > 0) {
    let low = 0;
    let high = 1e-6;
    while (excess(high) > 0) high *= 2;
    for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
      tau2 = (low + high) / 2;
      if (excess(tau2) > 0) low = tau2;
      else high = tau2;
    }
  }
  const grid = spreads(
    Math.sqrt(
      tau2 +
        quantile(
          known.map(({v}) => v),
          0.5
        )!
    )
  ).map(({tau2, width}) => {
    const fit = at(tau2);
    const terms = known.reduce((sum, {v}) => sum + Math.log(v + tau2), 0);
    return {...fit, log: Math.log(width) + (Math.log(fit.variance) - terms - fit.squares) / 2};
  });
  const top = grid.reduce((most, {log}) => Math.max(most, log), -Infinity);
  const likely = grid.filter(({log}) => log > top - 12);
  const estimated = at(tau2);
  return {
    slices: slices.map((slice): Shrunk | undefined => {
      if (!slice) return undefined;
      const v =
        slice.standardError !== undefined && slice.standardError > 0 ? slice.standardError ** 2 : Infinity;
      const given = (fit: ShrinkageFit) => shrunkAt(fit, slice.estimate, v);
      const {kept, estimate, standardError} = given(estimated);
      const parts = likely.map((fit) => ({...given(fit), weight: Math.exp(fit.log - top)}));
      return {
        estimate,
        standardError,
        kept,
        low: Math.min(estimate, mixtureQuantile(parts, (1 - level) / 2)),
        high: Math.max(estimate, mixtureQuantile(parts, (1 + level) / 2))
      };
    }),
    mean: estimated.mean,
    spread: Math.sqrt(tau2),
    level
  };
}

/** The common mean and its variance, were τ² this. */
interface ShrinkageFit {
  tau2: number;
  mean: number;
  variance: number;
}

function shrunkAt({tau2, mean, variance}: ShrinkageFit, y: number, v: number) {
  const kept = v === Infinity ? 0 : tau2 / (tau2 + v);
  const own = v === Infinity ? tau2 : kept * v;
  return {
    kept,
    estimate: kept * y + (1 - kept) * mean,
    standardError: Math.sqrt(own + (1 - kept) ** 2 * variance)
  };
}

/** Values of τ from 0 up, half of them below `scale`, and how much of the line each stands for. */
function spreads(scale: number): {tau2: number; width: number}[] {
  const points = 50;
  return Array.from({length: points}, (_, i) => {
    const x = (i + 0.5) / points;
    return {tau2: ((scale * x) / (1 - x)) ** 2, width: 1 / (1 - x) ** 2};
  });
}

/** Of normal distributions that are mixed by their weights: Newton's method, which halves the bracket where it would leave it. */
function mixtureQuantile(
  parts: readonly {estimate: number; standardError: number; weight: number}[],
  p: number
): number {
  const total = parts.reduce((sum, {weight}) => sum + weight, 0);
  const at = (x: number) => {
    let [below, density] = [0, 0];
    for (const {estimate, standardError, weight} of parts) {
      const z = (x - estimate) / standardError;
      below += (weight / total) * normalCdf(z);
      density += (weight / total / standardError) * Math.exp((-z * z) / 2);
    }
    return {below, density: density / Math.sqrt(2 * Math.PI)};
  };
  const {estimate, standardError} = parts[Math.floor(parts.length / 2)]!;
  let x = estimate + normalQuantile(p) * standardError;
  let [low, high] = [-Infinity, Infinity];
  for (let i = 0; i < 60; i++) {
    const {below, density} = at(x);
    if (below < p) low = x;
    else high = x;
    const step = (below - p) / density;
    const next = x - Math.max(-standardError, Math.min(standardError, step));
    if (Math.abs(next - x) < 1e-5 * standardError) return next;
    x = next > low && next < high ? next : (low + high) / 2;
  }
  return x;
}
