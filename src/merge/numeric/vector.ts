/** Loops over float32 blocks. Each result is rounded once to float32 when it is stored. */

export function subtract(target: Float32Array, other: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) target[i] = target[i]! - other[i]!;
}

export function add(target: Float32Array, other: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) target[i] = target[i]! + other[i]!;
}

export function scale(target: Float32Array, factor: number, count: number): void {
  if (factor === 1) return;
  const f = Math.fround(factor);
  for (let i = 0; i < count; i++) target[i] = Math.fround(target[i]! * f);
}

/** target += factor * other, the product not rounded on its own. */
export function addScaled(target: Float32Array, factor: number, other: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) target[i] = target[i]! + factor * other[i]!;
}

/** Inner product in double precision; four sums so that the additions need not wait for each other. */
export function dot(a: Float32Array, b: Float32Array, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < count; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

/** Sum of magnitudes in double precision, in four sums as in `dot`. */
export function sumOfMagnitudes(values: Float32Array, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    s0 += Math.abs(values[i]!);
    s1 += Math.abs(values[i + 1]!);
    s2 += Math.abs(values[i + 2]!);
    s3 += Math.abs(values[i + 3]!);
  }
  for (; i < count; i++) s0 += Math.abs(values[i]!);
  return s0 + s1 + (s2 + s3);
}
