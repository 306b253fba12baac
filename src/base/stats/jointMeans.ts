import {chiSquared, type DrawnErrors, drawnErrors, multiply, type NumberSource} from "./drawnErrors.js";
import {addShare, degreesOfFreedom, effectiveNumber, noShares} from "./groupShares.js";
import {type Matrix, zeros} from "./linearAlgebra.js";
import {isPresent} from "./present.js";
import {rng} from "./rng.js";
import type {Seed} from "./seed.js";
import type {Clusters, Scores} from "./types.js";

export interface JointMeans {
  means: number[];
  /** Covariance of the means, by the jackknife over rows or groups. */
  covariance: Matrix;
  /** Of each candidate, whether every score that counts is 0 or 1. */
  binary: boolean[];
  /** Of each candidate, the lowest and the highest score that counts. */
  lowest: number[];
  highest: number[];
  /** Rows that every candidate has a score for. */
  n: number;
  /** Rows, or groups of rows: the independent units. */
  units: number;
  /** How many units with equally many rows would say as much. */
  effectiveUnits: number;
  /** For the t distribution: units − 1 where all have equally many rows. */
  df: number;
}

/**
 * Means of several candidates over the rows that all of them have, with their joint covariance:
 * (C−1)/C · Σ_c u_c u_cᵀ with u_c = Σ_{i∈c} (xᵢ − x̄) / (n − n_c), as `groupedError`. Undefined below two units.
 */
export function jointMeans(columns: readonly Scores[], clusters?: Clusters): JointMeans | undefined {
  const length = columns[0]?.length ?? 0;
  for (const column of columns)
    if (column.length !== length) throw new Error(`paired scores: ${column.length} rows against ${length}`);
  const complete = Array.from({length}, (_, i) => i).filter((i) => columns.every((c) => isPresent(c[i])));
  const n = complete.length;
  const groups = complete.map((i) => clusters?.[i] ?? `row\0${i}`);
  const kept = columns.map((column) => Float64Array.from(complete, (i) => column[i]!));
  const means = kept.map((column) => column.reduce((sum, value) => sum + value, 0) / n);
  const number = new Map([...new Set(groups)].map((group, c) => [group, c]));
  const units = number.size;
  if (columns.length === 0 || units < 2) return undefined;
  const group = Int32Array.from(groups, (name) => number.get(name)!);
  const rows = new Float64Array(units);
  for (const c of group) rows[c]!++;
  const shares = noShares();
  for (const count of rows) addShare(shares, count / n);
  const sums = kept.map((column, j) => {
    const sum = new Float64Array(units);
    for (let i = 0; i < n; i++) sum[group[i]!]! += column[i]! - means[j]!;
    return sum.map((deviation, c) => deviation / (n - rows[c]!));
  });
  const covariance = zeros(columns.length);
  for (let i = 0; i < columns.length; i++)
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let c = 0; c < units; c++) product += sums[i]![c]! * sums[j]![c]!;
      covariance[i]![j] = covariance[j]![i] = (product * (units - 1)) / units;
    }
  const binary = kept.map((column) => column.every((value) => value === 0 || value === 1));
  const lowest = kept.map((column) => column.reduce((least, value) => Math.min(least, value), Infinity));
  const highest = kept.map((column) => column.reduce((most, value) => Math.max(most, value), -Infinity));
  return {
    means,
    covariance,
    binary,
    lowest,
    highest,
    n,
    units,
    effectiveUnits: effectiveNumber(shares),
    df: degreesOfFreedom(shares)
  };
}

/** One draw of what other rows would have shown. */
interface Draw {
  /** Of each mean from its true value, in units of the scores. */
  deviation: Float64Array;
  errorOf: DrawnErrors["errorOf"];
}

/**
 * With so many degrees of freedom or more, all errors of a draw are taken to be wrong by one factor, √(χ²/df): with fewer, the one
 * candidate of many whose error is too small by luck stands out.
 */
const MANY = 40;

/**
 * Deviations of the means from their true values, `draws` times, as the Gaussian multiplier bootstrap gives them:
 * Σ_c e_c u_c with standard normal e is exactly normal with this covariance, so it is drawn from it directly. The errors have df
 * degrees of freedom, so that deviation / error of a single candidate has the t distribution.
 */
export function* deviations(joint: JointMeans, seed: Seed, draws: number): Generator<Draw> {
  const {covariance, df} = joint;
  const root = cholesky(covariance);
  const next = rng(seed, "multiplier");
  const normal = new Float64Array(covariance.length);
  const deviation = new Float64Array(covariance.length);
  const errors = df < MANY ? drawnErrors(root, df, next) : alikeErrors(covariance, df, next);
  for (let n = 0; n < draws; n++) {
    for (let i = 0; i < normal.length; i++) normal[i] = next.normal();
    multiply(root, normal, deviation);
    errors.draw();
    yield {deviation, errorOf: errors.errorOf};
  }
}

function alikeErrors(covariance: Matrix, df: number, next: NumberSource): DrawnErrors {
  let factor = 1;
  return {
    draw: () => (factor = Math.sqrt(chiSquared(df, next) / df)),
    errorOf: (i, j) => factor * Math.sqrt(varianceOf(covariance, i, j))
  };
}

/** Of candidate i's mean, or of its difference from j's. */
function varianceOf(covariance: Matrix, i: number, j?: number): number {
  const own = covariance[i]![i]!;
  return j === undefined ? own : Math.max(0, own + covariance[j]![j]! - 2 * covariance[i]![j]!);
}

/** Lower triangular root; a candidate that is a combination of earlier ones gets a zero on the diagonal. */
function cholesky(matrix: Matrix): Matrix {
  const root = zeros(matrix.length);
  for (let i = 0; i < matrix.length; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i]![j]!;
      for (let k = 0; k < j; k++) rest -= root[i]![k]! * root[j]![k]!;
      if (i === j) root[i]![i] = rest > 1e-12 * matrix[i]![i]! ? Math.sqrt(rest) : 0;
      else root[i]![j] = root[j]![j]! > 0 ? rest / root[j]![j]! : 0;
    }
  return root;
}
