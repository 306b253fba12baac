import fc from "../../../support/property.js";
import {describe, expect, it} from "vitest";
import {
  bandsFor,
  clusterTexts,
  eachShingle,
  plainWords,
  KnownTexts,
  nearMatches,
  recallAt,
  TextIndex
} from "../../../../src/data/datasets/duplicates/index.js";
import {limbs, MinHasher} from "../../../../src/data/datasets/duplicates/minHash.js";
import {sharedKeys} from "../../../../src/data/datasets/duplicates/textIndex.js";
import type {Database} from "../../../../src/base/store/index.js";
import {rng} from "../../../../src/base/stats/index.js";

const sentence = (seed: number, words: number) => {
  const random = rng("sentence", seed);
  return Array.from({length: words}, () => `w${random.int(400)}`).join(" ");
};

/** Clusters as sorted lists of sorted texts, whatever the order they were added in. */
function clustersOf(texts: readonly string[], threshold = 0.8): string[][] {
  const index = new TextIndex({threshold});
  const numbers = texts.map((text) => index.add(text));
  const found = clusterTexts(index);
  const clusters = new Map<number, string[]>();
  for (const [i, number] of numbers.entries()) {
    const cluster = found.find(number);
    clusters.set(cluster, [...(clusters.get(cluster) ?? []), texts[i]!]);
  }
  return [...clusters.values()].map((cluster) => cluster.sort()).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}

describe("MinHasher", () => {
  it("computes (a·h + b) mod (2^61 − 1) exactly, as big integers do", () => {
    const prime = 2n ** 61n - 1n;
    const [a, b] = (["a", "b"] as const).map((which) => {
      const [low, middle, high] = limbs(which, 112);
      return Array.from(
        low,
        (value, k) => BigInt(value) + BigInt(middle[k]!) * 2n ** 21n + BigInt(high[k]!) * 2n ** 42n
      );
    }) as [bigint[], bigint[]];
    const words = fc.integer({min: 0, max: 2 ** 32 - 1});
    const hash = fc.oneof(
      fc.record({high: words, low: words}),
      fc.constantFrom({high: 0, low: 0}, {high: 2 ** 32 - 1, low: 2 ** 32 - 1}, {high: 2 ** 29, low: 0})
    );
    fc.assert(
      fc.property(fc.array(hash, {minLength: 1, maxLength: 60, size: "max"}), (hashes) => {
        const hasher = new MinHasher({bands: 14, rows: 8});
        hasher.start();
        for (const one of hashes) hasher.add(one);
        const values = hashes.map(
          ({high, low}) => (BigInt(high) * 2n ** 32n + BigInt(low)) & (2n ** 61n - 1n)
        );
        const expected = a.map((multiplier, k) =>
          values.map((h) => (multiplier * h + b[k]!) % prime).reduce((x, y) => (x < y ? x : y))
        );
        expect(hasher.minima()).toEqual(expected);
      }),
      {numRuns: 300}
    );
  });
});

describe("bandsFor", () => {
  it(
    "finds at least 95 % of pairs at whatever threshold is asked for, and none below it",
    {tags: ["long"]},
    () => {
      for (const threshold of [0.15, 0.3, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9]) {
        const index = new TextIndex({threshold});
        // Of 200 + 200 words in a row, k shared give (k − 4) / (400 − 8 − (k − 4)) of shared runs.
        const shared = Math.ceil((392 * threshold) / (1 + threshold)) + 4;
        const pairs = Array.from({length: 200}, (_, i) => {
          const whole = sentence(i, 200);
          const head = whole.split(" ").slice(0, shared);
          const other = [...head, ...Array.from({length: 200 - shared}, (_, k) => `x${i}y${k}`)].join(" ");
          return [index.add(whole), index.add(other)] as const;
        });
        for (const [a, b] of pairs) {
          expect(index.similarity(a, b)).toBeGreaterThanOrEqual(threshold);
          expect(index.similarity(a, b)).toBeLessThan(threshold + 0.01);
        }
        const found = new Set<string>();
        index.pairs(
          () => false,
          (a, b, similarity) => {
            expect(similarity).toBeGreaterThanOrEqual(threshold);
            found.add([a, b].sort((x, y) => x - y).join());
          }
        );
        expect(
          pairs.filter(([a, b]) => found.has(`${a},${b}`)).length,
          `${threshold}`
        ).toBeGreaterThanOrEqual(190);
      }
    }
  );

  it("states a recall of at least 0.98 at the threshold, within 128 functions where one row a band does not need more", () => {
    fc.assert(
      fc.property(fc.double({min: 0.001, max: 1, noNaN: true}), (threshold) => {
        const division = bandsFor(threshold);
        expect(recallAt(threshold, division)).toBeGreaterThanOrEqual(0.98 - 1e-9);
        if (threshold > 0.04) expect(division.bands * division.rows).toBeLessThanOrEqual(128);
      }),
      {seed: 4}
    );
    expect(bandsFor(0.8)).toEqual({bands: 17, rows: 7});
  });
});

