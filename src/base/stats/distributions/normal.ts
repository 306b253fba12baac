import {upperIncompleteGamma} from "./incompleteGamma.js";

/** P(Z > z) of the standard normal distribution, accurate far into the tail. */
export function normalTail(z: number): number {
  const half = 0.5 * upperIncompleteGamma(0.5, (z * z) / 2);
  return z >= 0 ? half : 1 - half;
}

/** P(Z ≤ z) of the standard normal distribution. */
export const normalCdf = (z: number): number => normalTail(-z);

/**
 * The z with P(Z ≤ z) = p; ∓Infinity at 0 and 1. A rational start (Hastings, in Abramowitz and Stegun 26.2.23)
 * is refined by Halley's method against `normalTail`.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  if (p === 0.5) return 0;
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let i = 0; i < 3; i++) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    if (density === 0) break;
    const error = (normalTail(z) - p) / density;
    z += error / (1 - (error * z) / 2);
  }
  return -z;
}
