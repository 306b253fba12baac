import {studentQuantile, studentTwoSided} from "./distributions/studentT.js";
import {invert, multiply, transpose, zeros} from "./linearAlgebra.js";
import {isPresent} from "./present.js";
import {type Clusters, type Interval, type Scores} from "./types.js";

export interface Coefficient extends Interval {
  estimate: number;
  standardError: number;
  p: number;
}

export interface ClusteredRegression {
  intercept: Coefficient;
  /** One for each column of the predictors, in units of the scores per unit of the predictor. */
  slopes: Coefficient[];
  n: number;
  clusters: number;
  df: number;
}

/**
 * Least squares of scores on predictors (the length of an answer, say, to see a judge's bias for length), with errors
 * that allow for rows that go together: (XᵀX)⁻¹ (Σ_c X_cᵀe_c e_cᵀX_c) (XᵀX)⁻¹ · C/(C−1) · (n−1)/(n−k), t with C − 1 degrees of
 * freedom. Rows with a missing score or predictor are left out; without `clusters` every row is its own group. Undefined
 * with no more rows than coefficients, below two groups, and when predictors determine one another.
 * Source: Stata's regress, vce(cluster).
 */
export function clusteredRegression(
  scores: Scores,
  predictors: readonly Scores[],
  {clusters, level = 0.95}: {clusters?: Clusters; level?: number} = {}
): ClusteredRegression | undefined {
  const rows: {x: number[]; y: number; group: string | number}[] = [];
  for (let i = 0; i < scores.length; i++) {
    const y = scores[i];
    const x = predictors.map((column) => column[i]);
    if (isPresent(y) && x.every(isPresent)) rows.push({x: [1, ...x], y, group: clusters?.[i] ?? `row\0${i}`});
  }
  const k = predictors.length + 1;
  const n = rows.length;
  const groups = new Set(rows.map(({group}) => group)).size;
  if (n <= k || groups < 2) return undefined;
  const design = rows.map(({x}) => x);
  const bread = invert(multiply(transpose(design), design));
  if (!bread) return undefined;
  const moments = transpose(design).map((column) =>
    column.reduce((sum, value, i) => sum + value * rows[i]!.y, 0)
  );
  const estimates = bread.map((row) => row.reduce((sum, value, j) => sum + value * moments[j]!, 0));
  const pulls = new Map<string | number, number[]>();
  for (const {x, y, group} of rows) {
    const residual = y - x.reduce((sum, value, j) => sum + value * estimates[j]!, 0);
    const pull = pulls.get(group) ?? new Array<number>(k).fill(0);
    pulls.set(
      group,
      pull.map((value, j) => value + x[j]! * residual)
    );
  }
  const meat = zeros(k);
  const correction = ((groups / (groups - 1)) * (n - 1)) / (n - k);
  for (const pull of pulls.values())
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) meat[i]![j]! += correction * pull[i]! * pull[j]!;
  const covariance = multiply(multiply(bread, meat), bread);
  const df = groups - 1;
  const [intercept, ...slopes] = estimates.map((estimate, j): Coefficient => {
    const standardError = Math.sqrt(Math.max(0, covariance[j]![j]!));
    const half = studentQuantile((1 + level) / 2, df) * standardError;
    const p = standardError > 0 ? studentTwoSided(estimate / standardError, df) : estimate === 0 ? 1 : 0;
    return {estimate, standardError, low: estimate - half, high: estimate + half, p};
  });
  return {intercept: intercept!, slopes, n, clusters: groups, df};
}
