import {readdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {usuallyTied} from "../../../src/weights/safetensors/modelDefaults.js";
import {mergeIn, type Tensors, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

const layered = (layers: number, more: Tensors = {}): Tensors => ({
  ...Object.fromEntries(
    Array.from({length: layers}, (_, i) => [`model.layers.${i}.w.weight`, {shape: [1, 1], values: [i]}])
  ),
  ...more
});

async function configOf(recipe: object): Promise<Record<string, unknown>> {
  const {out} = await mergeIn(work.path, recipe);
  return JSON.parse(await readFile(join(out, "config.json"), "utf8")) as Record<string, unknown>;
}

describe("what config.json lists by layer", () => {
  const slices = (...parts: [model: string, from: number, to: number][]) => ({
    merge_method: "passthrough",
    slices: parts.map(([model, from, to]) => ({sources: [{model, layer_range: [from, to]}]}))
  });

  it("is that of each slice's layers, by the model they come from", async () => {
    const lists = (kind: string) => ({
      layer_types: [0, 1, 2, 3].map((layer) => `${kind}${layer}`),
      no_rope_layers: [1, 1, 0, 1, 9],
      hybrid_override_pattern: "MEM*",
      mlp_only_layers: [0, 3],
      attention_types: [[["global", "local"], 2]],
      intermediate_size: 8,
      eos_token_id: [1, 2, 3, 4]
    });
    for (const kind of ["x", "y"])
      await writeModel(join(work.path, kind), layered(4), {num_hidden_layers: 4, ...lists(kind)});
    expect(await configOf(slices(["x", 0, 3], ["y", 1, 4]))).toEqual({
      num_hidden_layers: 6,
      layer_types: ["x0", "x1", "x2", "y1", "y2", "y3"],
      no_rope_layers: [1, 1, 0, 1, 0, 1],
      hybrid_override_pattern: "MEMEM*",
      mlp_only_layers: [0, 5],
      attention_types: [[["global", "local", "global", "local", "global", "local"], 1]],
      intermediate_size: 8,
      eos_token_id: [1, 2, 3, 4]
    });
  });

  it("is the donor's where a model lists nothing, and left out where no list is long enough", async () => {
    await writeModel(join(work.path, "listing"), layered(3), {
      num_hidden_layers: 3,
      layer_types: ["a", "b", "c"],
      mlp_layer_types: ["d"]
    });
    await writeModel(join(work.path, "silent"), layered(3), {num_hidden_layers: 3});
    expect(await configOf(slices(["listing", 0, 1], ["silent", 1, 3], ["listing", 0, 1]))).toEqual({
      num_hidden_layers: 4,
      layer_types: ["a", "b", "c", "a"]
    });
  });

  it("is counted and listed in the text model's part where it stands there", async () => {
    const text = {num_hidden_layers: 2, layer_types: ["a", "b"], mlp_only_layers: [1]};
    await writeModel(join(work.path, "nested"), layered(2), {model_type: "some_vl", text_config: text});
    expect(await configOf(slices(["nested", 0, 2], ["nested", 1, 2]))).toEqual({
      model_type: "some_vl",
      text_config: {num_hidden_layers: 3, layer_types: ["a", "b", "b"], mlp_only_layers: [1, 2]}
    });
  });

  it("is rearranged with the layers of a module of several", async () => {
    const tensors = layered(2, {"vision_tower.layers.0.w.weight": {shape: [1, 1], values: [1]}});
    const text = {num_hidden_layers: 2, layer_types: ["a", "b"]};
    await writeModel(join(work.path, "seeing"), tensors, {text_config: text});
    const part = (from: number) => ({sources: [{model: "seeing", layer_range: [from, from + 1]}]});
    const recipe = {
      merge_method: "passthrough",
      modules: {vision_tower: {models: [{model: "seeing"}]}, text_decoder: {slices: [part(1), part(0)]}}
    };
    expect(await configOf(recipe)).toEqual({text_config: {num_hidden_layers: 2, layer_types: ["b", "a"]}});
  });
});

describe("the size of the vocabulary in config.json", () => {
  async function grown(config: object, table = "model.embed_tokens.weight") {
    for (const [name, tokens] of [
      ["first", {a: 0, b: 1}],
      ["second", {a: 0, c: 1}]
    ] as const) {
      const folder = join(work.path, name);
      await writeModel(folder, layered(1, {[table]: {shape: [2, 1], values: [1, 2]}}), {...config});
      const json = {model: {type: "BPE", vocab: tokens, merges: []}, added_tokens: []};
      await writeFile(join(folder, "tokenizer.json"), JSON.stringify(json));
    }
    const models = ["first", "second"].map((model) => ({model, parameters: {weight: 1}}));
    return configOf({merge_method: "linear", models, tokenizer_source: "union"});
  }

  it("follows the tokenizer whatever the architecture", async () => {
    for (const kind of ["cohere2", "deepseek_v3", "something_new"])
      expect(await grown({model_type: kind, vocab_size: 2}), kind).toMatchObject({vocab_size: 3});
  });

  it("stands in the text model's part where that says it, or where none does", async () => {
    expect(await grown({text_config: {vocab_size: 2}})).toEqual({text_config: {vocab_size: 3}});
    expect(await grown({text_config: {}})).toEqual({text_config: {vocab_size: 3}});
    expect(await grown({vocab_size: 2, text_config: {vocab_size: 2}})).toEqual({
      vocab_size: 3,
      text_config: {vocab_size: 3}
    });
  });

  it.each(["shared.weight", "model.tok_embeddings.weight"])("is that of a table named %s", async (table) => {
    expect(await grown({vocab_size: 2}, table)).toEqual({vocab_size: 3});
  });

  it("follows tables that were cut to their common part", async () => {
    for (const [name, rows] of [
      ["longer", 3],
      ["shorter", 2]
    ] as const) {
      const table = {shape: [rows, 1], values: new Array<number>(rows).fill(1)};
      const tensors = layered(1, {"model.embed_tokens.weight": table});
      await writeModel(join(work.path, name), tensors, {model_type: "something_new", vocab_size: rows});
    }
    const models = ["longer", "shorter"].map((model) => ({model, parameters: {weight: 1}}));
    expect(await configOf({merge_method: "linear", models})).toMatchObject({vocab_size: 2});
  });
});

describe("a head of its own", () => {
  const tied: Tensors = layered(1, {"model.embed_tokens.weight": {shape: [2, 1], values: [1, 2]}});
  const untied: Tensors = {...tied, "lm_head.weight": {shape: [2, 1], values: [3, 4]}};
  const recipe = {
    merge_method: "linear",
    base_model: "tied",
    models: ["tied", "untied"].map((model) => ({model, parameters: {weight: 1}}))
  };
  async function headed(config: Record<string, unknown>) {
    await writeModel(join(work.path, "tied"), tied, config);
    await writeModel(join(work.path, "untied"), untied, config);
    return configOf(recipe);
  }

  it("is not tied by the kind's default", async () => {
    for (const kind of ["gemma", "gemma2", "gpt2", "cohere", "falcon", "starcoder2"])
      expect(await headed({model_type: kind}), kind).toMatchObject({tie_word_embeddings: false});
    expect(await headed({model_type: "llama"})).not.toHaveProperty("tie_word_embeddings");
    expect(await headed({model_type: "x", text_config: {model_type: "gemma3_text"}})).toMatchObject({
      text_config: {tie_word_embeddings: false}
    });
  });

  it("is the default of no kind that transformers does not tie", () => {
    for (const kind of ["llama", "mistral", "qwen2", "phi", "granite", "stablelm", "exaone4", undefined])
      expect(usuallyTied(kind), kind).toBe(false);
  });
});

it("files that say how a model reads images and sound are copied from the donor", async () => {
  const names = ["preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json"];
  const folder = await writeModel(join(work.path, "seeing"), layered(1));
  for (const name of names) await writeFile(join(folder, name), `{"${name}": 1}`);
  const {out} = await mergeIn(work.path, {merge_method: "passthrough", models: [{model: "seeing"}]});
  expect(await readdir(out)).toEqual(expect.arrayContaining(names));
  expect(await readFile(join(out, names[0]!), "utf8")).toBe('{"preprocessor_config.json": 1}');
});
