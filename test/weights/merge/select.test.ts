import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {MagnitudeRanks} from "../../../src/weights/merge/numeric/ranks.js";
import {magnitudesAt, RankSelection} from "../../../src/weights/merge/numeric/select.js";
import {Arena} from "../../../src/weights/merge/simd/arena.js";

/** Ranks found after a look at every `step`-th value, and whether a second walk was needed. */
function afterSample(values: Float32Array, positions: number[], step: number) {
  const selection = new RankSelection(positions, false, (count) => new Uint32Array(count));
  const shown = values.filter((_, i) => i % step === 0);
  selection.sample(shown, shown.length);
  selection.guess(shown.length, values.length);
  selection.first(values, values.length);
  const again = selection.more();
  if (again) selection.second(values, values.length);
  return {ranks: selection.ranks(), again};
}

const ranksOf = (values: Float32Array, positions: number[]) =>
  magnitudesAt(positions, (visit) => visit(values, values.length));

describe("selecting by counting", () => {
  it("finds the same with any sample", () => {
    const some = fc.oneof(fc.float({noNaN: true}), fc.constantFrom(0, 0.5, -0.5, 1 / 3));
    fc.assert(
      fc.property(
        fc.array(some, {minLength: 1, maxLength: 300}),
        fc.nat(),
        fc.nat(),
        fc.integer({min: 1, max: 9}),
        (list, a, b, step) => {
          const values = Float32Array.from(list);
          const positions = [a % values.length, b % values.length].sort((x, y) => x - y);
          expect(afterSample(values, positions, step).ranks).toEqual(ranksOf(values, positions));
        }
      )
    );
  });

  it("needs one walk after a fair sample of a few levels, and two after a misleading one", () => {
    const levels = Float32Array.from({length: 100_000}, (_, i) => ((i * 7919) % 9) / 64);
    expect(afterSample(levels, [50_000], 10)).toEqual({ranks: ranksOf(levels, [50_000]), again: false});
    const misleading = Float32Array.from({length: 100_000}, (_, i) => (i % 10 === 0 ? 4 : i / 1e6));
    expect(afterSample(misleading, [50_000], 10)).toEqual({
      ranks: ranksOf(misleading, [50_000]),
      again: true
    });
  });
});

/** Words in an arena, where kernels work, or elsewhere, where loops do. */
function countersIn(arena: Arena | undefined) {
  return (count: number) =>
    arena ? new Uint32Array(arena.buffer, arena.allocate(4 * count), count).fill(0) : new Uint32Array(count);
}

/** The rank of each value, of rows that begin at `start` of what is written. */
function writtenRanks(values: Float32Array, start: number, arena?: Arena): number[] {
  const counters = countersIn(arena);
  const {length} = values;
  const row = new Float32Array(counters(length).buffer, arena ? arena.allocate(4 * length) : 0, length);
  row.set(values);
  const [given, into] = [counters(length), counters(start + length + 3)].map(
    (words) => new Int32Array(words.buffer, words.byteOffset, words.length)
  ) as [Int32Array, Int32Array];
  given.set(given.map((_, rank) => 7 * rank));
  new MagnitudeRanks(length, counters).write(row, given, into, start);
  return Array.from(values, (_, i) => into[(start + i) ^ 3]! / 7);
}

function stableRanks(values: Float32Array): number[] {
  const order = [...values.keys()].sort((a, b) => Math.abs(values[a]!) - Math.abs(values[b]!) || a - b);
  const ranks = new Array<number>(values.length);
  order.forEach((position, rank) => (ranks[position] = rank));
  return ranks;
}

describe("ranks of magnitudes", () => {
  const expectRanks = (values: Float32Array, start: number) => {
    const expected = stableRanks(values);
    expect(writtenRanks(values, start)).toEqual(expected);
    const arena = Arena.take();
    expect(writtenRanks(values, start, arena)).toEqual(expected);
    arena.release();
  };

  it("are those of a stable sort, in short rows and in long ones", () => {
    for (const length of [1, 7, 1023, 1024, 4096, 20_000]) {
      const values = Float32Array.from({length}, (_, i) =>
        i % 5 === 0 ? 0 : Math.sin(i * 7) * 10 ** (i % 9)
      );
      for (let i = 0; i < length; i += 3) values[i] = Math.fround((i % 4) - 2);
      expectRanks(values, length % 13);
    }
  });

  it("are those of a stable sort, whichever bits differ", () => {
    const signedLevel = fc.tuple(fc.integer({min: 0, max: 2 ** 31 - 2 ** 23 - 1}), fc.boolean());
    fc.assert(
      fc.property(
        fc.array(signedLevel, {minLength: 1, maxLength: 70}),
        fc.integer({min: 0, max: 31}),
        fc.integer({min: 0, max: 9}),
        (levels, shift, start) => {
          const bits = Uint32Array.from(
            levels,
            ([level, negative]) =>
              (((level >>> shift) << (shift % 7)) & 0x7f7fffff) | (negative ? 0x80000000 : 0)
          );
          expectRanks(new Float32Array(bits.buffer), start);
        }
      )
    );
  });

  it("of equal magnitudes are their order, whatever their signs", () => {
    expectRanks(Float32Array.from([3, -3, 3, 3, -3, -3, 3]), 5);
    expectRanks(Float32Array.from([0, -0, 0]), 0);
  });
});
