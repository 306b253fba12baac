import {rng} from "../../stats/index.js";
import {type Hash64, mixWords} from "./wordHash.js";

export const BUCKETS = 14;
export const HASHES_PER_BUCKET = 8;
const HASHES = BUCKETS * HASHES_PER_BUCKET;

const LIMB = 0x200000; // 2^21: a product of two limbs, and sums of a few, are exact in a double
const TOP = 0x80000; // 2^19: the upper limb of a number below 2^61
const HIGH = LIMB * TOP; // 2^40

/**
 * MinHash signatures in buckets, for locality-sensitive hashing (Broder 1997): 112 functions
 * (a·h + b) mod (2^61 − 1), exact, whose minima over a text's shingles are taken eight a bucket. Two texts whose
 * shingles overlap with Jaccard similarity s share a bucket with probability 1 − (1 − s^8)^14: 0.92 for s = 0.8, 0.998
 * for 0.9, 0.05 for 0.5. The functions are the same in every run.
 */
export class MinHasher {
  readonly #a = limbs("a");
  readonly #b = limbs("b");
  readonly #high = new Float64Array(HASHES);
  readonly #low = new Float64Array(HASHES);

  /** Begins a text. */
  start(): void {
    this.#high.fill(Infinity);
    this.#low.fill(Infinity);
  }

  add(hash: Hash64): void {
    const {a0s, a1s, a2s} = {a0s: this.#a[0]!, a1s: this.#a[1]!, a2s: this.#a[2]!};
    const {b0s, b1s, b2s} = {b0s: this.#b[0]!, b1s: this.#b[1]!, b2s: this.#b[2]!};
    const highs = this.#high;
    const lows = this.#low;
    const h0 = hash.low & 0x1fffff;
    const h1 = (hash.low >>> 21) | ((hash.high & 0x3ff) << 11);
    const h2 = (hash.high >>> 10) & 0x7ffff;
    for (let k = 0; k < HASHES; k++) {
      const a0 = a0s[k]!;
      const a1 = a1s[k]!;
      const a2 = a2s[k]!;
      // Modulo 2^61 − 1, 2^63 is 4 and 2^84 is 4·2^21.
      let r0 = a0 * h0 + 4 * (a1 * h2 + a2 * h1) + b0s[k]!;
      let r1 = a0 * h1 + a1 * h0 + 4 * a2 * h2 + b1s[k]!;
      let r2 = a0 * h2 + a1 * h1 + a2 * h0 + b2s[k]!;
      let carry = Math.floor(r0 / LIMB);
      r0 -= carry * LIMB;
      r1 += carry;
      carry = Math.floor(r1 / LIMB);
      r1 -= carry * LIMB;
      r2 += carry;
      carry = Math.floor(r2 / TOP);
      r2 -= carry * TOP;
      r0 += carry;
      carry = Math.floor(r0 / LIMB);
      let low = r0 - carry * LIMB;
      let high = r2 * LIMB + r1 + carry;
      if (high >= HIGH) {
        high -= HIGH;
        low += 1;
      }
      if (high === HIGH - 1 && low === LIMB - 1) high = low = 0;
      if (high < highs[k]! || (high === highs[k] && low < lows[k]!)) {
        highs[k] = high;
        lows[k] = low;
      }
    }
  }

  /** The minima as whole numbers below 2^61 − 1: of `start` and `add` since. */
  minima(): bigint[] {
    return Array.from(this.#high, (high, k) => BigInt(high) * BigInt(LIMB) + BigInt(this.#low[k]!));
  }

  /** One number of 53 bits a bucket: equal minima give equal numbers. */
  bucketKeys(into: Float64Array): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      let x = bucket + 1;
      let y = 0x9e3779b1;
      for (let k = bucket * HASHES_PER_BUCKET; k < (bucket + 1) * HASHES_PER_BUCKET; k++) {
        const high = this.#high[k]!;
        const upper = Math.floor(high / LIMB) | 0;
        const lower = ((high % LIMB) << 11) ^ this.#low[k]!;
        x = mixWords(x ^ lower, upper);
        y = mixWords(y ^ upper, lower ^ x);
      }
      into[bucket] = (x >>> 0) * LIMB + (y & 0x1fffff);
    }
  }
}

/** The multipliers or offsets of all functions, as limbs of 21, 21 and 19 bits. Multipliers are never 0. */
export function limbs(which: "a" | "b"): [Float64Array, Float64Array, Float64Array] {
  const random = rng("minhash", which);
  const found: [Float64Array, Float64Array, Float64Array] = [
    new Float64Array(HASHES),
    new Float64Array(HASHES),
    new Float64Array(HASHES)
  ];
  for (let k = 0; k < HASHES; k++) {
    found[0][k] = random.int(LIMB);
    found[1][k] = random.int(LIMB);
    found[2][k] = random.int(TOP - 1) + (which === "a" ? 1 : 0);
  }
  return found;
}
