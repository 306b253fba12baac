/** The leading axes of a set of vectors: their mean, and unit axes as rows, most variance first. */
export interface PrincipalAxes {
  mean: Float64Array;
  axes: Float64Array[];
  /** Variance along each axis. */
  variances: number[];
}

/**
 * Principal component analysis by the eigenvectors of the covariance matrix (cyclic Jacobi rotations). Each axis
 * points so that its largest component is positive, so the same vectors give the same axes.
 */
export function principalAxes(vectors: readonly Float32Array[], count: number): PrincipalAxes {
  const dimensions = vectors[0]?.length ?? 0;
  const mean = new Float64Array(dimensions);
  for (const vector of vectors) for (let d = 0; d < dimensions; d++) mean[d]! += vector[d]! / vectors.length;
  const {values, rows} = symmetricEigen(covariance(vectors, mean));
  const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!);
  const leading = order.slice(0, Math.min(count, dimensions));
  return {
    mean,
    axes: leading.map((i) => pointed(rows[i]!)),
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

/** Eigenvalues and unit eigenvectors (as rows) of a symmetric matrix, which is overwritten. */
function symmetricEigen(matrix: Float64Array[]): {values: number[]; rows: Float64Array[]} {
  const n = matrix.length;
  const rows = Array.from({length: n}, (_, i) => Float64Array.from({length: n}, (_, j) => (i === j ? 1 : 0)));
  const total = matrix.reduce((sum, row) => row.reduce((s, value) => s + value * value, sum), 0);
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += 2 * matrix[p]![q]! ** 2;
    if (off <= 1e-18 * total) break;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++)
        if (matrix[p]![q]! ** 2 * n * n > 1e-18 * total) rotate(matrix, rows, p, q);
  }
  return {values: matrix.map((row, i) => row[i]!), rows};
}

/** One Jacobi rotation that makes element (p, q) zero. */
function rotate(matrix: Float64Array[], rows: Float64Array[], p: number, q: number): void {
  const rowP = matrix[p]!;
  const rowQ = matrix[q]!;
  const theta = (rowQ[q]! - rowP[p]!) / (2 * rowP[q]!);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cos = 1 / Math.sqrt(t * t + 1);
  const sin = t * cos;
  const shift = t * rowP[q]!;
  rowP[p]! -= shift;
  rowQ[q]! += shift;
  rowP[q] = rowQ[p] = 0;
  for (let k = 0; k < matrix.length; k++) {
    if (k === p || k === q) continue;
    const a = rowP[k]!;
    const b = rowQ[k]!;
    const row = matrix[k]!;
    row[p] = rowP[k] = cos * a - sin * b;
    row[q] = rowQ[k] = sin * a + cos * b;
  }
  const vectorP = rows[p]!;
  const vectorQ = rows[q]!;
  for (let k = 0; k < vectorP.length; k++) {
    const a = vectorP[k]!;
    const b = vectorQ[k]!;
    vectorP[k] = cos * a - sin * b;
    vectorQ[k] = sin * a + cos * b;
  }
}

function pointed(axis: Float64Array): Float64Array {
  let largest = 0;
  for (const value of axis) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? axis.map((value) => -value) : axis;
}
