import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {defineDataset, plainWords, pull, purge} from "../../../src/data/datasets/index.js";
import {
  ensureSplit,
  measureAgain,
  recommendSplit,
  splitLeaks,
  type SplitSpec
} from "../../../src/data/splits/index.js";
import {TfIdf} from "../../../src/data/splits/leaks/tfidf.js";
import {
  openStore,
  readSplit,
  type SplitManifest,
  type Store,
  type Workspace,
  writeSplit
} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

interface Row {
  id: string;
  text: string;
  part: "train" | "test";
  group?: string;
}

async function splitOf(rows: Row[], spec: Partial<SplitSpec> = {}, workspace?: Workspace) {
  const place = workspace ?? (await temporaryWorkspace());
  const {version} = await pull(
    place,
    defineDataset({
      name: "questions",
      id: "id",
      text: "text",
      group: rows.some(({group}) => group !== undefined) ? "group" : undefined,
      source: {kind: "rows", rows: () => rows}
    })
  );
  const store = await openStore(place);
  const split = await ensureSplit(store, version, {strategy: "given", column: "part", ...spec});
  return {store, version, split};
}

/** The measures and the rows that leak, of texts in two parts. */
async function leaksOf(train: string[], test: string[], spec: Partial<SplitSpec> = {}) {
  const rows = [
    ...train.map((text, i): Row => ({id: `train${i}`, text, part: "train"})),
    ...test.map((text, i): Row => ({id: `test${i}`, text, part: "test"}))
  ];
  const {store, split} = await splitOf(rows, spec);
  try {
    return {measures: split.measures, leaks: await splitLeaks(store, split)};
  } finally {
    store.close();
  }
}

const words = (n: number, from = 0) => Array.from({length: n}, (_, i) => `word${from + i}`).join(" ");

/** All that Unicode 16 calls White_Space. */
const WHITE_SPACE =
  "\t\n\u000b\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

describe("the fold of texts", () => {
  const text = fc.string({unit: "grapheme", maxLength: 12});
  const anyText = fc.oneof(text, fc.string({unit: "binary", maxLength: 8}));
  const spaces = fc.string({unit: fc.constantFrom(...WHITE_SPACE), minLength: 1, maxLength: 3});

  it("is the same whatever white space stands around and between words", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zé東0-9]{1,5}$/), {minLength: 1, maxLength: 4}),
        spaces,
        spaces,
        (list, outer, inner) => {
          expect(plainWords(`${outer}${list.join(inner)}${outer}`)).toBe(plainWords(list.join(" ")));
        }
      ),
      {numRuns: 500}
    );
  });

  it("is the same for every normal form, letter case, and folded again", () => {
    fc.assert(
      fc.property(anyText, (one) => {
        const folded = plainWords(one);
        for (const form of ["NFC", "NFD", "NFKC", "NFKD"])
          expect(plainWords(one.normalize(form)), form).toBe(folded);
        expect(plainWords(one.toUpperCase())).toBe(folded);
        expect(plainWords(folded)).toBe(folded);
      }),
      {numRuns: 3000}
    );
  });

  it("reads the examples of Unicode's case folding and normalisation alike", () => {
    // UAX #15, figures 3 to 6; CaseFolding.txt, status F.
    for (const [a, b] of [
      ["\u212b", "\u00c5"],
      ["\u1e9b\u0323", "\u1e69"],
      ["ﬁne", "FINE"],
      ["Straße", "STRASSE"],
      ["ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς"],
      ["２⁵ ｶﾞ", "25 ガ"]
    ] as const)
      expect(plainWords(a)).toBe(plainWords(b));
  });

  it("keeps apart what marks make another word: vowel signs of Devanagari and Thai, voiced kana", () => {
    for (const [a, b] of [
      ["कि", "का"],
      ["กิน", "กัน"],
      ["か", "が"]
    ] as const)
      expect(plainWords(a)).not.toBe(plainWords(b));
  });
});

