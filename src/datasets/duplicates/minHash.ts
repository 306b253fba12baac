import {rng} from "../../stats/index.js";
import type {Bands} from "./bands.js";
import {type Hash64, mixWords} from "./wordHash.js";

const LIMB = 0x200000; // 2^21: a product of two limbs, and sums of a few, are exact in a double
const TOP = 0x80000; // 2^19: the upper limb of a number below 2^61
const HIGH = LIMB * TOP; // 2^40

/**
 * MinHash signatures in bands, for locality-sensitive hashing (Broder 1997): functions (a·h + b) mod (2^61 − 1), exact,
 * whose minima over a text's shingles are taken `rows` a band. Two texts whose shingles overlap with Jaccard
 * similarity s have a band in common with probability 1 − (1 − s^rows)^bands. The functions are the same in every run.
 */
export class MinHasher {
  readonly bands: number;
  /** Says the functions: hashers of one name give equal keys. */
  readonly name: string;
  readonly #rows: number;
  readonly #a: [Float64Array, Float64Array, Float64Array];
  readonly #b: [Float64Array, Float64Array, Float64Array];
  readonly #high: Float64Array;
  readonly #low: Float64Array;

  constructor({bands, rows}: Bands) {
    this.bands = bands;
    this.name = `${bands} × ${rows}`;
    this.#rows = rows;
    const hashes = bands * rows;
    this.#a = limbs("a", hashes);
    this.#b = limbs("b", hashes);
    this.#high = new Float64Array(hashes);
    this.#low = new Float64Array(hashes);
  }

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
    const hashes = highs.length;
    for (let k = 0; k < hashes; k++) {
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

  /** One number of 53 bits a band: equal minima give equal numbers. */
  bandKeys(into: Float64Array): void {
    for (let band = 0; band < this.bands; band++) {
      let x = band + 1;
      let y = 0x9e3779b1;
      for (let k = band * this.#rows; k < (band + 1) * this.#rows; k++) {
        const high = this.#high[k]!;
        const upper = Math.floor(high / LIMB) | 0;
        const lower = ((high % LIMB) << 11) ^ this.#low[k]!;
        x = mixWords(x ^ lower, upper);
        y = mixWords(y ^ upper, lower ^ x);
      }
      into[band] = (x >>> 0) * LIMB + (y & 0x1fffff);
    }
  }
}

/** The multipliers or offsets of `count` functions, as limbs of 21, 21 and 19 bits. Multipliers are never 0. */
export function limbs(which: "a" | "b", count: number): [Float64Array, Float64Array, Float64Array] {
  const random = rng("minhash", which);
  const found: [Float64Array, Float64Array, Float64Array] = [
    new Float64Array(count),
    new Float64Array(count),
    new Float64Array(count)
  ];
  for (let k = 0; k < count; k++) {
    found[0][k] = random.int(LIMB);
    found[1][k] = random.int(LIMB);
    found[2][k] = random.int(TOP - 1) + (which === "a" ? 1 : 0);
  }
  return found;
}
