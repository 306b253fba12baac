import {groupSums} from "./groupRows.js";
import type {Clusters, Scores} from "./types.js";

export interface ClusteredError {
  standardError: number;
  /** Number of groups C. */
  clusters: number;
  /** C − 1, for the t distribution. */
  df: number;
}

/**
 * Cluster-robust standard error of the mean, for rows that share a group (a thread, a document, repeats of a
 * question): √( C/(C−1) · Σ_c (Σ_{i∈c} (x_i − x̄))² ) / n, with C − 1 degrees of freedom. With groups of one
 * row it equals `standardError`. Undefined below two groups. Too small where groups are of unequal size: intervals go by `groupedError`.
 *
 * Source: Liang and Zeger (1986), Biometrika 73; the correction is Stata's vce(cluster) for a mean ("CR1").
 */
export function clusteredStandardError(scores: Scores, clusters: Clusters): ClusteredError | undefined {
  const found = groupSums(scores, clusters);
  const count = found?.sums.length ?? 0;
  if (!found || count < 2) return undefined;
  const n = found.rows.reduce((total, rows) => total + rows, 0);
  let squares = 0;
  for (const sum of found.sums) squares += sum * sum;
  return {
    standardError: Math.sqrt((count / (count - 1)) * squares) / n,
    clusters: count,
    df: count - 1
  };
}