describe("leaks of a split", () => {
  it("finds the same text through any white space, normal form, case and punctuation, and lists who it is known by", async () => {
    const variants = [
      "Top up failed\n",
      "\ttop up failed",
      "Top\u00a0up failed",
      "TOP UP FAILED",
      "Top up   failed?",
      "\u3000Top up failed.\r\n",
      "Ｔｏｐ up failed"
    ];
    const {measures, leaks} = await leaksOf(
      ["top up failed", words(20)],
      [...variants, "top up worked", words(12, 40)]
    );
    expect(measures.exactLeakage).toEqual({rows: 7, share: 7 / 9});
    const same = leaks.filter(({measure}) => measure === "same text");
    expect(same.map(({row}) => row)).toEqual(variants.map((_, i) => `test${i}`));
    expect(new Set(same.map(({known}) => known))).toEqual(new Set(["train0"]));
  });

  it("lists every row that its shares count, with the training row most like it", async () => {
    const base = words(40);
    const changed = (n: number) =>
      base
        .split(" ")
        .map((word, i) => (i < n ? `other${i}` : word))
        .join(" ");
    const {measures, leaks} = await leaksOf(
      [base, changed(3), words(30, 500)],
      [changed(2), `${words(14, 510)} ${words(20, 900)}`, words(30, 1000)]
    );
    const rowsOf = (wanted: string) => leaks.filter(({measure}) => measure === wanted);
    expect(measures).toMatchObject({
      nearLeakage: {rows: 1, threshold: 0.8},
      ngramLeakage: {rows: 2, long: 3}
    });
    expect(rowsOf("near-duplicate")).toEqual([
      {measure: "near-duplicate", row: "test0", known: "train0", similarity: 34 / 38}
    ]);
    expect(rowsOf("13 words").map(({row, known}) => [row, known])).toEqual([
      ["test0", "train0"],
      ["test1", "train2"]
    ]);
  });

  it("names, of several training rows with the same run, the one with the smallest id", async () => {
    const {leaks} = await leaksOf(
      [words(20), `${words(20)} more`, words(30, 200)],
      [`other start ${words(14)} ${words(30, 900)}`]
    );
    const shared = leaks.filter(({measure}) => measure === "13 words");
    expect(shared.map(({row, known}) => [row, known])).toEqual([["test0", "train0"]]);
  });

  it("finds near-twins of short questions, which runs of words miss", async () => {
    const {measures, leaks} = await leaksOf(
      [
        "i would like to transfer $100 from my checking to my savings account",
        "what is the weather in paris",
        ...Array.from({length: 30}, (_, i) => `topic${i} alpha${i} beta${i}`)
      ],
      [
        "would like to transfer $100 from my checking into my saving account",
        "who invented the telephone",
        words(60)
      ]
    );
    expect(measures).toMatchObject({
      exactLeakage: {rows: 0},
      nearLeakage: {rows: 0},
      shortTextLeakage: {rows: 1, searched: 2, short: 2, share: 0.5, threshold: 0.8}
    });
    expect(leaks).toMatchObject([{measure: "short twin", row: "test0", known: "train0"}]);
  });

  it("leaves out rows that another split holds out", async () => {
    const workspace = await temporaryWorkspace();
    const rows = Array.from({length: 60}, (_, i): Row => ({
      id: `r${i}`,
      text: `same ${i % 10}`,
      part: i % 2 ? "train" : "test",
      group: `g${i % 5}`
    }));
    const {store, version, split} = await splitOf(rows, {}, workspace);
    const before = await splitLeaks(store, split);
    const held = await ensureSplit(store, version, {strategy: "random", heldOut: 0.3});
    const after = await splitLeaks(store, split);
    const heldOut = await store.workspace.lease("look", {what: "test"}, async () => held.counts["held-out"]!);
    store.close();
    expect(heldOut).toBeGreaterThan(5);
    expect(new Set(before.map(({row}) => row)).size).toBeGreaterThan(new Set(after.map(({row}) => row)).size);
  });
});

