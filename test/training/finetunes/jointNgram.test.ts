// @module-tag long
import {mkdtemp, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {readWords} from "../../../data-loaders/words/readWords.js";
import {mergedModel, storedModel, trained} from "../../../src/evals/candidates/index.js";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {
  type BuildContext,
  jointNgram,
  type JointNgramOptions
} from "../../../src/training/finetunes/index.js";
import {damagedFiles, loadModel, mergeConflict, readManifest} from "../../../src/weights/models/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {sha256} from "../../../src/base/system/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

type Spoken = {id: string; word: string; sounds: string};

let words: Spoken[] = [];
let test: Spoken[] = [];
let dir: string;
const columns = {text: "word", label: "sounds"};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "assay-ngram-"));
  const all: Spoken[] = [];
  for await (const {word, sounds} of readWords()) if (sha256(word) < "03") all.push({id: word, word, sounds});
  all.sort((a, b) => (a.id < b.id ? -1 : 1));
  test = all.filter((_, i) => i % 10 === 0);
  words = all.filter((_, i) => i % 10 !== 0);
});
afterAll(() => rm(dir, {recursive: true}));

function contextOf(rows: readonly ({id: string} & Record<string, unknown>)[], into = dir): BuildContext {
  return {
    dir: into,
    dataset: "words",
    version: sha256(JSON.stringify(rows)),
    split: "s1",
    seed: "test",
    rows: async function* () {
      for (const row of rows) yield await Promise.resolve({...row});
    }
  };
}

const spelled = (...pairs: [word: string, sounds: string][]) =>
  pairs.map(([word, sounds], i) => ({id: `row ${i}`, word, sounds}));

async function answers(context: BuildContext, options: Partial<JointNgramOptions>, texts: string[]) {
  const {id} = await jointNgram({...columns, ...options}).build(context);
  const model = await loadModel(context.dir, id);
  const predictions = await model.predict(texts);
  await model.close?.();
  return predictions;
}

describe("jointNgram", () => {
  it("says how words are spoken that it never saw, and is surer where it is right", async () => {
    const predictions = await answers(
      contextOf(words),
      {},
      test.map(({word}) => word)
    );
    const right = predictions.map(({label}, i) => label === test[i]!.sounds);
    expect(right.filter(Boolean).length / test.length).toBeGreaterThan(0.25);
    const sureness = (wanted: boolean) => {
      const found = predictions.filter((_, i) => right[i] === wanted);
      return found.reduce((sum, {label, logprobs}) => sum + Math.exp(logprobs[label]!), 0) / found.length;
    };
    expect(sureness(true)).toBeGreaterThan(sureness(false) + 0.1);
    for (const {label, logprobs} of predictions) {
      const all = Object.values(logprobs);
      expect(all.length).toBeLessThanOrEqual(20);
      expect(logprobs[label]).toBe(Math.max(...all));
      expect(all.reduce((sum, one) => sum + Math.exp(one), 0)).toBeLessThan(1 + 1e-9);
    }
  });

  it("records what it learned from, without labels, in about two bytes a letter", async () => {
    const manifest = await jointNgram(columns).build(contextOf(words));
    expect(manifest).toMatchObject({
      name: "joint-ngram",
      architecture: "joint-ngram",
      settings: {order: 8},
      training: {
        part: "train",
        rows: words.length,
        rowsSha256: sha256(words.map(({id}) => id).join("\n"))
      }
    });
    expect(manifest.labels).toBeUndefined();
    expect(await damagedFiles(dir, manifest)).toEqual([]);
    const letters = words.reduce((sum, {word}) => sum + word.length + 1, 0);
    expect(manifest.files.find(({path}) => path === "model.safetensors")!.bytes).toBeLessThan(
      2 * letters + 200
    );
    const config = JSON.parse(await readFile(join(dir, manifest.id, "config.json"), "utf8")) as object;
    expect(config).toMatchObject({model_type: "assay-joint-ngram", order: 8, blank_before: true});
  });

  it("makes the same bytes of the same rows, in any folder and order, and nothing twice", async () => {
    const context = contextOf(words);
    const first = await jointNgram(columns).build(context);
    const lines: string[] = [];
    const onProgress = (line: string) => lines.push(line);
    expect((await jointNgram(columns).build({...context, onProgress})).id).toBe(first.id);
    expect(lines).toEqual([]);
    const elsewhere = await mkdtemp(join(tmpdir(), "assay-ngram-"));
    const turned = {...contextOf([...words].reverse(), elsewhere), version: context.version, onProgress};
    const again = await jointNgram(columns).build(turned);
    await rm(elsewhere, {recursive: true});
    expect(lines).toEqual([`training joint-ngram on ${words.length} rows`]);
    expect(again.id).toBe(first.id);
    expect((await jointNgram({...columns, order: 3}).build(context)).id).not.toBe(first.id);
  });

  it("learns the rows of a subset, and of a sample", async () => {
    const context = contextOf(spelled(["ab", "A B"], ["ba", "B A"], ["ab", "C C"], ["ba", "C C"]));
    const subset = {words: "without C", where: ({sounds}: Record<string, unknown>) => sounds !== "C C"};
    const [only] = await answers(context, {subset}, ["ab"]);
    expect(only!.label).toBe("A B");
    expect(Object.keys(only!.logprobs).some((answer) => answer.includes("C"))).toBe(false);
    const {training} = await jointNgram({...columns, subset}).build(context);
    expect(training).toMatchObject({subset: "without C", rows: 2});
    const sampled = await jointNgram({...columns, sample: 3}).build(context);
    expect(sampled.training).toMatchObject({
      subset: expect.stringMatching(/^3 of 4 rows/) as string,
      rows: 3
    });
  });

  it("writes answers as the labels are: with a blank before them where all have one", async () => {
    const before = contextOf(spelled(["ab", " A B"], ["ba", " B  A\n"]));
    expect((await answers(before, {}, ["ab", "ba", ""])).map(({label}) => label)).toEqual([
      " A B",
      " B A",
      ""
    ]);
    const mixed = contextOf(spelled(["ab", " A B"], ["ba", "B A"]));
    expect((await answers(mixed, {}, ["ab", "ba"])).map(({label}) => label)).toEqual(["A B", "B A"]);
  });

  it("reads texts from their last letter to their first where that is how they are written", async () => {
    const asked = test.slice(0, 20).map(({word}) => word);
    const reversed = (word: string) => [...word].reverse().join("");
    const backwards = words.map((row) => ({...row, word: reversed(row.word)}));
    expect(await answers(contextOf(backwards), {backwards: true}, asked.map(reversed))).toEqual(
      await answers(contextOf(words), {}, asked)
    );
  });

  it("takes a code point for a letter, not half of one", async () => {
    const context = contextOf(spelled(["😀b", "A B"], ["b😀", "B A"], ["😀😁", "A C"]));
    const [one, other] = await answers(context, {}, ["😀", "😁"]);
    expect([one!.label, other!.label]).toEqual(["A", "C"]);
  });

  it("leaves out rows with more than two symbols a letter, counts them, and says so when none is left", async () => {
    const rows = spelled(["ab", "A B"], ["w", "D AH B AH L"]);
    const {metrics, training} = await jointNgram(columns).build(contextOf(rows));
    expect(metrics).toMatchObject({rowsLeftOut: 1});
    expect(training!.rows).toBe(2);
    await expect(jointNgram(columns).build(contextOf(rows.slice(1)))).rejects.toThrow(
      /words: every row has more than two symbols in "sounds" for each letter of "word"/
    );
  });

  it("takes more labels than a classifier", async () => {
    const many = Array.from({length: 66_000}, (_, i) => {
      const digits = [...String(i)];
      return {id: String(i), word: digits.join(""), sounds: digits.map((digit) => `N${digit}`).join(" ")};
    });
    const [one] = await answers(contextOf(many), {order: 2}, ["705"]);
    expect(one!.label).toBe("N7 N0 N5");
  });

  it("has another configuration for another order, and stops when it is told to", async () => {
    const context = contextOf(words);
    const hash = (options: Partial<JointNgramOptions>) =>
      jointNgram({...columns, ...options}).configHash(context);
    const others = [hash({}), hash({order: 7}), hash({sample: 5}), hash({label: "word"})];
    expect(new Set(await Promise.all(others)).size).toBe(4);
    expect(await hash({order: 8})).toBe(await hash({}));
    const stop = new AbortController();
    // Once the rows are read.
    const onProgress = () => stop.abort(new Error("enough"));
    const stopped = {...context, signal: stop.signal, onProgress};
    await expect(jointNgram({...columns, name: "stopped"}).build(stopped)).rejects.toThrow("enough");
  });

  it("has no weights to merge", async () => {
    const context = contextOf(words);
    const {id} = await jointNgram(columns).build(context);
    const said = "joint-ngram cannot be merged: it is a model of counts, which has no weights";
    const merge = mergedModel({name: "both", method: "linear", models: [{source: storedModel(id)}]});
    await expect(merge.build(context)).rejects.toThrow(said);
    // As a recipe of `assay merge` is told.
    expect(mergeConflict([await readManifest(dir, id)])).toBe(`${said}.`);
  });
});

