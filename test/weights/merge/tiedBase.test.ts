import {readFile, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {openBackend} from "../../../src/weights/ggml/index.js";
import {ActiveAdapter, batchOf, LanguageModel, readAdapter} from "../../../src/training/trainer/index.js";
import {tinyLanguageModel, TINY} from "../../support/tinyLanguageModel.js";
import {mergeIn, mixIn, type Tensors, workFolder, writeAdapterIn, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

const TABLE = "model.embed_tokens.weight";
const HEAD = "lm_head.weight";
const embedding = "base_model.model.model.embed_tokens";
const head = "base_model.model.lm_head";
const table = (from: number, rows = 3) => ({
  shape: [rows, 2],
  values: Array.from({length: rows * 2}, (_, i) => from + i)
});
/** Adds 10 and 20 to the last of three rows. */
const onTable: Tensors = {
  [`${embedding}.lora_embedding_A`]: {shape: [1, 3], values: [0, 0, 1]},
  [`${embedding}.lora_embedding_B`]: {shape: [2, 1], values: [10, 20]}
};
/** Adds 1 and 1 to the first of three rows. */
const onHead: Tensors = {
  [`${head}.lora_A.weight`]: {shape: [1, 2], values: [1, 1]},
  [`${head}.lora_B.weight`]: {shape: [3, 1], values: [1, 0, 0]}
};
const sameOnHead: Tensors = {
  [`${head}.lora_A.weight`]: {shape: [1, 2], values: [10, 20]},
  [`${head}.lora_B.weight`]: {shape: [3, 1], values: [0, 0, 1]}
};
const lora = {r: 1, lora_alpha: 1};

describe("an adapter on a base whose embedding is its head, too", () => {
  beforeAll(async () => {
    const tensors = {[TABLE]: table(0), "model.layers.0.w": {values: [1]}};
    const config = {model_type: "made-up", vocab_size: 3};
    await writeModel(join(work.path, "tied"), tensors, {...config, tie_word_embeddings: true});
    await writeModel(join(work.path, "unstated"), tensors, config);
    await writeModel(join(work.path, "by-kind"), tensors, {...config, model_type: "gemma2"});
    await writeModel(join(work.path, "nested"), tensors, {text_config: {...config, model_type: "gemma2"}});
  });

  let count = 0;
  const put = async (base: string, settings: object, tensors: Tensors) => {
    const name = await writeAdapterIn(work.path, `adapter-${count++}`, settings, tensors);
    const merged = await mergeIn(work.path, {
      merge_method: "passthrough",
      models: [{model: `${base}+${name}`}]
    });
    const config = JSON.parse(await readFile(join(merged.out, "config.json"), "utf8")) as object;
    const of = (tensor: string) => merged.tensors.get(tensor) && [...merged.tensors.get(tensor)!.values];
    return {config, table: of(TABLE), head: of(HEAD), warnings: merged.report.warnings};
  };

  const untied = {tie_word_embeddings: false};
  for (const [base, config] of Object.entries({
    tied: untied,
    "by-kind": untied,
    nested: {text_config: untied}
  }))
    it(`changes the embedding alone, so that the head keeps the base's table: ${base}`, async () => {
      expect(await put(base, lora, onTable)).toMatchObject({
        table: [0, 1, 2, 3, 14, 25],
        head: table(0).values,
        config,
        warnings: []
      });
    });

  it("changes the head alone, or each in its own way", async () => {
    expect(await put("tied", lora, onHead)).toMatchObject({
      table: table(0).values,
      head: [1, 2, 2, 3, 4, 5],
      config: {tie_word_embeddings: false}
    });
    expect(await put("tied", lora, {...onHead, ...onTable})).toMatchObject({
      table: [0, 1, 2, 3, 14, 25],
      head: [1, 2, 2, 3, 4, 5]
    });
  });

  it("saves the embedding whole, so that the head keeps the base's", async () => {
    const saved = {[`${embedding}.weight`]: table(100)};
    expect(await put("tied", {modules_to_save: ["embed_tokens"]}, saved)).toMatchObject({
      table: table(100).values,
      head: table(0).values,
      config: {tie_word_embeddings: false}
    });
    const grown = {[`${embedding}.weight`]: table(100, 4)};
    const {warnings, ...rest} = await put("tied", {modules_to_save: ["embed_tokens"]}, grown);
    expect(rest).toMatchObject({head: undefined, config: {tie_word_embeddings: true}});
    expect(warnings.join()).toMatch(/with other rows than the base's and no lm_head\.weight.*save both/);
  });

  it("goes on from a table that came with it but was not trained", async () => {
    const brought = {...onTable, [`${embedding}.base_layer.weight`]: table(100)};
    expect(await put("tied", lora, brought)).toMatchObject({
      table: [100, 101, 102, 103, 114, 125],
      head: table(100).values
    });
  });

  it("changes both alike where ensure_weight_tying says so", async () => {
    const tying = {...lora, ensure_weight_tying: true};
    for (const tensors of [onTable, {...sameOnHead, ...onTable}])
      expect(await put("tied", tying, tensors)).toMatchObject({
        table: [0, 1, 2, 3, 14, 25],
        head: undefined,
        config: {tie_word_embeddings: true}
      });
    await expect(put("tied", tying, onHead)).rejects.toThrow(
      /changes lm_head\.weight, which is the base's .*\(tied\)/
    );
  });

  it("is put on the embedding where nothing says that it is tied", async () => {
    expect(await put("unstated", lora, onTable)).toMatchObject({head: undefined});
    await expect(put("unstated", lora, onHead)).rejects.toThrow(/nothing tells the two apart/);
  });
});

it("a merge with an adapter on a tied table answers as the base does with the adapter put on it", async () => {
  const base = await tinyLanguageModel(join(work.path, "tiny"));
  const adapter = await tinyLanguageModel(join(work.path, "steer"));
  await rm(join(adapter, "model.safetensors"));
  const waves = (rows: number, columns: number, step: number) => ({
    shape: [rows, columns],
    values: Array.from({length: rows * columns}, (_, i) => Math.sin((i + 1) * step))
  });
  const vocabulary = 267;
  await writeAdapterIn(
    work.path,
    "steer",
    {r: 4, lora_alpha: 8},
    {
      [`${embedding}.lora_embedding_A`]: waves(4, vocabulary, 1.7),
      [`${embedding}.lora_embedding_B`]: waves(TINY.hidden, 4, 2.3)
    }
  );
  const {out} = await mergeIn(work.path, {merge_method: "passthrough", models: [{model: "tiny+steer"}]});
  const backend = await openBackend(1);
  const batch = batchOf([[40, 50, 60, 70]]);
  const model = await LanguageModel.open(backend, base);
  const plain = model.logits(batch);
  const steered = new ActiveAdapter(model, await readAdapter(adapter));
  const expected = model.logits(batch);
  const merged = await LanguageModel.open(backend, out);
  const difference = (a: Float32Array, b: Float32Array) => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));
  expect(difference(expected, plain)).toBeGreaterThan(0.1);
  expect(difference(expected, merged.logits(batch))).toBeLessThan(1e-3);
  steered.free();
});

it("a mixture with a head of its own says so", async () => {
  const tokens = ["a", "b", "c"];
  const matrix = (rows: number, columns: number, from: number) => ({
    shape: [rows, columns],
    values: Array.from({length: rows * columns}, (_, i) => (from + i) / 7)
  });
  for (const [from, name] of ["mix", "mix-1", "mix-2"].entries()) {
    const folder = await writeModel(
      join(work.path, name),
      {
        [TABLE]: matrix(3, 2, 1),
        "model.layers.0.self_attn.q_proj.weight": matrix(2, 2, 2),
        "model.layers.0.mlp.gate_proj.weight": matrix(3, 2, from * 10),
        "model.layers.0.mlp.up_proj.weight": matrix(3, 2, from * 10 + 1),
        "model.layers.0.mlp.down_proj.weight": matrix(2, 3, from * 10 + 2)
      },
      {model_type: "llama", num_hidden_layers: 1, vocab_size: 3, tie_word_embeddings: true}
    );
    const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
    await writeFile(join(folder, "tokenizer.json"), JSON.stringify({model: {type: "WordLevel", vocab}}));
  }
  await writeAdapterIn(work.path, "mix-adapter", lora, onTable);
  const {config, tensors} = await mixIn(work.path, {
    base_model: "mix+mix-adapter",
    gate_mode: "random",
    experts: [{source_model: "mix-1"}, {source_model: "mix-2"}]
  });
  expect([...tensors.get(HEAD)!.values]).toEqual([...Float32Array.from(matrix(3, 2, 1).values)]);
  expect(config.tie_word_embeddings).toBe(false);
});
