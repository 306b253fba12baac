import {bootstrapInterval, type BootstrapInterval} from "./bootstrapInterval.js";
import {pairedUnits} from "./pairedUnits.js";
import {resampleMeans, type Units} from "./resample.js";
import type {Seed} from "./seed.js";
import type {Clusters, Scores} from "./types.js";

export interface BootstrapOptions {
  seed: Seed;
  /** Default 10,000. */
  resamples?: number;
  level?: number;
  /** Resample whole groups of rows instead of rows. */
  clusters?: Clusters;
}

/** Percentile interval of a mean paired difference (`low`, `high`), with the BCa interval beside it. */
export interface PairedBootstrap extends BootstrapInterval {
  /** Rows that both candidates have a score for. */
  n: number;
  clusters?: number;
}

/**
 * Bootstrap of the mean difference first − second over the rows that both have, in the units of the scores: rows
 * (or groups) are drawn with replacement. Gives the percentile interval, the BCa and the expanded one, and a two-sided
 * p value from the centred distribution, (1 + #{|δ* − δ̂| ≥ |δ̂|}) / (1 + resamples). The same seed and rows give the same
 * numbers, whatever the rows' order. Undefined below two shared rows or groups.
 *
 * Source: Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapters 13, 14 and 16.
 */
export function pairedBootstrap(
  first: Scores,
  second: Scores,
  options: BootstrapOptions
): PairedBootstrap | undefined {
  return pairedBootstrapAll([first], second, options)[0];
}

/** `pairedBootstrap` of every column against one reference; all share the draws, which makes it fast. */
export function pairedBootstrapAll(
  columns: readonly Scores[],
  reference: Scores,
  options: BootstrapOptions
): (PairedBootstrap | undefined)[] {
  const units = pairedUnits(columns, reference, options.clusters);
  const work = resampleMeans(units, options.resamples ?? 10_000, options.seed);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value.map((means, i) => summarise(units, i, means, options));
  }
}

/**
 * The same numbers without holding the event loop for more than about `slice` milliseconds (default 12) at a time.
 * `pause` waits between slices; an aborted signal rejects with its reason.
 */
export async function pairedBootstrapAllAsync(
  columns: readonly Scores[],
  reference: Scores,
  options: BootstrapOptions & {slice?: number; pause?: () => Promise<void>; signal?: AbortSignal}
): Promise<(PairedBootstrap | undefined)[]> {
  const {slice = 12, pause = () => new Promise<void>((resolve) => setTimeout(resolve)), signal} = options;
  const rest = async () => {
    signal?.throwIfAborted();
    await pause();
    return performance.now() + slice;
  };
  const units = pairedUnits(columns, reference, options.clusters);
  const work = resampleMeans(units, options.resamples ?? 10_000, options.seed);
  let until = await rest();
  let step = work.next();
  for (; !step.done; step = work.next()) if (performance.now() >= until) until = await rest();
  const results: (PairedBootstrap | undefined)[] = [];
  for (let i = 0; i < columns.length; i++) {
    await rest();
    results.push(summarise(units, i, step.value[i]!, options));
  }
  return results;
}

function summarise(
  units: Units,
  column: number,
  means: Float64Array,
  {level = 0.95, clusters}: BootstrapOptions
): PairedBootstrap | undefined {
  const {sums, rows} = units.columns[column]!;
  const interval = bootstrapInterval(means, sums, rows, level);
  if (!interval) return undefined;
  const n = rows.reduce((total, count) => total + count, 0);
  return {...interval, n, clusters: clusters ? rows.filter((count) => count > 0).length : undefined};
}
