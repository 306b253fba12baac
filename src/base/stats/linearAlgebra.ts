export type Matrix = number[][];

export const zeros = (rows: number, columns = rows): Matrix =>
  Array.from({length: rows}, () => new Array<number>(columns).fill(0));

export const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));

export const transpose = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));

/**
 * A matrix of full column rank as Q (its columns orthonormal) and the inverse of the triangle R; undefined where columns determine one
 * another. Gram and Schmidt, twice for each column: Q is orthogonal to machine precision (Giraud, Langou and Rozložník 2005).
 */
export function orthonormal(matrix: Matrix): {q: Matrix; inverse: Matrix} | undefined {
  const columns = transpose(matrix);
  const k = columns.length;
  const triangle = zeros(k);
  const norm = (column: readonly number[]) =>
    Math.sqrt(column.reduce((sum, value) => sum + value * value, 0));
  const found: number[][] = [];
  for (let j = 0; j < k; j++) {
    let left = columns[j]!;
    const whole = norm(left);
    for (let pass = 0; pass < 2; pass++)
      for (const [i, other] of found.entries()) {
        const along = left.reduce((sum, value, row) => sum + value * other[row]!, 0);
        triangle[i]![j]! += along;
        left = left.map((value, row) => value - along * other[row]!);
      }
    const rest = norm(left);
    if (!(rest > 1e-12 * whole)) return undefined;
    triangle[j]![j] = rest;
    found.push(left.map((value) => value / rest));
  }
  const inverse = zeros(k);
  for (let j = 0; j < k; j++)
    for (let i = j; i >= 0; i--) {
      let sum = i === j ? 1 : 0;
      for (let m = i + 1; m <= j; m++) sum -= triangle[i]![m]! * inverse[m]![j]!;
      inverse[i]![j] = sum / triangle[i]![i]!;
    }
  return {q: transpose(found), inverse};
}

/** Inverse by Gauss and Jordan with partial pivoting; undefined when singular. */
export function invert(matrix: Matrix): Matrix | undefined {
  const n = matrix.length;
  const work = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++)
      if (Math.abs(work[i]![column]!) > Math.abs(work[pivot]![column]!)) pivot = i;
    const top = work[pivot]!;
    if (!(Math.abs(top[column]!) > 1e-12)) return undefined;
    work[pivot] = work[column]!;
    const scale = top[column]!;
    work[column] = top.map((value) => value / scale);
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const factor = work[i]![column]!;
      if (factor !== 0) work[i] = work[i]!.map((value, j) => value - factor * work[column]![j]!);
    }
  }
  return work.map((row) => row.slice(n));
}
