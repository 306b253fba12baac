import type {Matrix} from "./linearAlgebra.js";

/** Where random numbers come from: uniform and normal ones. */
export interface NumberSource {
  (): number;
  normal(): number;
}

export interface DrawnErrors {
  /** Draws anew. */
  draw: () => void;
  /** The standard error drawn for candidate i, or for the difference of i and j. */
  errorOf: (i: number, j?: number) => number;
}

/**
 * Standard errors that other rows would have shown, of means with the covariance root · rootᵀ: each candidate's is wrong by a factor of its own,
 * √(χ²/df), and those of candidates that go together go together. They come from a Wishart matrix with df degrees of freedom: by
 * Bartlett's decomposition where these suffice for all candidates, else as a sum of df squares of normal vectors, of which a fraction f counts
 * by a Beta(f/2, (1−f)/2) number, which makes its squares χ² with f.
 */
export function drawnErrors(root: Matrix, df: number, next: NumberSource): DrawnErrors {
  const k = root.length;
  const parts = Array.from({length: Math.min(k, Math.ceil(df))}, () => new Float64Array(k));
  const errorOf = (i: number, j?: number) => {
    let sum = 0;
    for (const part of parts) sum += (part[i]! - (j === undefined ? 0 : part[j]!)) ** 2;
    return Math.sqrt(sum / df);
  };
  const numbers = new Float64Array(k);
  const bartlett = () => {
    for (let m = 0; m < k; m++) {
      numbers[m] = Math.sqrt(chiSquared(df - m, next));
      for (let i = m + 1; i < k; i++) numbers[i] = next.normal();
      multiply(root, numbers, parts[m]!, m);
    }
  };
  const sum = () => {
    for (const [m, part] of parts.entries()) {
      const times = m + 1 > df ? Math.sqrt(beta(df % 1, next)) : 1;
      for (let i = 0; i < k; i++) numbers[i] = times * next.normal();
      multiply(root, numbers, part);
    }
  };
  return {draw: df > k - 1 ? bartlett : sum, errorOf};
}

/** root · numbers, of which those before `from` are taken for 0. */
export function multiply(root: Matrix, numbers: Float64Array, into: Float64Array, from = 0): void {
  for (let i = 0; i < root.length; i++) {
    const row = root[i]!;
    let sum = 0;
    for (let j = from; j <= i; j++) sum += row[j]! * numbers[j]!;
    into[i] = sum;
  }
}

function beta(fraction: number, next: NumberSource): number {
  const [part, rest] = [chiSquared(fraction, next), chiSquared(1 - fraction, next)];
  return part / (part + rest);
}

/** A chi-squared number as twice a gamma one, by the method of Marsaglia and Tsang (2000). */
export function chiSquared(df: number, next: NumberSource): number {
  const shape = df / 2;
  const boost = shape < 1 ? (1 - next()) ** (1 / shape) : 1;
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  for (;;) {
    const z = next.normal();
    const v = (1 + z / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - next()) < (z * z) / 2 + d * (1 - v + Math.log(v))) return 2 * d * v * boost;
  }
}
