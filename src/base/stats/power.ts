import {normalQuantile} from "./distributions/normal.js";

interface PowerOptions {
  /** Chance of detecting the difference if it is there; default 0.8. */
  power?: number;
  /** Two-sided error rate; default 0.05. Divide it by the number of comparisons when several are made. */
  alpha?: number;
  /** How many clustered rows are worth one independent row (SE² clustered / SE² plain); default 1. */
  designEffect?: number;
}

/** How much paired rows differ: the sd of the differences, or for 0/1 scores the share of discordant rows. */
export type DifferenceSpread = {sd: number} | {discordance: number};

/**
 * Rows needed in all (not in addition) to detect a mean paired `difference` (in the units of the scores), rounded up.
 *
 * - With `sd` s of the differences: ((z_{1−α/2} + z_power) s/δ)² + z²_{1−α/2}/2, the last term standing in for the
 *   t distribution (Guenther 1981).
 * - With `discordance` ψ for 0/1 scores: (z_{1−α/2} √ψ + z_power √(ψ − δ²))² / δ² (Connor 1987); δ ≤ ψ.
 *
 * Undefined for a difference of 0, no spread, or a difference larger than the discordance allows.
 */
export function rowsNeeded(
  options: {difference: number} & DifferenceSpread & PowerOptions
): number | undefined {
  const {power = 0.8, alpha = 0.05, designEffect = 1} = options;
  const delta = Math.abs(options.difference);
  const a = normalQuantile(1 - alpha / 2);
  const b = normalQuantile(power);
  if (!(delta > 0)) return undefined;
  if ("sd" in options) {
    if (!(options.sd > 0)) return undefined;
    return Math.ceil(designEffect * (((a + b) * options.sd) / delta) ** 2 + (a * a) / 2);
  }
  const psi = options.discordance;
  if (!(psi > 0) || delta > psi) return undefined;
  return Math.ceil(designEffect * ((a * Math.sqrt(psi) + b * Math.sqrt(psi - delta * delta)) / delta) ** 2);
}

/**
 * Smallest mean paired difference that `n` rows detect with the stated power, in the units of the scores:
 * (z_{1−α/2} + z_power) s / √(n − z²_{1−α/2}/2) with the `sd` s of the differences, and the δ that solves Connor's
 * formula with `discordance`. Undefined when n is too small for any difference to be detected, or without spread.
 */
export function minimumDetectableEffect(
  options: {n: number} & DifferenceSpread & PowerOptions
): number | undefined {
  const {power = 0.8, alpha = 0.05, designEffect = 1} = options;
  const n = options.n / designEffect;
  const a = normalQuantile(1 - alpha / 2);
  const b = normalQuantile(power);
  if ("sd" in options) {
    const rows = n - (a * a) / 2 / designEffect;
    return options.sd > 0 && rows > 0 ? ((a + b) * options.sd) / Math.sqrt(rows) : undefined;
  }
  const psi = options.discordance;
  if (!(psi > 0) || !(n > 0)) return undefined;
  const short = (delta: number) =>
    a * Math.sqrt(psi) + b * Math.sqrt(Math.max(0, psi - delta * delta)) - delta * Math.sqrt(n);
  const most = Math.min(psi, Math.sqrt(psi));
  if (short(most) > 0) return undefined;
  let low = 0;
  let high = most;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (short(middle) > 0) low = middle;
    else high = middle;
  }
  return high;
}
