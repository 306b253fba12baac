import {describedInterval} from "./bootstrapInterval.js";
import type {Interval} from "./types.js";
import {rng} from "./rng.js";
import type {Seed} from "./seed.js";

/** A row's contribution to a corpus figure: counts that are added up over rows (BLEU's n-gram matches, say). */
export type CorpusRows = readonly ArrayLike<number>[];

export interface CorpusDifference extends Interval {
  estimate: number;
  standardError: number;
  level: number;
  /** Two-sided p of the bootstrap, (1 + #{|δ* − mean δ*| ≥ |δ|}) / (1 + resamples). */
  bootstrapP: number;
  /**
   * The p value that Moses and sacreBLEU print, (1 + #{|δ*| − mean |δ*| > |δ|}) / (1 + resamples): about half of
   * `bootstrapP` for a clear difference, since it looks at one side only. For comparing with published figures.
   */
  mosesP: number;
  /** Two-sided p of approximate randomisation: the two candidates' rows swapped at random. */
  permutationP: number;
  n: number;
  resamples: number;
}

/**
 * Difference first − second of a figure that is computed from sums over rows, such as BLEU, chrF or macro F1, whose
 * value is no mean of row scores. `figure` gets the summed counts. Percentile interval and two tests, all from the
 * seed; default 1,000 resamples. Undefined without rows.
 *
 * Sources: Koehn (2004) for the bootstrap, with the centring of Riezler and Maxwell (2005); Noreen (1989) for
 * approximate randomisation.
 */
export function corpusDifference(
  first: CorpusRows,
  second: CorpusRows,
  figure: (sums: Float64Array) => number,
  {seed, resamples = 1000, level = 0.95}: {seed: Seed; resamples?: number; level?: number}
): CorpusDifference | undefined {
  if (first.length !== second.length)
    throw new Error(`paired rows: ${first.length} against ${second.length}`);
  const n = first.length;
  if (n === 0) return undefined;
  const width = first[0]!.length;
  // Both candidates' counts side by side, so that a drawn row is added in one go.
  const both = new Float64Array(n * 2 * width);
  const change = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    both.set(first[i]!, i * 2 * width);
    both.set(second[i]!, (i * 2 + 1) * width);
    for (let j = 0; j < width; j++) change[i * width + j] = second[i]![j]! - first[i]![j]!;
  }
  const sums = new Float64Array(2 * width);
  const difference = () => figure(sums.slice(0, width)) - figure(sums.slice(width));
  for (let i = 0; i < n; i++) addRow(sums, both, i);
  const totals = sums.slice();
  const estimate = difference();
  const replicates = new Float64Array(resamples);
  const draw = rng(seed, "corpus bootstrap");
  for (let k = 0; k < resamples; k++) {
    sums.fill(0);
    for (let i = 0; i < n; i++) addRow(sums, both, draw.int(n));
    replicates[k] = difference();
  }
  const swap = rng(seed, "corpus permutation");
  const moved = new Float64Array(width);
  let extreme = 0;
  for (let k = 0; k < resamples; k++) {
    moved.fill(0);
    for (let start = 0; start < n; start += 32) {
      let signs = swap.int(0x100000000);
      for (let i = start; i < Math.min(start + 32, n); i++, signs >>>= 1)
        if (signs & 1) addRow(moved, change, i);
    }
    for (let j = 0; j < width; j++) {
      sums[j] = totals[j]! + moved[j]!;
      sums[width + j] = totals[width + j]! - moved[j]!;
    }
    if (Math.abs(difference()) >= Math.abs(estimate) - 1e-12) extreme++;
  }
  const {low, high, standardError} = describedInterval(replicates.slice().sort(), estimate, undefined, level);
  const center = replicates.reduce((sum, value) => sum + value, 0) / resamples;
  const sizes = replicates.map(Math.abs);
  const meanSize = sizes.reduce((sum, value) => sum + value, 0) / resamples;
  const larger = sizes.filter((value) => value - meanSize > Math.abs(estimate)).length;
  const far = replicates.filter((value) => Math.abs(value - center) >= Math.abs(estimate)).length;
  const share = (count: number) => (1 + count) / (1 + resamples);
  return {
    estimate,
    low,
    high,
    standardError,
    level,
    bootstrapP: share(far),
    mosesP: share(larger),
    permutationP: share(extreme),
    n,
    resamples
  };
}

function addRow(to: Float64Array, rows: Float64Array, row: number): void {
  for (let j = 0, at = row * to.length; j < to.length; j++, at++) to[j]! += rows[at]!;
}