describe("what was measured", () => {
  const base = words(30);
  const half = (i: number) => `${words(20)} ${words(10, 1000 + 50 * i)}`;
  const rows = (): Row[] => [
    {id: "a", text: base, part: "train"},
    ...Array.from({length: 10}, (_, i): Row => ({id: `t${i}`, text: half(i), part: "test"}))
  ];

  it("has the threshold of near-duplicates in its identity: another one is measured, not remembered", async () => {
    const workspace = await temporaryWorkspace();
    const shareAt = async (threshold: number) => {
      const {store, split} = await splitOf(rows(), {near: {threshold}}, workspace);
      store.close();
      return {id: split.id, near: split.measures.nearLeakage};
    };
    // 16 runs of five in common, of 26 + 26 − 16: 0.44.
    const low = await shareAt(0.4);
    const high = await shareAt(0.8);
    expect(low.near).toEqual({rows: 10, share: 1, threshold: 0.4});
    expect(high.near).toEqual({rows: 0, share: 0, threshold: 0.8});
    expect(low.id).not.toBe(high.id);
    expect(await shareAt(0.4)).toEqual(low);
  });

  it("is not said of a split that an older edition measured, until it is measured again", async () => {
    const {store, split} = await splitOf(rows());
    const old: SplitManifest = {...split, measures: {edition: 3, exactLeakage: {rows: 0, share: 0}}};
    await writeSplit(store.workspace, old);
    expect(recommendSplit([old])).toMatchObject({
      sentence: expect.stringContaining("`assay split questions --measure`")
    });
    expect(recommendSplit([old])!.worst).toBeUndefined();
    const [again] = await measuredAgain(store);
    expect(again!.measures).toEqual(split.measures);
    store.close();
  });

  it("is not said of a split that lost rows to a purge, until a run or a command measures it again", async () => {
    const twice = [...rows(), {id: "u", text: `${base} `, part: "test" as const}];
    const {store, version, split} = await splitOf(twice);
    expect(split.measures).toMatchObject({exactLeakage: {rows: 1}});
    const spec: SplitSpec = {strategy: "given", column: "part"};
    const gone = async (id: string) => {
      await purge(store.workspace, "questions", {where: `id = '${id}'`, reason: "asked"});
      store.refresh();
      const left = (await readSplit(store.workspace, split))!;
      expect(left).toMatchObject({measures: {}, erased: {test: expect.stringMatching(/^20/) as string}});
      expect(recommendSplit([left])).toMatchObject({
        sentence: expect.stringContaining(
          "not measured as it is now. Measure it with `assay split questions"
        ) as string
      });
      return left;
    };
    const {counts} = await gone("u");
    expect(await ensureSplit(store, version, spec)).toMatchObject({
      counts,
      measures: {exactLeakage: {rows: 0}}
    });
    await gone("t0");
    expect(await measureAgain(store, "questions")).toMatchObject([{measures: {exactLeakage: {rows: 0}}}]);
    store.close();
  });
});

async function measuredAgain(store: Store): Promise<SplitManifest[]> {
  store.refresh();
  return measureAgain(store, "questions");
}

describe("TF-IDF of character grams", () => {
  it("gives the cosines of scikit-learn's TfidfVectorizer(analyzer='char_wb', ngram_range=(3, 5))", () => {
    // scikit-learn 1.4.2 on the corpus of its user guide (text feature extraction).
    const corpus = [
      "this is the first document",
      "this document is the second document",
      "and this is the third one",
      "is this the first document"
    ];
    const tfidf = new TfIdf();
    const learned = corpus.map((text) => tfidf.learn(text));
    const cosine = (a: number, b: number) => {
      const [one, other] = [learned[a]!, learned[b]!];
      const [wa, wb] = [tfidf.weights(one), tfidf.weights(other)];
      return one.ids.reduce((sum, id, i) => {
        const at = other.ids.indexOf(id);
        return at < 0 ? sum : sum + wa[i]! * wb[at]!;
      }, 0);
    };
    expect(cosine(0, 1)).toBeCloseTo(0.6650541031299512, 9);
    expect(cosine(0, 2)).toBeCloseTo(0.2773813688237895, 9);
    expect(cosine(0, 3)).toBeCloseTo(1, 9);
  });
});
