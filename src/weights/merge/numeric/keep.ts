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

/** Zeroes values whose bit is not set, from bit `start` on; the first is in the highest bit of a byte. */
export function keepMasked(values: Float32Array, mask: Uint8Array, start: number, count: number): void {
  const done = whole(count);
  const arena = start % 8 === 0 ? arenaOf(values, mask) : undefined;
  arena?.kernels.keepMasked(values.byteOffset, mask.byteOffset + start / 8, done);
  for (let i = arena ? done : 0; i < count; i++) {
    const at = start + i;
    if (((mask[Math.floor(at / 8)]! >> (7 - (at % 8))) & 1) === 0) values[i] = 0;
  }
}

/** Zeroes values where the other array has a zero. */
export function keepWhere(values: Float32Array, other: Float32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(values, other);
  arena?.kernels.keepWhere(values.byteOffset, other.byteOffset, done);
  const bits = new Int32Array(values.buffer, values.byteOffset, count);
  const others = new Int32Array(other.buffer, other.byteOffset, count);
  for (let i = arena ? done : 0; i < count; i++)
    bits[i] = bits[i]! & (((others[i]! & 0x7fffffff) + 0x7fffffff) >> 31);
}
