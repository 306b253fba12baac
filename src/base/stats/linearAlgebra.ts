export type Matrix = number[][];

export const zeros = (rows: number, columns = rows): Matrix =>
  Array.from({length: rows}, () => new Array<number>(columns).fill(0));

export const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));

export const transpose = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));

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
