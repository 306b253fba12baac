import {incompleteBeta} from "./incompleteBeta.js";
import {logGamma} from "./logGamma.js";

/** P(X = k) for X ~ Binomial(n, p). */
export function binomialProbability(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0;
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  const choose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return Math.exp(choose + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** P(X ≤ k) for X ~ Binomial(n, p). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incompleteBeta(1 - p, n - k, k + 1);
}

/**
 * Exact two-sided binomial test: the probability of every outcome no likelier than k. Between 0 and 1;
 * undefined for n = 0. Same rule as R's binom.test.
 */
export function binomialTest(k: number, n: number, p = 0.5): number | undefined {
  if (!(k >= 0 && k <= n && p >= 0 && p <= 1)) throw new RangeError(`binomialTest: ${k} of ${n}, p = ${p}`);
  if (n < 1) return undefined;
  const limit = binomialProbability(k, n, p) * (1 + 1e-7);
  const mode = Math.floor((n + 1) * p);
  if (binomialProbability(mode, n, p) <= limit) return 1;
  const likely = (i: number) => binomialProbability(i, n, p) > limit;
  // On the far side of the mode the probabilities only fall, so the cut is found by bisection.
  if (k < mode) {
    let low = mode;
    let high = n + 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (likely(middle)) low = middle;
      else high = middle;
    }
    return Math.min(1, binomialCdf(k, n, p) + binomialCdf(n - high, n, 1 - p));
  }
  let low = -1;
  let high = mode;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (likely(middle)) high = middle;
    else low = middle;
  }
  return Math.min(1, binomialCdf(low, n, p) + binomialCdf(n - k, n, 1 - p));
}
