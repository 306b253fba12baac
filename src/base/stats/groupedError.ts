import {addShare, degreesOfFreedom, effectiveNumber, noShares, type ShareSums} from "./groupShares.js";
import {groupSums} from "./groupRows.js";
import type {Clusters, Scores} from "./types.js";

export interface GroupedError {
  standardError: number;
  /** Number of groups C. */
  clusters: number;
  /** How many groups of equal size would say as much: C when all are, near 1 when one holds nearly all rows. */
  effectiveClusters: number;
  /** For the t distribution: C − 1 for groups of equal size, fewer otherwise, at least 1. */
  df: number;
}

/**
 * Standard error of the mean for rows that share a group, right for groups of any sizes: the jackknife that leaves one group out after
 * the other, √( (C−1)/C · Σ_c (x̄ − x̄₍c₎)² ) with x̄ − x̄₍c₎ = Σ_{i∈c} (x_i − x̄) / (n − n_c). For groups of equal size it is
 * `clusteredStandardError` with C − 1 degrees of freedom. A large group draws the mean towards itself, so that its deviation looks small:
 * leaving it out shows what it does. Intervals and tests of clustered rows go by this. In the units of the scores; undefined below
 * two groups.
 *
 * Sources: Bell and McCaffrey (2002), Survey Methodology 28; MacKinnon, Nielsen and Webb (2023), Journal of Econometrics 232 ("CV3").
 */
export function groupedError(scores: Scores, clusters: Clusters): GroupedError | undefined {
  const found = groupSums(scores, clusters);
  return found && errorOfGroups(found.sums, found.rows);
}

/** The same of each group's sum of deviations from the mean and its number of rows; one without rows is none. */
export function errorOfGroups(sums: Float64Array, rows: Float64Array): GroupedError | undefined {
  const n = rows.reduce((total, count) => total + count, 0);
  const shares = noShares();
  let squares = 0;
  for (let c = 0; c < rows.length; c++) {
    if (rows[c] === 0) continue;
    addShare(shares, rows[c]! / n);
    squares += (sums[c]! / (n - rows[c]!)) ** 2;
  }
  return concludeGroups(shares, squares);
}

/**
 * How many times the spread of a bootstrap over the groups the standard error of `errorOfGroups` is, √(C/(C−1)) for groups of equal
 * size, with its degrees of freedom. Undefined below two groups.
 */
export function widening(sums: Float64Array, rows: Float64Array): {times: number; df: number} | undefined {
  const found = errorOfGroups(sums, rows);
  if (!found) return undefined;
  const n = rows.reduce((total, count) => total + count, 0);
  const plain = Math.sqrt(sums.reduce((total, sum) => total + sum ** 2, 0)) / n;
  return {times: plain > 0 ? found.standardError / plain : 1, df: found.df};
}

/** `squares`: of what leaving each group out changes the mean by. */
export function concludeGroups(shares: ShareSums, squares: number): GroupedError | undefined {
  const {groups} = shares;
  if (groups < 2) return undefined;
  return {
    standardError: Math.sqrt(((groups - 1) / groups) * squares),
    clusters: groups,
    effectiveClusters: effectiveNumber(shares),
    df: degreesOfFreedom(shares)
  };
}
