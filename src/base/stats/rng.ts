import {type Seed, seedState} from "./seed.js";

/** A stream of random numbers; calling it gives the next one, uniform on [0, 1) with 53 random bits. */
export interface Rng {
  (): number;
  /** Thirty-two random bits, as a whole number from 0. */
  bits(): number;
  /** Uniform on the whole numbers 0 … n − 1. */
  int(n: number): number;
  /** Standard normal. */
  normal(): number;
  /** Puts the elements of an array in random order, in place, and returns it. */
  shuffle<T>(items: T[]): T[];
}

/**
 * A random stream named by a seed and any further names (row key, candidate, tensor). The same names give the
 * same stream on every machine; a stream does not depend on what other streams were used or in which order.
 * Generator: xoshiro128** of Blackman and Vigna (2021), seeded by a hash of the names.
 */
export function rng(seed: Seed, ...names: readonly Seed[]): Rng {
  let [a, b, c, d] = seedState(seed, ...names);
  const next = (): number => {
    const m = Math.imul(b, 5);
    const result = Math.imul((m << 7) | (m >>> 25), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  };
  const uniform = (): number => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
  const int = (n: number): number => Math.floor(uniform() * n);
  return Object.assign(uniform, {
    bits: next,
    int,
    normal: (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: <T>(items: T[]): T[] => {
      for (let i = items.length - 1; i > 0; i--) {
        const j = int(i + 1);
        const item = items[i]!;
        items[i] = items[j]!;
        items[j] = item;
      }
      return items;
    }
  });
}
