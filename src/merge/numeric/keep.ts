import {arenaOf} from "../simd/arena.js";
import {whole} from "./vector.js";

/** Zeroes values whose magnitude's bits are not above `key`. */
export function keepAbove(values: Float32Array, key: number, count: number): void {
  const done = whole(count);
  const arena = arenaOf(values);
  arena?.kernels.keepAbove(values.byteOffset, key, done);
  const bits = new Int32Array(values.buffer, values.byteOffset, count);
  // Arithmetic instead of branches: which entries survive is as good as random, and a processor guesses badly.
  for (let i = arena ? done : 0; i < count; i++) bits[i] = bits[i]! & ((key - (bits[i]! & 0x7fffffff)) >> 31);
}

/** How many magnitudes have exactly these bits. */
export function countEqual(values: Float32Array, key: number, count: number): number {
  const done = whole(count);
  const arena = arenaOf(values);
  let found = arena?.kernels.countEqual(values.byteOffset, key, done) ?? 0;
  const bits = new Int32Array(values.buffer, values.byteOffset, count);
  for (let i = arena ? done : 0; i < count; i++) found += Number((bits[i]! & 0x7fffffff) === key);
  return found;
}