describe("KnownTexts", () => {
  const rowsOf = (texts: readonly string[], name: string) =>
    texts.map((text, i) => ({row_id: `${name}${i}`, text}));
  async function* given<T>(all: readonly T[]): AsyncGenerator<T> {
    yield* all;
  }
  const none = {} as Database;

  it("finds for each of several comparisons, made at once too, what one alone finds", async () => {
    const base = Array.from({length: 40}, (_, i) => sentence(i, 30));
    const near = (i: number, end: string) => `${base[i]!} ${end}`;
    const known = rowsOf([...base.slice(0, 20), near(3, "again")], "k");
    const wanted = [
      rowsOf([base[1]!, near(3, "indeed"), base[30]!, near(30, "x")], "a"),
      rowsOf([near(30, "y"), near(5, "z"), base[31]!], "b"),
      rowsOf([base[30]!, near(3, "indeed")], "c")
    ];
    const texts = await KnownTexts.of(none, given(known));
    const together = await Promise.all(wanted.map((rows) => texts.matches(none, given(rows))));
    for (const [i, rows] of wanted.entries()) {
      const alone = await nearMatches(none, given(rows), given(known));
      expect(together[i]).toEqual(alone);
      expect(alone.size).toBeGreaterThan(0);
      expect(alone.size).toBeLessThan(rows.length);
    }
  });

  it("goes on after a comparison whose rows could not be read", async () => {
    const texts = await KnownTexts.of(none, given(rowsOf([sentence(1, 30)], "k")));
    async function* broken() {
      yield {row_id: "a", text: sentence(2, 30)};
      throw new Error("gone");
    }
    await expect(texts.matches(none, broken())).rejects.toThrow("gone");
    expect((await texts.matches(none, given(rowsOf([sentence(2, 30)], "b")))).size).toBe(0);
    expect((await texts.matches(none, given(rowsOf([sentence(1, 30)], "b")))).get("b0")?.row).toBe("k0");
  });
});

describe("plainWords", () => {
  it("folds case, diacritics, punctuation and white space", () => {
    expect(plainWords("  Où est l’Hôtel?\n\tICI! ")).toBe("ou est lhotel ici");
    expect(plainWords("Straße №5 – „gut“")).toBe("strasse no5 gut");
  });

  it("folds numbers only when told to", () => {
    expect(plainWords("pay 1,200.50 by 3 May")).toBe("pay 120050 by 3 may");
    expect(plainWords("pay 1,200.50 by 3 May", {foldNumbers: true})).toBe("pay 0 by 0 may");
  });

  it("takes every character of a script without blanks for a word", () => {
    expect(plainWords("東京へ行く。")).toBe("東 京 へ 行 く");
  });

  it("leaves a text of punctuation alone as it is, so that two of them differ", () => {
    expect(plainWords(" :-) ")).toBe(":-)");
    expect(plainWords("")).toBe("");
  });
});

describe("eachShingle", () => {
  const count = (text: string, whole: boolean) => {
    let n = 0;
    eachShingle(text, 5, whole, () => n++);
    return n;
  };

  it("a text of n words has n − 4 shingles of five; a shorter one is one shingle or none", () => {
    expect(count("a b c d e f g", true)).toBe(3);
    expect(count("a b c d e", false)).toBe(1);
    expect(count("a b", true)).toBe(1);
    expect(count("a b", false)).toBe(0);
    expect(count("", true)).toBe(0);
  });
});

