import {type Seed, seedState} from "./seed.js";

/** What is resampled: rows, or groups of rows, with each column's sum and its number of rows in the unit. */
export interface Units {
  size: number;
  columns: readonly {sums: Float64Array; rows: Float64Array}[];
  /** True when every column has the same number of rows in every unit, so that rows need not be added up. */
  even: boolean;
}

const together = 4;

/**
 * Means of every column in `resamples` bootstrap resamples of the units: result[column][resample]. Resample r
 * draws its units from a stream named by the seed and r, so the numbers do not depend on how the work is cut. All
 * columns share the draws. Pauses (yields the resamples done) after every few.
 */
export function* resampleMeans(
  units: Units,
  resamples: number,
  seed: Seed
): Generator<number, Float64Array[], void> {
  const {size, columns, even} = units;
  const means = columns.map(() => new Float64Array(resamples));
  const counts = new Uint8Array(size);
  const weights = Array.from({length: together}, () => new Float64Array(size));
  const sums = new Float64Array(together * 3);
  const rows = new Float64Array(together * 3);
  for (let start = 0; start < resamples; start += together) {
    for (let i = 0; i < together; i++) draw(seedState(seed, "resample", start + i), counts, weights[i]!);
    for (let first = 0; first < columns.length; first += 3) {
      const three = [0, 1, 2].map((i) => columns[Math.min(first + i, columns.length - 1)]!);
      multiply(
        weights,
        three.map((column) => column.sums),
        sums
      );
      if (!even)
        multiply(
          weights,
          three.map((column) => column.rows),
          rows
        );
      for (let j = 0; j < 3 && first + j < columns.length; j++) {
        const perUnit = three[j]!.rows[0]!;
        for (let i = 0; i < together && start + i < resamples; i++) {
          const total = even ? size * perUnit : rows[i * 3 + j]!;
          means[first + j]![start + i] = sums[i * 3 + j]! / total;
        }
      }
    }
    yield Math.min(start + together, resamples);
  }
  return means;
}

/** How often each unit is drawn when as many are drawn as there are, with replacement (xoshiro128**, inlined). */
function draw(state: [number, number, number, number], counts: Uint8Array, weights: Float64Array): void {
  let [a, b, c, d] = state;
  const size = counts.length;
  const scale = size / 0x100000000;
  counts.fill(0);
  for (let i = 0; i < size; i++) {
    const m = Math.imul(b, 5);
    const word = Math.imul((m << 7) | (m >>> 25), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    counts[((word >>> 0) * scale) | 0]!++;
  }
  for (let i = 0; i < size; i++) weights[i] = counts[i]!;
}

/** sums[i · 3 + j] = Σ weights[i] · columns[j]; four by three at once, so that each number is read once. */
function multiply(
  weights: readonly Float64Array[],
  columns: readonly Float64Array[],
  sums: Float64Array
): void {
  const w0 = weights[0]!;
  const w1 = weights[1]!;
  const w2 = weights[2]!;
  const w3 = weights[3]!;
  const x = columns[0]!;
  const y = columns[1]!;
  const z = columns[2]!;
  let x0 = 0,
    x1 = 0,
    x2 = 0,
    x3 = 0;
  let y0 = 0,
    y1 = 0,
    y2 = 0,
    y3 = 0;
  let z0 = 0,
    z1 = 0,
    z2 = 0,
    z3 = 0;
  for (let i = 0; i < w0.length; i++) {
    const a = w0[i]!,
      b = w1[i]!,
      c = w2[i]!,
      d = w3[i]!;
    const u = x[i]!,
      v = y[i]!,
      w = z[i]!;
    x0 += a * u;
    x1 += b * u;
    x2 += c * u;
    x3 += d * u;
    y0 += a * v;
    y1 += b * v;
    y2 += c * v;
    y3 += d * v;
    z0 += a * w;
    z1 += b * w;
    z2 += c * w;
    z3 += d * w;
  }
  sums.set([x0, y0, z0, x1, y1, z1, x2, y2, z2, x3, y3, z3]);
}
