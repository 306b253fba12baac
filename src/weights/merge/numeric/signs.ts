import {arenaOf} from "../simd/arena.js";
import {whole} from "./vector.js";

/** Marks in each state that a value is above (1) or below zero (2), and that it is not the first to be so (4). */
export function noteSigns(values: Float32Array, states: Uint32Array, count: number): void {
  const done = whole(count);
  const arena = arenaOf(values, states);
  arena?.kernels.noteSigns(values.byteOffset, states.byteOffset, done);
  for (let i = arena ? done : 0; i < count; i++) {
    const v = values[i]!;
    const state = states[i]!;
    const mark = v > 0 ? 1 : v < 0 ? 2 : 0;
    states[i] = state | mark | (mark !== 0 && state !== 0 ? 4 : 0);
  }
}

/**
 * Zeroes values that do not have the sign (a zero has none), and adds the weight to the divisors of those that have.
 * Works on the bits: the sign of weights looks random, and a processor guesses such branches badly.
 */
export function keepAgreeing(
  values: Float32Array,
  signs: Float32Array,
  divisors: Float32Array,
  weight: number,
  count: number
): void {
  const done = whole(count);
  const arena = arenaOf(values, signs, divisors);
  arena?.kernels.keepAgreeing(values.byteOffset, signs.byteOffset, divisors.byteOffset, weight, done);
  const bits = new Int32Array(values.buffer, values.byteOffset, count);
  const signBits = new Int32Array(signs.buffer, signs.byteOffset, count);
  for (let e = arena ? done : 0; e < count; e++) {
    const agrees = agreement(bits[e]!, signBits[e]!);
    bits[e] = bits[e]! & agrees;
    divisors[e] = divisors[e]! - agrees * weight;
  }
}

/** All bits set where a float's bits are not zero and have the sign. */
function agreement(value: number, sign: number): number {
  return ~((value ^ sign) >> 31) & (((value & 0x7fffffff) + 0x7fffffff) >> 31);
}

/** What a sum is multiplied by when the first of two agrees, the second, or both. */
export type PairFactors = readonly [first: number, second: number, both: number];

/**
 * mix = base + factor * (those of a and b that have the sign of mix), in double precision, rounded once. The factor
 * depends on which of them have it.
 */
export function addAgreeingPair(
  mix: Float32Array,
  [a, b]: readonly [Float32Array, Float32Array],
  base: Float32Array,
  factors: PairFactors,
  count: number
): void {
  const done = whole(count);
  const arena = arenaOf(mix, a, b, base);
  arena?.kernels.addAgreeingPair(
    mix.byteOffset,
    a.byteOffset,
    b.byteOffset,
    base.byteOffset,
    ...factors,
    done
  );
  const [aBits, bBits, signs] = [a, b, mix].map(
    (values) => new Int32Array(values.buffer, values.byteOffset, count)
  ) as [Int32Array, Int32Array, Int32Array];
  const [onlyA, onlyB, both] = factors;
  for (let e = arena ? done : 0; e < count; e++) {
    const inA = agreement(aBits[e]!, signs[e]!);
    const inB = agreement(bBits[e]!, signs[e]!);
    const factor = inA ? (inB ? both : onlyA) : onlyB;
    mix[e] = base[e]! + ((inA && a[e]!) + (inB && b[e]!)) * factor;
  }
}
