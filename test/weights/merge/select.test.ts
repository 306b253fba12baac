import fc from "../../support/property.js";
import {argsortMagnitudes} from "../../../src/weights/merge/numeric/argsort.js";
import {describe, expect, it} from "vitest";
import {magnitudesAt, RankSelection} from "../../../src/weights/merge/numeric/select.js";

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

describe("positions by magnitude", () => {
  it("are those of a stable sort, in short rows and in long ones", () => {
    for (const length of [1, 7, 1023, 1024, 20_000]) {
      const values = Float32Array.from({length}, (_, i) =>
        i % 5 === 0 ? 0 : Math.sin(i * 7) * 10 ** (i % 9)
      );
      for (let i = 0; i < length; i += 3) values[i] = Math.fround((i % 4) - 2);
      const expected = [...values.keys()].sort(
        (a, b) => Math.abs(values[a]!) - Math.abs(values[b]!) || a - b
      );
      const sorted = argsortMagnitudes(values, length, new Uint32Array(length), new Uint32Array(length));
      expect([...sorted]).toEqual(expected);
    }
  });
});
