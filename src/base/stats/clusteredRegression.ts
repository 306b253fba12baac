import {studentQuantile, studentTwoSided} from "./distributions/studentT.js";
import {addShare, degreesOfFreedom, noShares} from "./groupShares.js";
import {invert, type Matrix, multiply, orthonormal, transpose, zeros} from "./linearAlgebra.js";
import {isPresent} from "./present.js";
import type {Clusters, Interval, Scores} from "./types.js";
import {intersection} from "./twoWayClusters.js";

export interface Coefficient extends Interval {
  estimate: number;
  /** As Stata's vce(cluster) prints it. */
  standardError: number;
  /** Of "the coefficient is 0", by the same method as the interval. */
  p: number;
}

export interface ClusteredRegression {
  intercept: Coefficient;
  /** One for each column of the predictors, in units of the scores per unit of the predictor. */
  slopes: Coefficient[];
  n: number;
  clusters: number;
  /** C − 1, as Stata takes for its errors. */
  df: number;
}

/**
 * Least squares of scores on predictors (the length of an answer, say, to see a judge's bias for length), with errors
 * that allow for rows that go together, by QR: (XᵀX)⁻¹ (Σ_c X_cᵀe_c e_cᵀX_c) (XᵀX)⁻¹ · C/(C−1) · (n−1)/(n−k). Intervals and p values go by the
 * jackknife over groups, which is right for groups of unequal size too, as `groupedError` is for a mean: (C−1)/C · Σ_c (β − β₍c₎)², t
 * with the degrees of freedom of the shares that the groups have in the coefficient. Rows with a missing score or predictor are left out; without `clusters` every row is its own group. Undefined
 * with no more rows than coefficients, below two groups, and when predictors determine one another. With a `second` way in which
 * rows go together, errors allow for both: V₁ + V₂ − V₁₂, df by the way that leaves fewer; a coefficient whose sum is not
 * positive takes the greater of the two one-way variances.
 * Sources: Stata's regress, vce(cluster); Cameron, Gelbach and Miller (2011); MacKinnon, Nielsen and Webb (2023), Journal of
 * Econometrics 232, for the jackknife.
 */
export function clusteredRegression(
  scores: Scores,
  predictors: readonly Scores[],
  {clusters, second, level = 0.95}: {clusters?: Clusters; second?: Clusters; level?: number} = {}
): ClusteredRegression | undefined {
  const ways = [clusters, second, second && clusters && intersection(scores, clusters, second)];
  const rows: RegressionRow[] = [];
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
  const design = orthonormal(rows.map(({x}) => x));
  if (!design) return undefined;
  const {q, inverse} = design;
  const along = transpose(q).map((column) => column.reduce((sum, value, i) => sum + value * rows[i]!.y, 0));
  const turned = rows.map(({y, groups: own}, i): TurnedRow => ({
    q: q[i]!,
    residual: y - q[i]!.reduce((sum, value, j) => sum + value * along[j]!, 0),
    groups: own
  }));
  const estimates = times(inverse, along);
  const ofWays = counts.length === 1 ? [0] : [0, 1, 2];
  const published = ofWays.map((way) => {
    const meat = meatOf(turned, k, way);
    return multiply(multiply(inverse, meat), transpose(inverse)).map((row, j) => row[j]!);
  });
  const leftOut = ofWays.map((way) => jackknifeOf(turned, inverse, way));
  const [intercept, ...slopes] = estimates.map((estimate, j): Coefficient => {
    const standardError = Math.sqrt(together(published.map((variances) => variances[j]!)));
    const error = Math.sqrt(together(leftOut.map(({variances}) => variances[j]!)));
    const df = Math.min(...leftOut.slice(0, counts.length).map((way) => way.df[j]!));
    const half = studentQuantile((1 + level) / 2, df) * error;
    const p = error > 0 ? studentTwoSided(estimate / error, df) : estimate === 0 ? 1 : 0;
    return {estimate, standardError, low: estimate - half, high: estimate + half, p};
  });
  return {intercept: intercept!, slopes, n, clusters: groups, df: groups - 1};
}

/** Of one way in which rows go together, or of two and of both at once. */
function together([one, two, both]: readonly number[]): number {
  if (two === undefined || both === undefined) return Math.max(0, one!);
  const sum = one! + two - both;
  return sum > 0 ? sum : Math.max(0, one!, two);
}

const times = (matrix: Matrix, vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, value, j) => sum + value * vector[j]!, 0));

interface RegressionRow {
  x: number[];
  y: number;
  /** By either way, and by both. */
  groups: (string | number)[];
}

/** A row of the design's orthonormal columns: there XᵀX is 1, however alike the predictors are. */
interface TurnedRow {
  q: readonly number[];
  residual: number;
  groups: (string | number)[];
}

/** A share beyond which a group is taken to hold all that tells a coefficient. */
const WHOLE = 1 - 1e-9;

/** Variances of the coefficients by leaving out group after group, and their degrees of freedom. */
function jackknifeOf(
  rows: readonly TurnedRow[],
  inverse: Matrix,
  way: number
): {variances: number[]; df: number[]} {
  const groups = new Map<string | number, TurnedRow[]>();
  for (const row of rows) {
    const known = groups.get(row.groups[way]!);
    if (known) known.push(row);
    else groups.set(row.groups[way]!, [row]);
  }
  const squares = inverse.map(() => 0);
  const shares = inverse.map(noShares);
  const wholes = inverse.map((row) => row.reduce((sum, value) => sum + value * value, 0));
  for (const own of groups.values()) {
    const design = transpose(own.map(({q}) => [...q]));
    const part = multiply(design, transpose(design));
    const pull = times(
      design,
      own.map(({residual}) => residual)
    );
    const share = inverse.map((row, j) =>
      Math.min(WHOLE, times(part, row).reduce((sum, value, i) => sum + value * row[i]!, 0) / wholes[j]!)
    );
    // Where no other group tells a coefficient, it cannot be left out.
    const isAlone = share.some((one) => one === WHOLE);
    const rest = isAlone
      ? undefined
      : invert(part.map((row, i) => row.map((value, j) => (i === j ? 1 : 0) - value)));
    times(inverse, rest ? times(rest, pull) : pull).forEach((change, j) => (squares[j]! += change ** 2));
    shares.forEach((sums, j) => addShare(sums, share[j]!));
  }
  const few = (groups.size - 1) / groups.size;
  return {variances: squares.map((sum) => few * sum), df: shares.map(degreesOfFreedom)};
}

/** Σ_c Q_cᵀe_c e_cᵀQ_c with the correction for few groups. */
function meatOf(rows: readonly TurnedRow[], k: number, way: number): number[][] {
  const pulls = new Map<string | number, number[]>();
  for (const {q, residual, groups} of rows) {
    const group = groups[way]!;
    const pull = pulls.get(group) ?? new Array<number>(k).fill(0);
    pulls.set(
      group,
      pull.map((value, j) => value + q[j]! * residual)
    );
  }
  const meat = zeros(k);
  const correction = ((pulls.size / (pulls.size - 1)) * (rows.length - 1)) / (rows.length - k);
  for (const pull of pulls.values())
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) meat[i]![j]! += correction * pull[i]! * pull[j]!;
  return meat;
}