describe("a candidate trained by jointNgram", () => {
  it("answers in this process with its likeliest answers, in the order of their probabilities", async () => {
    const workspace = await temporaryWorkspace();
    const rows = [
      ...spelled(["cat", "K AE T"], ["tack", "T AE K"], ["act", "AE K T"], ["cot", "K AA T"]),
      // Two answers to one text, as likely as each other: digits, which objects put into an order of their own.
      {id: "nine", word: "x", sounds: "9"},
      {id: "ten", word: "x", sounds: "10"}
    ];
    const dataset = defineDataset({
      name: "spoken",
      source: {kind: "rows", rows: () => rows},
      id: "id",
      text: "word",
      label: "sounds"
    });
    const {version} = await pull(workspace, dataset);
    const store = await openStore(workspace);
    try {
      const split = await ensureSplit(store, version, {strategy: "random"}, {measure: false});
      const {endpoint, model} = await trained("n-gram", jointNgram(columns)).prepare({
        ...contextOf(rows),
        store,
        version,
        split,
        onProgress: () => undefined
      });
      const ask = (content: string, params = {}) =>
        endpoint.complete({model, messages: [{role: "user", content}], params: {logprobs: true, ...params}});
      const {text, usage, logprobs} = await ask("cat", {top_logprobs: 2});
      expect(text).toBe("K AE T");
      expect(usage).toEqual({promptTokens: 1, completionTokens: 3});
      expect(logprobs).toHaveLength(1);
      const [{token, logprob, top}] = logprobs as [NonNullable<typeof logprobs>[number]];
      expect(token).toBe("K AE T");
      expect(top).toHaveLength(2);
      expect(top![0]).toEqual({token: "K AE T", logprob});
      expect(top![1]!.logprob).toBeLessThan(logprob);
      const equal = await ask("x");
      expect(equal.text).toBe("10");
      expect(equal.logprobs![0]!.top!.map((one) => one.token)).toEqual(["10", "9"]);
      expect((await ask("")).text).toBe("");
      await endpoint.close?.();
    } finally {
      store.close();
    }
  });
});
