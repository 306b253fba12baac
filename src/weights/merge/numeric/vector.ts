import {arenaOf, RESULTS} from "../simd/arena.js";

/**
 * Operations on float32 blocks. Each result is rounded once to float32 when it is stored. The loops say what is
 * computed; where all arrays lie in one arena, its kernels do whole groups of it with the very same roundings.
 */

/** Values that kernels do; the loops do the rest. */
export const whole = (count: number) => count & ~7;

export function subtract(target: Float32Array, other: Float32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(target, other);
  arena?.kernels.subtract(target.byteOffset, other.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) target[i] = target[i]! - other[i]!;
}

export function addTo(target: Float32Array, other: Float32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(target, other);
  arena?.kernels.add(target.byteOffset, other.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) target[i] = target[i]! + other[i]!;
}

/** into = a + b */
export function sumOfTwo(into: Float32Array, a: Float32Array, b: Float32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(into, a, b);
  arena?.kernels.sumOfTwo(into.byteOffset, a.byteOffset, b.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) into[i] = a[i]! + b[i]!;
}

export function scaleBy(target: Float32Array, factor: number, count: number): void {
  if (factor === 1) return;
  const f = Math.fround(factor);
  const done = whole(count);
  const arena = arenaOf(target);
  arena?.kernels.scale(target.byteOffset, f, done);
  for (let i = arena ? done : 0; i < count; i++) target[i] = Math.fround(target[i]! * f);
}

/** target / divisors, where a divisor of zero counts as one. */
export function divide(target: Float32Array, divisors: Float32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(target, divisors);
  arena?.kernels.divide(target.byteOffset, divisors.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++)
    target[i] = target[i]! / (divisors[i] === 0 ? 1 : divisors[i]!);
}

/** target += factor * other, the product not rounded on its own. */
export function addScaled(target: Float32Array, factor: number, other: Float32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(target, other);
  arena?.kernels.addScaled(target.byteOffset, factor, other.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) target[i] = target[i]! + factor * other[i]!;
}

/** into = f * a + g * b in double precision, rounded once. */
export function combineTwo(
  into: Float32Array,
  [f, g]: readonly [number, number],
  a: Float32Array,
  b: Float32Array,
  count: number
): void {
  const done = whole(count);
  const arena = arenaOf(into, a, b);
  arena?.kernels.combineTwo(into.byteOffset, f, a.byteOffset, g, b.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) into[i] = f * a[i]! + g * b[i]!;
}

/** into = ((a - b) / 2)² in double precision, rounded once. */
export function varianceOfTwo(into: Float32Array, a: Float32Array, b: Float32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(into, a, b);
  arena?.kernels.squareDifference(into.byteOffset, 0.5, a.byteOffset, b.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) into[i] = ((a[i]! - b[i]!) / 2) ** 2;
}

export interface Quotients {
  sums: Float64Array;
  divisors: Float32Array;
  /** What a divisor is at least. */
  least: number;
}

/** into = base + sums / divisors in double precision, rounded once. */
export function addQuotients(
  into: Float32Array,
  base: Float32Array,
  {sums, divisors, least}: Quotients,
  count: number
): void {
  const done = whole(count);
  const arena = arenaOf(into, base, sums, divisors);
  arena?.kernels.addQuotients(
    into.byteOffset,
    base.byteOffset,
    sums.byteOffset,
    divisors.byteOffset,
    least,
    done
  );
  for (let i = arena ? done : 0; i < count; i++)
    into[i] = base[i]! + sums[i]! / Math.max(divisors[i]!, least);
}

/** sum = from, where sum holds double precision. */
export function promote(sum: Float64Array, from: Float32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(sum, from);
  arena?.kernels.promote(sum.byteOffset, from.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) sum[i] = from[i]!;
}

/** sum += factor * other, where sum holds double precision. */
export function addScaledDouble(sum: Float64Array, factor: number, other: Float32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(sum, other);
  arena?.kernels.addScaledDouble(sum.byteOffset, factor, other.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) sum[i] = sum[i]! + factor * other[i]!;
}

/** into = sum, rounded to float32. */
export function demote(into: Float32Array, sum: Float64Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(into, sum);
  arena?.kernels.demote(sum.byteOffset, into.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) into[i] = sum[i]!;
}

/** Inner product in double precision; four sums so that the additions need not wait for each other. */
export function dot(a: Float32Array, b: Float32Array, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  const arena = arenaOf(a, b);
  if (arena) {
    i = whole(count);
    arena.kernels.dot(a.byteOffset, b.byteOffset, RESULTS, i);
    [s0, s1, s2, s3] = arena.results as unknown as [number, number, number, number];
  }
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
  const arena = arenaOf(values);
  if (arena) {
    i = whole(count);
    arena.kernels.sumOfMagnitudes(values.byteOffset, RESULTS, i);
    [s0, s1, s2, s3] = arena.results as unknown as [number, number, number, number];
  }
  for (; i + 3 < count; i += 4) {
    s0 += Math.abs(values[i]!);
    s1 += Math.abs(values[i + 1]!);
    s2 += Math.abs(values[i + 2]!);
    s3 += Math.abs(values[i + 3]!);
  }
  for (; i < count; i++) s0 += Math.abs(values[i]!);
  return s0 + s1 + (s2 + s3);
}
