/** Inner product of two combinations of vectors whose inner products are in `gram`. */
export function inner(
  a: readonly number[],
  b: readonly number[],
  gram: readonly (readonly number[])[]
): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) sum += a[i]! * b[j]! * gram[i]![j]!;
  return sum;
}

/** Length of a combination; rounding below zero counts as none. */
export function normOf(a: readonly number[], gram: readonly (readonly number[])[]): number {
  return Math.sqrt(Math.max(0, inner(a, a, gram)));
}
