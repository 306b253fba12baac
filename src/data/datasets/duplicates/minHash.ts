import {rng} from "../../../base/stats/index.js";
import type {Bands} from "./bands.js";
import {type Hash64, mixWords} from "./wordHash.js";

const LIMB = 0x200000; // 2^21: a product of two limbs, and sums of a few, are exact in a double
const TOP = 0x80000; // 2^19: the upper limb of a number below 2^61
const HIGH = LIMB * TOP; // 2^40
/** An upper limb found without the carries of the lowest limbs is at most 7 too small. */
const NEGLECTED = 8;

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
  /** The limbs of `#a` and the upper one of `#b`, for arithmetic modulo 2^32. */
  readonly #whole: [Int32Array, Int32Array, Int32Array, Int32Array];
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  /** The upper limbs of the minima. */
  readonly #tops: Int32Array;

  constructor({bands, rows}: Bands) {
    this.bands = bands;
    this.name = `${bands} × ${rows}`;
    this.#rows = rows;
    const hashes = bands * rows;
    this.#a = limbs("a", hashes);
    this.#b = limbs("b", hashes);
    this.#whole = [
      Int32Array.from(this.#a[0]),
      Int32Array.from(this.#a[1]),
      Int32Array.from(this.#a[2]),
      Int32Array.from(this.#b[2])
    ];
    this.#tops = new Int32Array(hashes);
    this.#high = new Float64Array(hashes);
    this.#low = new Float64Array(hashes);
  }

  /** Begins a text. */
  start(): void {
    this.#high.fill(Infinity);
    this.#low.fill(Infinity);
    this.#tops.fill(TOP);
  }

  add(hash: Hash64): void {
    const [a0s, a1s, a2s, b2s] = this.#whole;
    const tops = this.#tops;
    const h0 = hash.low & 0x1fffff;
    const h1 = (hash.low >>> 21) | ((hash.high & 0x3ff) << 11);
    const h2 = (hash.high >>> 10) & 0x7ffff;
    const hashes = tops.length;
    for (let k = 0; k < hashes; k++) {
      const a0 = a0s[k]!;
      const a1 = a1s[k]!;
      const a2 = a2s[k]!;
      // Hardly any value is the least: nearly all are told by their upper limb.
      const carry = ((a0 * h1 + a1 * h0 + 4 * a2 * h2) / LIMB) | 0;
      const sum = Math.imul(a0, h2) + Math.imul(a1, h1) + Math.imul(a2, h0) + b2s[k]! + carry;
      const top = sum & (TOP - 1);
      if (top <= tops[k]! || top >= TOP - NEGLECTED) this.#addExactly(k, h0, h1, h2);
    }
  }

  #addExactly(k: number, h0: number, h1: number, h2: number): void {
    const a0 = this.#a[0][k]!;
    const a1 = this.#a[1][k]!;
    const a2 = this.#a[2][k]!;
    // Modulo 2^61 − 1, 2^63 is 4 and 2^84 is 4·2^21.
    let r0 = a0 * h0 + 4 * (a1 * h2 + a2 * h1) + this.#b[0][k]!;
    let r1 = a0 * h1 + a1 * h0 + 4 * a2 * h2 + this.#b[1][k]!;
    let r2 = a0 * h2 + a1 * h1 + a2 * h0 + this.#b[2][k]!;
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
    if (high < this.#high[k]! || (high === this.#high[k] && low < this.#low[k]!)) {
      this.#high[k] = high;
      this.#low[k] = low;
      this.#tops[k] = Math.floor(high / LIMB);
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
