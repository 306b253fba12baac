import {describe, expect, it} from "vitest";
import {BOUNDARY, contextLevels} from "../../../../src/weights/models/jointNgram/contextLevels.js";
import {discounts, KneserNey} from "../../../../src/weights/models/jointNgram/kneserNey.js";
import fc from "../../../support/property.js";

const [A, B, C] = [1, 2, 3];

/** "a" three times, "a b" and "a b c". */
const texts = [[A], [A], [A], [A, B], [A, B, C]];
const sequences = (of: readonly number[][]) => Uint32Array.from(of.flatMap((one) => [...one, BOUNDARY]));

const anyTexts = fc.array(fc.array(fc.integer({min: 1, max: 4}), {maxLength: 6}), {
  minLength: 1,
  maxLength: 12
});
const anyOrder = fc.integer({min: 1, max: 5});

describe("the levels of contexts", () => {
  it("count how often a bigram occurs, and behind how many different numbers a unigram", () => {
    const [unigrams, bigrams] = contextLevels(sequences(texts), 2);
    // The end comes behind a, b and c.
    expect([...unigrams!.followers]).toEqual([BOUNDARY, A, B, C]);
    expect([...unigrams!.counts]).toEqual([3, 1, 1, 1]);
    expect([...bigrams!.farthest]).toEqual([BOUNDARY, A, B, C]);
    expect([...bigrams!.begins]).toEqual([0, 1, 3, 5, 6]);
    expect([...bigrams!.followers]).toEqual([A, BOUNDARY, B, BOUNDARY, C, BOUNDARY]);
    expect([...bigrams!.counts]).toEqual([5, 3, 2, 1, 1, 1]);
  });

  it("are those of a count by hand, for any texts and order", () => {
    fc.assert(
      fc.property(anyTexts, anyOrder, (of, order) => {
        expect(read(contextLevels(sequences(of), order))).toEqual(counted(of, order));
      })
    );
  });
});

describe("discounts", () => {
  it("follow from how many counts are 1, 2, 3 and 4", () => {
    const counts = [...Array<number>(10).fill(1), 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 9, 12];
    // Y = 10 / (10 + 2 · 5) = 0.5; 1 − 2 · 0.5 · 5 / 10, 2 − 3 · 0.5 · 4 / 5, 3 − 4 · 0.5 · 1 / 4.
    const [one, two, more] = discounts(Uint32Array.from(counts));
    expect(one).toBeCloseTo(0.5, 12);
    expect(two).toBeCloseTo(0.8, 12);
    expect(more).toBeCloseTo(2.5, 12);
  });

  it("are 0.5, 1 and 1.5 where there is too little to estimate them from", () => {
    expect(discounts(Uint32Array.of(3, 3, 3))).toEqual([0.5, 1, 1.5]);
    expect(discounts(Uint32Array.of(1, 1, 3))).toEqual([0.5, 1, 1.5]);
    // 2 − 3 · Y · 4 / 1 would be below 0.
    expect(discounts(Uint32Array.of(1, 1, 2, 3, 3, 3, 3, 4))).toEqual([0.5, 1, 1.5]);
  });
});

describe("interpolated modified Kneser–Ney smoothing", () => {
  const model = new KneserNey(sequences(texts), 2, 4);
  const after = (...recent: number[]) => [...model.probabilities(model.contextsAfter(recent), 0, 4)];
  const expectAbout = (found: number[], expected: number[]) => {
    expect(found).toHaveLength(expected.length);
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
  };

  // Unigrams: counts 3, 1, 1, 1 of 6, fixed discounts (no count is 2), so 3 / 6 for the uniform 1 / 4:
  // the end (3 − 1.5) / 6 + 1 / 8, each other (1 − 0.5) / 6 + 1 / 8.
  const [end, other] = [0.375, 5 / 24];

  it("gives the probabilities computed by hand", () => {
    // Bigrams: counts 5, 3, 2, 1, 1, 1: Y = 3 / (3 + 2 · 1); discounts 1 − 2 · 0.6 / 3, 2 − 3 · 0.6, 3.
    expectAbout(after(), [0.6 * end, (5 - 3) / 5 + 0.6 * other, 0.6 * other, 0.6 * other]);
    expectAbout(after(A), [0.64 * end, 0.64 * other, (2 - 0.2) / 5 + 0.64 * other, 0.64 * other]);
    expectAbout(after(B, A), [0.4 / 2 + 0.6 * end, 0.6 * other, 0.6 * other, 0.4 / 2 + 0.6 * other]);
  });

  it("goes by shorter contexts where a longer one was never seen", () => {
    const longer = new KneserNey(sequences(texts), 3, 4);
    expect(longer.contextsAfter([C, B])).toHaveLength(3);
    expect(longer.contextsAfter([C, A])).toHaveLength(2);
    expect(longer.contextsAfter([9])).toEqual([0]);
  });

  it("gives a stretch of numbers the same as all", () => {
    const contexts = model.contextsAfter([A]);
    expect([...model.probabilities(contexts, 2, 3)]).toEqual(after(A).slice(2, 3));
  });

  it("sums to 1 over all that can follow any context, each above 0", () => {
    const anyRecent = fc.array(fc.integer({min: 1, max: 5}), {maxLength: 6});
    fc.assert(
      fc.property(anyTexts, anyOrder, anyRecent, (of, order, recent) => {
        const one = new KneserNey(sequences(of), order, 6);
        const found = one.probabilities(one.contextsAfter(recent), 0, 6);
        expect(Math.min(...found)).toBeGreaterThan(0);
        expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      })
    );
  });
});

/** Contexts, the nearest number first, with the counts of what follows. */
type Counts = Record<string, Record<string, number>>;

/** The levels in words, walked from each context to the longer ones that end in it. */
function read(levels: ReturnType<typeof contextLevels>): Counts {
  const found: Counts = {};
  const visit = (length: number, context: number, name: string) => {
    const {begins, followers, counts, longer} = levels[length]!;
    const own: Record<string, number> = (found[name] = {});
    for (let at = begins[context]!; at < begins[context + 1]!; at++) own[followers[at]!] = counts[at]!;
    if (length + 1 === levels.length) return;
    for (let next = longer[context]!; next < longer[context + 1]!; next++)
      visit(length + 1, next, `${name} ${levels[length + 1]!.farthest[next]}`);
  };
  visit(0, 0, "");
  return found;
}

/** The longest contexts count each time, shorter ones once for each longer one. */
function counted(of: readonly number[][], order: number): Counts {
  const found: Counts = {};
  for (const one of of)
    for (let at = 0; at <= one.length; at++) {
      const follower = one[at] ?? BOUNDARY;
      for (let length = order - 1; length >= 0; length--) {
        const context = Array.from({length}, (_, back) => ` ${one[at - back - 1] ?? BOUNDARY}`).join("");
        const counts = (found[context] ??= {});
        const before = counts[follower] ?? 0;
        counts[follower] = before + 1;
        if (before > 0) break;
      }
    }
  return found;
}
