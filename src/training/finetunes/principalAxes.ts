import type * as MatricesLibrary from "ml-matrix";
import {onFirstUse} from "../../base/system/index.js";

const matrices = onFirstUse<typeof MatricesLibrary>("ml-matrix");

/** The leading axes of a set of vectors: their mean, and unit axes as rows, most variance first. */
export interface PrincipalAxes {
  mean: Float64Array;
  axes: Float64Array[];
  /** Variance along each axis. */
  variances: number[];
}

/**
 * Principal component analysis by the eigenvectors of the covariance matrix. Each axis points so that its largest
 * component is positive, so the same vectors give the same axes.
 */
export function principalAxes(vectors: readonly Float32Array[], count: number): PrincipalAxes {
  const dimensions = vectors[0]?.length ?? 0;
  const mean = new Float64Array(dimensions);
  for (const vector of vectors) for (let d = 0; d < dimensions; d++) mean[d]! += vector[d]! / vectors.length;
  const {EigenvalueDecomposition, Matrix} = matrices();
  const decomposed = new EigenvalueDecomposition(new Matrix(covariance(vectors, mean)), {
    assumeSymmetric: true
  });
  const values = decomposed.realEigenvalues;
  const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!);
  const leading = order.slice(0, Math.min(count, dimensions));
  return {
    mean,
    axes: leading.map((i) => pointed(Float64Array.from(decomposed.eigenvectorMatrix.getColumn(i)))),
    variances: leading.map((i) => Math.max(0, values[i]!))
  };
}

function covariance(vectors: readonly Float32Array[], mean: Float64Array): Float64Array[] {
  const dimensions = mean.length;
  const matrix = Array.from({length: dimensions}, () => new Float64Array(dimensions));
  const centred = new Float64Array(dimensions);
  for (const vector of vectors) {
    for (let d = 0; d < dimensions; d++) centred[d] = vector[d]! - mean[d]!;
    for (let i = 0; i < dimensions; i++) {
      const row = matrix[i]!;
      const value = centred[i]!;
      for (let j = i; j < dimensions; j++) row[j]! += value * centred[j]!;
    }
  }
  for (let i = 0; i < dimensions; i++)
    for (let j = i; j < dimensions; j++) matrix[j]![i] = matrix[i]![j]! /= vectors.length;
  return matrix;
}

function pointed(axis: Float64Array): Float64Array {
  let largest = 0;
  for (const value of axis) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? axis.map((value) => -value) : axis;
}
