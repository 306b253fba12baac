import {describe} from "./bootstrapInterval.js";
import {type Interval} from "./types.js";
import {rng} from "./rng.js";
import {type Seed} from "./seed.js";

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
  const a = flatten(first, width);
  const b = flatten(second, width);
  const sumsA = new Float64Array(width);
  const sumsB = new Float64Array(width);
  const difference = () => figure(sumsA) - figure(sumsB);
  const add = (to: Float64Array, from: Float64Array, row: number) => {
    for (let j = 0, at = row * width; j < width; j++, at++) to[j]! += from[at]!;
  };
  const clear = () => {
    sumsA.fill(0);
    sumsB.fill(0);
  };
  for (let i = 0; i < n; i++) {
    add(sumsA, a, i);
    add(sumsB, b, i);
  }
  const estimate = difference();
  const replicates = new Float64Array(resamples);
  const draw = rng(seed, "corpus bootstrap");
  for (let k = 0; k < resamples; k++) {
    clear();
    for (let i = 0; i < n; i++) {
      const row = draw.int(n);
      add(sumsA, a, row);
      add(sumsB, b, row);
    }
    replicates[k] = difference();
  }
  const swap = rng(seed, "corpus permutation");
  let extreme = 0;
  for (let k = 0; k < resamples; k++) {
    clear();
    for (let i = 0; i < n; i++) {
      const swapped = swap() < 0.5;
      add(sumsA, swapped ? b : a, i);
      add(sumsB, swapped ? a : b, i);
    }
    if (Math.abs(difference()) >= Math.abs(estimate) - 1e-12) extreme++;
  }
  const {low, high, standardError} = describe(replicates.slice().sort(), estimate, undefined, level);
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

function flatten(rows: CorpusRows, width: number): Float64Array {
  const flat = new Float64Array(rows.length * width);
  rows.forEach((row, i) => flat.set(row, i * width));
  return flat;
}