describe("TextIndex", () => {
  it("finds nearly every pair at least 0.9 alike and no pair below the threshold, as comparing all pairs does", () => {
    const texts = Array.from({length: 120}, (_, i) => {
      const words = sentence(i % 60, 60).split(" ");
      if (i >= 60) for (let k = 0; k < i % 4; k++) words[words.length - 1 - k] = `changed${i}`;
      return words.join(" ");
    });
    const shinglesOf = (text: string) => {
      const words = text.split(" ");
      return new Set(words.slice(4).map((_, i) => words.slice(i, i + 5).join(" ")));
    };
    const sets = texts.map(shinglesOf);
    const jaccard = (a: Set<string>, b: Set<string>) => {
      const shared = [...a].filter((shingle) => b.has(shingle)).length;
      return shared / (a.size + b.size - shared);
    };
    const index = new TextIndex();
    const numbers = texts.map((text) => index.add(text));
    const found = new Map<string, number>();
    index.pairs(
      () => false,
      (a, b, similarity) => found.set([a, b].sort((x, y) => x - y).join(), similarity)
    );
    let alike = 0;
    let missed = 0;
    for (let i = 0; i < texts.length; i++)
      for (let j = i + 1; j < texts.length; j++) {
        if (numbers[i] === numbers[j]) continue;
        const exact = jaccard(sets[i]!, sets[j]!);
        const ours = found.get([numbers[i]!, numbers[j]!].sort((x, y) => x - y).join());
        if (ours !== undefined) expect(ours).toBeCloseTo(exact, 12);
        if (exact >= 0.8) alike++;
        if (exact >= 0.8 && ours === undefined) missed++;
        if (exact < 0.8) expect(ours).toBeUndefined();
      }
    expect(alike).toBe(45);
    expect(missed).toBeLessThanOrEqual(1);
  });

  it("gives the same clusters in whatever order texts are added", () => {
    const texts = Array.from({length: 60}, (_, i) => {
      const words = sentence(i % 15, 40).split(" ");
      words[39 - (i % 7)] = `x${i % 5}`;
      return words.join(" ");
    });
    const expected = clustersOf(texts, 0.6);
    expect(expected.length).toBeLessThan(60);
    fc.assert(
      fc.property(fc.shuffledSubarray(texts, {minLength: texts.length}), (shuffled) => {
        expect(clustersOf(shuffled, 0.6)).toEqual(expected);
      }),
      {numRuns: 15}
    );
  });

  it("counts texts that fold to the same words as one, and chains what is alike", () => {
    const words = sentence(1, 200).split(" ");
    const step = (n: number) => words.map((word, i) => (i < n * 4 ? `s${word}` : word)).join(" ");
    const chain = Array.from({length: 12}, (_, n) => step(n));
    expect(clustersOf(chain)).toHaveLength(1);
    const index = new TextIndex();
    expect(index.add("Hello, World")).toBe(index.add("hello world!"));
    expect(index.similarity(index.add(chain[0]!), index.add(chain[11]!))).toBeLessThan(0.8);
  });

  it("keeps short texts apart unless they are the same", () => {
    expect(clustersOf(["yes", "no", "Yes.", "book a table", "book a taxi"])).toHaveLength(4);
  });

  it("links a thousand variations of one long text in one bucket without comparing all pairs", () => {
    const base = sentence(9, 300);
    expect(clustersOf(Array.from({length: 1000}, (_, i) => `${base} ending${i}`))).toHaveLength(1);
  });
});

describe("sharedKeys", () => {
  it("finds exactly the places whose keys are equal", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: 0, max: 40}), {maxLength: 80}), (values) => {
        const keys = Float64Array.from(values, (value) => value * 2 ** 40 + (value % 3));
        const found = [...sharedKeys(keys)].map((places) => places.sort((a, b) => a - b).join()).sort();
        const expected = new Map<number, number[]>();
        for (const [i, value] of values.entries()) expected.set(value, [...(expected.get(value) ?? []), i]);
        expect(found).toEqual(
          [...expected.values()]
            .filter((places) => places.length > 1)
            .map(String)
            .sort()
        );
      }),
      {numRuns: 200}
    );
  });
});
