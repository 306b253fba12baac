import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {corpusFiles} from "../../../data-loaders/mails/corpusFiles.js";
import {readMails, type Mail} from "../../../data-loaders/mails/index.js";
import {
  encoderHead,
  majorityClassifier,
  staticEmbedding,
  tfidfLogReg,
  type BuildContext,
  type ModelSource
} from "../../../src/training/finetunes/index.js";
import {loadModel, readModelFile, saveModel} from "../../../src/weights/models/index.js";
import {decodeSafetensors, encodeSafetensors} from "../../../src/weights/models/safetensors.js";
import {sha256} from "../../../src/base/system/index.js";

const columns = {text: "text", label: "label"};
let context: BuildContext;
let train: Mail[] = [];
let test: Mail[] = [];

beforeAll(async () => {
  const files = (await corpusFiles()).filter((_, i) => i % 12 === 0);
  const mails: Mail[] = [];
  for await (const mail of readMails({files})) mails.push(mail);
  mails.sort((a, b) => (a.id < b.id ? -1 : 1));
  test = mails.filter((_, i) => i % 5 === 0);
  train = mails.filter((_, i) => i % 5 !== 0);
  context = {
    dir: await mkdtemp(join(tmpdir(), "assay-trainers-")),
    dataset: "mails",
    version: "v1",
    split: "s1",
    seed: "test",
    rows: async function* (part) {
      for (const mail of part === "train" ? train : []) yield {...mail};
    }
  };
});
afterAll(() => rm(context.dir, {recursive: true}));

async function accuracy(id: string): Promise<number> {
  const model = await loadModel(context.dir, id);
  const predictions = await model.predict(test.map(({text}) => text));
  await model.close?.();
  for (const {label, logprobs} of predictions) {
    const total = Object.values(logprobs).reduce((sum, log) => sum + Math.exp(log), 0);
    expect(total).toBeCloseTo(1, 6);
    expect(logprobs[label]).toBe(Math.max(...Object.values(logprobs)));
  }
  return predictions.filter(({label}, i) => label === test[i]!.label).length / test.length;
}

