import {arenaOf} from "../simd/arena.js";
import {whole} from "./vector.js";

/** Adds 1 to the counts of values that are not zero. */
export function markActive(values: Float32Array, active: Uint32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(values, active);
  arena?.kernels.countActive(values.byteOffset, active.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) active[i] = active[i]! + Number(values[i] !== 0);
}

/** How many values are not zero where the count is 1. */
export function countAlone(values: Float32Array, active: Uint32Array, count: number): number {
  const done = whole(count);
  const arena = arenaOf(values, active);
  let found = arena?.kernels.countAlone(values.byteOffset, active.byteOffset, done) ?? 0;
  for (let i = arena ? done : 0; i < count; i++) found += Number(values[i] !== 0 && active[i] === 1);
  return found;
}

export interface ActiveValues {
  values: Float32Array;
  active: Uint32Array;
}

/** Multiplies sums where the value is not zero and the count is 1. */
export function scaleAlone(
  sum: Float32Array,
  factor: number,
  {values, active}: ActiveValues,
  count: number
): void {
  const f = Math.fround(factor);
  const done = whole(count);
  const arena = arenaOf(sum, values, active);
  arena?.kernels.scaleAlone(sum.byteOffset, values.byteOffset, active.byteOffset, f, done);
  for (let i = arena ? done : 0; i < count; i++) if (values[i] !== 0 && active[i] === 1) sum[i] = sum[i]! * f;
}

/** sum = base + sum / counts, where a count of 0 is taken as 1; in double precision, rounded once. */
export function addMean(sum: Float32Array, base: Float32Array, active: Uint32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(sum, base, active);
  arena?.kernels.addMean(sum.byteOffset, base.byteOffset, active.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) sum[i] = base[i]! + sum[i]! / (active[i]! || 1);
}
