import {describe, expect, it} from "vitest";
import {JointNgram} from "../../../../src/weights/models/jointNgram/jointNgram.js";
import {KneserNey} from "../../../../src/weights/models/jointNgram/kneserNey.js";

const [AX, A, BX, B] = [1, 2, 3, 4];
/** Letters a and b that are "X" or silent, mostly one of the two. */
const stored = {
  order: 2,
  blankBefore: false,
  backwards: false,
  graphones: [
    ["a", "X"],
    ["a", ""],
    ["b", "X"],
    ["b", ""]
  ] as const,
  sequences: Uint32Array.of(AX, BX, 0, AX, BX, 0, AX, BX, 0, AX, B, 0, AX, B, 0, A, BX, 0, A, BX, 0)
};
const summed = (logprobs: Record<string, number>) =>
  Object.values(logprobs).reduce((sum, value) => sum + Math.exp(value), 0);

describe("a joint n-gram model's answers", () => {
  it("have the probability of all their alignments, so that the likeliest alone may not be the answer", () => {
    const ngrams = new KneserNey(stored.sequences, 2, 5);
    const p = (number: number, ...recent: number[]) =>
      ngrams.probabilities(ngrams.contextsAfter(recent), number, number + 1)[0]!;
    const path = (first: number, second: number) => p(first) * p(second, first) * p(0, second, first);
    const both = path(AX, BX);
    const one = path(AX, B) + path(A, BX);
    const none = path(A, B);
    expect(both).toBeGreaterThan(path(AX, B));
    expect(both).toBeGreaterThan(path(A, BX));
    const {label, logprobs} = new JointNgram(stored).predict("ab");
    expect(label).toBe("X");
    expect(Object.keys(logprobs)).toEqual(["X", "X X", ""]);
    const all = both + one + none;
    expect(logprobs.X).toBeCloseTo(Math.log(one / all), 12);
    expect(logprobs["X X"]).toBeCloseTo(Math.log(both / all), 12);
    expect(logprobs[""]).toBeCloseTo(Math.log(none / all), 12);
  });

  it("begin with a blank where the labels do, the empty one too has none", () => {
    const {label, logprobs} = new JointNgram({...stored, blankBefore: true}).predict("ab");
    expect(label).toBe(" X");
    expect(Object.keys(logprobs)).toEqual([" X", " X X", ""]);
  });

  it("are given to an empty text and to letters that were never seen, which are silent", () => {
    const model = new JointNgram(stored);
    expect(model.predict("")).toEqual({label: "", logprobs: {"": 0}});
    expect(model.predict("?é")).toEqual({label: "", logprobs: {"": 0}});
    expect(model.predict("?a-b")).toEqual(model.predict("ab"));
  });

  it("go by as many letters before as the order says", () => {
    // "a" and "b", two letters that tell nothing, and a "c" that is said as the first letter tells.
    const graphones = [
      ["a", "A"],
      ["b", "B"],
      ["c", "C1"],
      ["c", "C2"],
      ["x", "X"]
    ] as const;
    const sequences = Uint32Array.of(1, 5, 5, 3, 0, 2, 5, 5, 4, 0);
    const said = (order: number) => {
      const model = new JointNgram({order, blankBefore: false, backwards: false, graphones, sequences});
      return model.predict("bxxc").logprobs;
    };
    expect(said(4)["B X X C2"]).toBeGreaterThan(said(4)["B X X C1"]! + 0.5);
    expect(said(3)["B X X C2"]).toBeCloseTo(said(3)["B X X C1"]!, 12);
  });

  it("are at most 20, equals in the order of their texts", () => {
    const names = Array.from({length: 30}, (_, i) => String(i));
    const model = new JointNgram({
      order: 3,
      blankBefore: false,
      backwards: false,
      graphones: names.map((name) => ["a", `s${name}`] as const),
      sequences: Uint32Array.from(names.flatMap((_, i) => [i + 1, 0]))
    });
    const {label, logprobs} = model.predict("a");
    const sorted = names.map((name) => `s${name}`).sort();
    expect(label).toBe("s0");
    expect(Object.keys(logprobs)).toEqual(sorted.slice(0, 20));
    expect(summed(logprobs)).toBeCloseTo(20 / 30, 12);
  });
});
