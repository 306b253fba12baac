import {studentQuantile, studentTwoSided} from "./distributions/studentT.js";
import {invert, multiply, transpose, zeros} from "./linearAlgebra.js";
import {isPresent} from "./present.js";
import type {Clusters, Interval, Scores} from "./types.js";
import {intersection} from "./twoWayClusters.js";

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
 * with no more rows than coefficients, below two groups, and when predictors determine one another. With a `second` way in which
 * rows go together, errors allow for both: V₁ + V₂ − V₁₂, df by the smaller number of groups; a coefficient whose sum is not
 * positive takes the greater of the two one-way variances.
 * Sources: Stata's regress, vce(cluster); Cameron, Gelbach and Miller (2011).
 */
export function clusteredRegression(
  scores: Scores,
  predictors: readonly Scores[],
  {clusters, second, level = 0.95}: {clusters?: Clusters; second?: Clusters; level?: number} = {}
): ClusteredRegression | undefined {
  const ways = [clusters, second, second && clusters && intersection(scores, clusters, second)];
  const rows: Row[] = [];
  for (let i = 0; i < scores.length; i++) {
    const y = scores[i];
    const x = predictors.map((column) => column[i]);
    if (isPresent(y) && x.every(isPresent))
      rows.push({x: [1, ...x], y, groups: ways.map((way) => way?.[i] ?? `row\0${i}`)});
  }
  const k = predictors.length + 1;
  const n = rows.length;
  const counts = (clusters && second ? [0, 1] : [0]).map(
    (way) => new Set(rows.map(({groups}) => groups[way])).size
  );
  const groups = Math.min(...counts);
  if (n <= k || groups < 2) return undefined;
  const design = rows.map(({x}) => x);
  const bread = invert(multiply(transpose(design), design));
  if (!bread) return undefined;
  const moments = transpose(design).map((column) =>
    column.reduce((sum, value, i) => sum + value * rows[i]!.y, 0)
  );
  const estimates = bread.map((row) => row.reduce((sum, value, j) => sum + value * moments[j]!, 0));
  const variances = (way: number) => {
    const meat = meatOf(rows, estimates, way);
    return multiply(multiply(bread, meat), bread).map((row, j) => row[j]!);
  };
  const [one, two, both] = counts.length === 1 ? [variances(0)] : [variances(0), variances(1), variances(2)];
  const variance = (j: number) => {
    if (!two || !both) return one![j]!;
    const sum = one![j]! + two[j]! - both[j]!;
    return sum > 0 ? sum : Math.max(one![j]!, two[j]!);
  };
  const df = groups - 1;
  const [intercept, ...slopes] = estimates.map((estimate, j): Coefficient => {
    const standardError = Math.sqrt(Math.max(0, variance(j)));
    const half = studentQuantile((1 + level) / 2, df) * standardError;
    const p = standardError > 0 ? studentTwoSided(estimate / standardError, df) : estimate === 0 ? 1 : 0;
    return {estimate, standardError, low: estimate - half, high: estimate + half, p};
  });
  return {intercept: intercept!, slopes, n, clusters: groups, df};
}

interface Row {
  x: number[];
  y: number;
  /** By either way, and by both. */
  groups: (string | number)[];
}

/** Σ_c X_cᵀe_c e_cᵀX_c with the correction for few groups. */
function meatOf(rows: readonly Row[], estimates: readonly number[], way: number): number[][] {
  const k = estimates.length;
  const pulls = new Map<string | number, number[]>();
  for (const {x, y, groups} of rows) {
    const group = groups[way]!;
    const residual = y - x.reduce((sum, value, j) => sum + value * estimates[j]!, 0);
    const pull = pulls.get(group) ?? new Array<number>(k).fill(0);
    pulls.set(
      group,
      pull.map((value, j) => value + x[j]! * residual)
    );
  }
  const meat = zeros(k);
  const correction = ((pulls.size / (pulls.size - 1)) * (rows.length - 1)) / (rows.length - k);
  for (const pull of pulls.values())
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) meat[i]![j]! += correction * pull[i]! * pull[j]!;
  return meat;
}
