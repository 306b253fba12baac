import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  countNonFinite,
  decode,
  encode,
  type FloatDtype,
  roundTo
} from "../../../src/weights/merge/numeric/convert.js";
import {
  addQuotients,
  addTo,
  addScaled,
  addScaledDouble,
  combineTwo,
  demote,
  divide,
  dot,
  promote,
  scaleBy,
  subtract,
  sumOfMagnitudes,
  sumOfTwo,
  varianceOfTwo
} from "../../../src/weights/merge/numeric/vector.js";
import {addMean, countAlone, markActive, scaleAlone} from "../../../src/weights/merge/numeric/active.js";
import {countEqual, keepAbove, keepMasked, keepWhere} from "../../../src/weights/merge/numeric/keep.js";
import {limitOf, RandomDraws} from "../../../src/weights/merge/numeric/random.js";
import {magnitudesAt} from "../../../src/weights/merge/numeric/select.js";
import {addAgreeingPair, keepAgreeing, noteSigns} from "../../../src/weights/merge/numeric/signs.js";
import {Arena} from "../../../src/weights/merge/simd/arena.js";

const arena = Arena.take();

/** A copy that kernels work on. */
function inArena<T extends Float32Array | Float64Array | Uint8Array | Uint32Array | Int32Array>(
  values: T
): T {
  const at = arena.allocate(values.byteLength + 16)!;
  const copy = new (values.constructor as new (buffer: ArrayBuffer, at: number, n: number) => T)(
    arena.buffer,
    at,
    values.length
  );
  copy.set(values);
  return copy;
}

/** The copy in the arena if the other array lies there. */
function arenaLike(other: Float32Array, copy: Float32Array): Float32Array {
  return other.buffer === arena.buffer ? inArena(copy) : copy;
}

/** Keeps two fifths of the values; the mask lies where the values do. */
function keepDrawn(values: Float32Array, start: number, count: number): number[] {
  const empty = new Uint8Array(Math.ceil(count / 8)).fill(255);
  const mask = values.buffer === arena.buffer ? inArena(empty) : empty;
  new RandomDraws(7, "w", "m").mask(mask, start, count, 0.4);
  keepMasked(values, mask, 0, count);
  return [...mask];
}

/** A limit for each value, some never and some always met, written where the values' own memory is. */
function drawnUnder(values: Float32Array, start: number, count: number): number[] {
  const limits = Int32Array.from({length: count + 3}, (_, i) => limitOf(((i ^ 3) % 11) / 10));
  const empty = new Uint8Array(Math.ceil(count / 8)).fill(255);
  const isFast = values.buffer === arena.buffer;
  const mask = isFast ? inArena(empty) : empty;
  new RandomDraws(7, "w", "m").maskUnder(mask, start, count, isFast ? inArena(limits) : limits);
  return [...mask];
}

/** Any float32 there is: by its bits, so that NaN, infinities, subnormals and both zeros are among them. */
const anyFloat = fc.oneof(
  fc
    .integer({min: -(2 ** 31), max: 2 ** 31 - 1})
    .map((bits) => new Float32Array(Int32Array.of(bits).buffer)[0]!),
  fc.constantFrom(0, -0, 1, -1, Infinity, -Infinity, NaN, 65504, 65519.9, 65520, 2 ** -24, 2 ** -25, 3e-8),
  fc.float({min: -2, max: 2, noNaN: true})
);
const block = fc.array(anyFloat, {minLength: 0, maxLength: 67}).map((values) => Float32Array.from(values));
const pair = fc
  .array(fc.tuple(anyFloat, anyFloat, anyFloat), {maxLength: 67})
  .map(
    (rows) =>
      [0, 1, 2].map((k) => Float32Array.from(rows, (row) => row[k]!)) as [
        Float32Array,
        Float32Array,
        Float32Array
      ]
  );

/** The same function on plain arrays (loops) and in an arena (kernels). */
function bothWays(given: Float32Array[], run: (arrays: Float32Array[]) => unknown): void {
  const plain = given.map((values) => values.slice());
  const fast = given.map(inArena);
  const expected = run(plain);
  const got = run(fast);
  arena.release();
  Arena.take();
  expect(got).toEqual(expected);
  expect(fast.map((values) => [...values])).toEqual(plain.map((values) => [...values]));
}

