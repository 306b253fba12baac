import {pairedUnits} from "./pairedUnits.js";
import {rng} from "./rng.js";
import type {Seed} from "./seed.js";
import type {Clusters, Scores} from "./types.js";

export interface PairedPermutation {
  estimate: number;
  /** Two-sided. */
  p: number;
  n: number;
  /** Sign patterns looked at: all 2ⁿ when `exact`. */
  permutations: number;
  exact: boolean;
}

/**
 * Permutation test of the mean difference first − second: under "no difference" each row (or group, with
 * `clusters`) is as likely with the candidates swapped. Up to 14 differing rows or groups all swaps are counted;
 * otherwise `permutations` (default 10,000) seeded ones, with p = (1 + #{|d*| ≥ |d|}) / (1 + permutations). The order of
 * rows does not matter. Undefined without a shared row. Source: Fisher (1935); Phipson and Smyth (2010) for the 1 +.
 */
export function pairedPermutation(
  first: Scores,
  second: Scores,
  {seed, permutations = 10_000, clusters}: {seed: Seed; permutations?: number; clusters?: Clusters}
): PairedPermutation | undefined {
  const {columns} = pairedUnits([first], second, clusters);
  const {sums: all, rows} = columns[0]!;
  const n = rows.reduce((sum, count) => sum + count, 0);
  if (n === 0) return undefined;
  const sums = all.filter((sum) => sum !== 0);
  const total = sums.reduce((sum, value) => sum + value, 0);
  const estimate = total / n;
  const size = sums.reduce((sum, value) => sum + Math.abs(value), 0);
  const far = (sum: number) => Math.abs(sum) >= Math.abs(total) - 1e-12 * size;
  if (sums.length <= 14) {
    const patterns = 2 ** sums.length;
    let extreme = 0;
    for (let pattern = 0; pattern < patterns; pattern++) {
      let sum = 0;
      for (let i = 0; i < sums.length; i++) sum += (pattern >> i) & 1 ? -sums[i]! : sums[i]!;
      if (far(sum)) extreme++;
    }
    return {estimate, p: extreme / patterns, n, permutations: patterns, exact: true};
  }
  let extreme = 0;
  const next = rng(seed, "permutation");
  for (let k = 0; k < permutations; k++) {
    let kept = 0;
    for (let start = 0; start < sums.length; start += 32) {
      const end = Math.min(start + 32, sums.length);
      let signs = next.int(0x100000000);
      for (let i = start; i < end; i++) {
        kept += sums[i]! * (signs & 1);
        signs >>>= 1;
      }
    }
    if (far(2 * kept - total)) extreme++;
  }
  return {estimate, p: (1 + extreme) / (1 + permutations), n, permutations, exact: false};
}