describe("trainers on some 360 mails", () => {
  let floor = 0;

  it("majority answers the commonest label, and records what it was trained on", async () => {
    const manifest = await majorityClassifier(columns).build(context);
    floor = await accuracy(manifest.id);
    const spam = test.filter(({label}) => label === "spam").length / test.length;
    expect(floor).toBe(spam);
    expect(manifest.training).toMatchObject({
      dataset: "mails",
      version: "v1",
      split: "s1",
      part: "train",
      rows: train.length,
      rowsSha256: sha256(train.map(({id}) => id).join("\n")),
      seed: "test"
    });
  });

  it("TF-IDF with logistic regression beats the majority by 30 points", async () => {
    const manifest = await tfidfLogReg(columns).build(context);
    expect(await accuracy(manifest.id)).toBeGreaterThan(floor + 0.3);
  });

  it(
    "a head on the frozen encoder, trained on a stated sample, beats the majority by 10 points",
    {tags: ["long"]},
    async () => {
      const manifest = await encoderHead({...columns, sample: 150, maxTokens: 32, epochs: 40}).build(context);
      expect(manifest.training!.rows).toBe(150);
      expect(manifest.training!.subset).toMatch(/150 of \d+ rows/);
      expect(await accuracy(manifest.id)).toBeGreaterThan(floor + 0.1);
    }
  );

  it(
    "fine-tuned static embeddings descend from one table and can be averaged",
    {tags: ["long"]},
    async () => {
      const small = {...columns, dimensions: 32, maxTokens: 128};
      const base = staticEmbedding({...small, name: "base", sample: 100});
      const team = (name: string, wave: string) =>
        staticEmbedding({
          ...columns,
          name,
          init: base,
          epochs: 12,
          subset: {words: `waves ${wave}`, where: ({group}) => String(group).endsWith(wave)}
        });
      const a = await team("a", "-1").build(context);
      const b = await team("b", "-2").build(context);
      const joint = await staticEmbedding({...columns, name: "joint", init: base, epochs: 12}).build(context);
      const parent = await base.build(context);
      expect(a.parents).toEqual([{id: parent.id, name: "base"}]);
      expect(a.training!.subset).toBe("waves -1");
      expect(a.training!.rows + b.training!.rows).toBe(train.length);
      const tensorsOf = async (id: string) =>
        decodeSafetensors(await readModelFile(join(context.dir, id), "model.safetensors"));
      const shapes = await Promise.all(
        [a, b, joint, parent].map(async ({id}) =>
          Object.entries(await tensorsOf(id)).map(([name, {shape}]) => [name, shape])
        )
      );
      expect(shapes[0]!.map(([name]) => name)).toEqual(["embedding.weight", "head.bias", "head.weight"]);
      for (const own of shapes) expect(own).toEqual(shapes[0]);
      expect(await accuracy(joint.id)).toBeGreaterThan((await accuracy(parent.id)) + 0.05);

      const [left, right] = await Promise.all([tensorsOf(a.id), tensorsOf(b.id)]);
      const mean = Object.fromEntries(
        Object.entries(left).map(([name, {shape, data}]) => [
          name,
          {shape, data: data.map((value, i) => (value + right[name]!.data[i]!) / 2)}
        ])
      );
      const folder = join(context.dir, a.id);
      const average = await saveModel(context.dir, {
        name: "average",
        architecture: a.architecture,
        labels: a.labels!,
        settings: a.settings,
        parents: [a, b].map(({id, name}) => ({id, name})),
        files: {"model.safetensors": encodeSafetensors(mean)},
        sharedFiles: {
          "tokenizer.json": await readFile(join(folder, "tokenizer.json")),
          "tokens.json": await readFile(join(folder, "tokens.json"))
        }
      });
      expect(await accuracy(average.id)).toBeGreaterThan(floor + 0.1);
    }
  );

  it("make nothing twice while configuration, data and seed stay, and the same bytes in another folder", async () => {
    const lines: string[] = [];
    const watched = {...context, onProgress: (line: string) => lines.push(line)};
    const again = await tfidfLogReg(columns).build(watched);
    expect(lines).toEqual([]);
    const elsewhere = {...watched, dir: await mkdtemp(join(tmpdir(), "assay-trainers-"))};
    const copy = await tfidfLogReg(columns).build(elsewhere);
    await rm(elsewhere.dir, {recursive: true});
    expect(lines).toEqual([`training tfidf-logreg on ${train.length} rows`]);
    expect(copy.id).toBe(again.id);
  });

  it("trains again when the model's folder is gone", async () => {
    const source = majorityClassifier({...columns, name: "again"});
    const first = await source.build(context);
    await rm(join(context.dir, first.id), {recursive: true});
    expect(await accuracy((await source.build(context)).id)).toBe(floor);
  });

  it("use a model again that a purge named, once it was made anew of what is left and is the same", async () => {
    const source = majorityClassifier({...columns, name: "left", sample: 50});
    const {id} = await source.build(context);
    const note = {kind: "erased-training", dataset: "mails", at: "2026-12-01T00:00:00Z"};
    await writeFile(join(context.dir, id, "erased-training.json"), JSON.stringify(note));
    await expect(loadModel(context.dir, id)).rejects.toThrow(/learned from rows of mails that were erased/);
    expect((await source.build(context)).id).toBe(id);
    await loadModel(context.dir, id);
  });

  it("have another configuration hash for another seed, version, split, setting, subset or parent", async () => {
    const subset = (words: string) => ({words, where: () => true});
    const base = staticEmbedding(columns);
    const sources: [ModelSource, Partial<BuildContext>][] = [
      [tfidfLogReg(columns), {}],
      [tfidfLogReg(columns), {seed: "other"}],
      [tfidfLogReg(columns), {version: "v2"}],
      [tfidfLogReg(columns), {split: "s2"}],
      [tfidfLogReg({...columns, epochs: 3}), {}],
      [tfidfLogReg({...columns, subset: subset("a")}), {}],
      [tfidfLogReg({...columns, subset: subset("b")}), {}],
      [base, {}],
      [staticEmbedding({...columns, init: base}), {}],
      [staticEmbedding({...columns, init: staticEmbedding({...columns, epochs: 3})}), {}]
    ];
    const hashes = await Promise.all(
      sources.map(([source, change]) => source.configHash({...context, ...change}))
    );
    expect(new Set(hashes).size).toBe(sources.length);
    expect(await tfidfLogReg(columns).configHash(context)).toBe(hashes[0]);
  });

  it("say which rows or columns are wrong", async () => {
    await expect(majorityClassifier({...columns, text: "body"}).build(context)).rejects.toThrow(
      /row \S+ has no text in column "body"/
    );
    const nobody = {words: "nobody", where: () => false};
    await expect(majorityClassifier({...columns, subset: nobody}).build(context)).rejects.toThrow(
      /is in the subset "nobody"/
    );
    await expect(majorityClassifier({...columns, part: "empty"}).build(context)).rejects.toThrow(
      /no row of part/
    );
  });

  it("tell apart more labels than a byte numbers", async () => {
    const labels = Array.from({length: 300}, (_, i) => `label ${String(i).padStart(3, "0")}`);
    const many: BuildContext = {
      ...context,
      rows: async function* () {
        for (const label of labels)
          for (const n of [1, 2])
            yield await Promise.resolve({id: `${label} ${n}`, text: `word${label.slice(-3)} once`, label});
      }
    };
    const source = tfidfLogReg({...columns, name: "many", epochs: 60});
    const manifest = await source.build(many);
    expect(manifest.labels).toEqual(labels);
    const model = await loadModel(context.dir, manifest.id);
    const predictions = await model.predict(["word000 once", "word255 once", "word256 once", "word299 once"]);
    expect(predictions.map(({label}) => label)).toEqual(["label 000", "label 255", "label 256", "label 299"]);
    await model.close?.();
  });

  it("an empty list of texts gives an empty list of predictions", async () => {
    for (const source of [majorityClassifier(columns), tfidfLogReg(columns)]) {
      const model = await loadModel(context.dir, (await source.build(context)).id);
      expect(await model.predict([])).toEqual([]);
    }
  });
});