describe("kernels give what the loops give, to the last bit", () => {
  const operations: Record<string, (arrays: Float32Array[], n: number) => unknown> = {
    add: ([a, b], n) => addTo(a!, b!, n),
    subtract: ([a, b], n) => subtract(a!, b!, n),
    sumOfTwo: ([a, b, c], n) => sumOfTwo(a!, b!, c!, n),
    scale: ([a], n) => scaleBy(a!, 0.3, n),
    divide: ([a, b], n) => divide(a!, b!, n),
    addScaled: ([a, b], n) => addScaled(a!, 0.3, b!, n),
    combineTwo: ([a, b, c], n) => combineTwo(a!, [0.3, -1.7], b!, c!, n),
    dot: ([a, b], n) => dot(a!, b!, n),
    sumOfMagnitudes: ([a], n) => sumOfMagnitudes(a!, n),
    roundBf16: ([a], n) => roundTo("BF16", a!, n),
    roundF16: ([a], n) => roundTo("F16", a!, n),
    countNonFinite: ([a], n) => countNonFinite(a!, n),
    noteSigns: ([a, b, c], n) => {
      const states = new Uint32Array(c!.buffer, c!.byteOffset, n).fill(0);
      noteSigns(a!, states, n);
      noteSigns(b!, states, n);
      return [...states];
    },
    keepWhere: ([a, b], n) => keepWhere(a!, b!, n),
    varianceOfTwo: ([a, b, c], n) => varianceOfTwo(a!, b!, c!, n),
    addQuotients: ([a, b, c], n) => {
      const sums = Float64Array.from(a!, (value) => value * 3);
      const own = a!.buffer === arena.buffer ? inArena(sums) : sums;
      for (let i = 0; i < n; i++) c![i] = Math.abs(c![i]!) || 0;
      return addQuotients(a!, b!, {sums: own, divisors: c!, least: 1e-6}, n);
    },
    "active values": ([a, b, c], n) => {
      const active = new Uint32Array(c!.buffer, c!.byteOffset, n).fill(0);
      keepAbove(b!, 0x3f000000, n);
      for (const values of [a!, b!]) markActive(values, active, n);
      const alone = countAlone(b!, active, n);
      scaleAlone(a!, 1.1, {values: b!, active}, n);
      addMean(a!, b!, active, n);
      return [alone, ...active];
    },
    keepAgreeing: ([a, b, c], n) => keepAgreeing(a!, b!, c!.fill(0), 0.25, n),
    addAgreeingPair: ([a, b, c], n) => {
      const base = a!.slice();
      addAgreeingPair(a!, [b!, c!], arenaLike(a!, base), [2, 0.3, 0.7], n);
      return [...a!];
    },
    keepAbove: ([a], n) => keepAbove(a!, 0x3f000000, n),
    countEqual: ([a], n) => [0, 0x3f800000, 0x7f800000].map((key) => countEqual(a!, key, n)),
    "Draws.mask and keepMasked": ([a], n) => keepDrawn(a!, 12_345, n),
    "Draws.mask over 2^32": ([a], n) => keepDrawn(a!, 2 ** 32 - 9, n),
    "Draws.mask beyond 2^32": ([a], n) => keepDrawn(a!, 2 ** 33 + 5, n),
    "Draws.maskUnder": ([a], n) => drawnUnder(a!, 12_345, n),
    "Draws.maskUnder over 2^32": ([a], n) => drawnUnder(a!, 2 ** 32 - 9, n),
    magnitudesAt: ([a], n) => {
      if (n === 0) return [];
      const tables = (count: number) =>
        a!.buffer === arena.buffer ? inArena(new Uint32Array(count)) : new Uint32Array(count);
      return magnitudesAt([0, n >> 1, n - 1], (visit) => visit(a!, n), false, tables);
    }
  };
  for (const [name, operation] of Object.entries(operations))
    it(name, () => {
      fc.assert(
        fc.property(pair, (arrays) => bothWays(arrays, (given) => operation(given, arrays[0].length))),
        {numRuns: 300}
      );
    });

  it("sums kept in double precision", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const results = [Float64Array.from(a), inArena(Float64Array.from(a))].map((sum, fast) => {
          const [x, y] = fast ? [inArena(a), inArena(b)] : [a.slice(), b];
          promote(sum, x, a.length);
          addScaledDouble(sum, 0.7, y, a.length);
          demote(x, sum, a.length);
          return [...sum, ...x];
        });
        arena.release();
        Arena.take();
        expect(results[1]).toEqual(results[0]);
      })
    );
  });

  for (const dtype of ["F32", "BF16", "F16"] satisfies FloatDtype[])
    it(`encoding ${dtype}, and what is not finite`, () => {
      fc.assert(
        fc.property(block, (values) => {
          const size = values.length * (dtype === "F32" ? 4 : 2);
          const results = [values, inArena(values)].map((from, fast) => {
            const bytes = fast ? inArena(new Uint8Array(size)) : new Uint8Array(size);
            return [encode(dtype, from, values.length, bytes), ...bytes];
          });
          arena.release();
          Arena.take();
          expect(results[1]).toEqual(results[0]);
        }),
        {numRuns: 500}
      );
    });

  for (const dtype of ["BF16", "F16"] as const)
    it(`decoding all ${dtype}`, () => {
      const words = Uint16Array.from({length: 65536}, (_, i) => i);
      const bytes = new Uint8Array(words.buffer);
      const [plain, fast] = [new Float32Array(65536), inArena(new Float32Array(65536))];
      decode(dtype, bytes, 65536, plain);
      decode(dtype, inArena(bytes), 65536, fast);
      arena.release();
      Arena.take();
      expect(Buffer.compare(new Uint8Array(plain.buffer), new Uint8Array(fast.slice().buffer))).toBe(0);
    });
});
