import {cp, mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {Engine} from "../../../src/inference/localModels/engine.js";
import {openBackend} from "../../../src/weights/ggml/index.js";
import {convertCheckpoint, libraryQuantiser, numberOf, readGguf} from "../../../src/weights/gguf/index.js";
import {batchOf, LanguageModel} from "../../../src/training/trainer/index.js";
import {checkpoint} from "../../training/trainer/support.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
let tokenizer: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-same-"));
  tokenizer = await tinyLanguageModel(join(folder, "tokenizer"));
});
afterAll(() => rm(folder, {recursive: true}));

const VOCABULARY = 267;
const ids = Array.from({length: 100}, (_, i) => 1 + ((i * 37 + 11) % 250));
const base = {
  model_type: "llama",
  vocab_size: VOCABULARY,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  max_position_embeddings: 128,
  tie_word_embeddings: true
};
const yarn = {rope_type: "yarn", factor: 4, original_max_position_embeddings: 32};
const llama3 = {rope_type: "llama3", factor: 8};
const gemma = {
  model_type: "gemma3_text",
  head_dim: 16,
  sliding_window: 16,
  num_hidden_layers: 7,
  query_pre_attn_scalar: 32,
  rope_theta: 1e6
};

async function converted(config: Record<string, unknown>, deviation?: number) {
  const model = await checkpoint({...base, ...config}, deviation);
  for (const file of ["tokenizer.json", "tokenizer_config.json"])
    await cp(join(tokenizer, file), join(model, file));
  const path = join(folder, "model.gguf");
  await convertCheckpoint(model, path, "f32", {quantise: await libraryQuantiser()});
  return {model, path};
}

/** The largest difference between the trainer's logits and llama.cpp's, as a share of the largest logit. */
async function difference(config: Record<string, unknown>, deviation?: number): Promise<number> {
  const {model, path} = await converted(config, deviation);
  const own = await LanguageModel.open(await openBackend(1), model);
  const engine = await Engine.load({path, parallel: 1, contextTokens: 128, threads: 1, exact: false});
  try {
    const expected = own.logits(batchOf([ids]));
    const got = engine.logitsOf(ids);
    let most = 0;
    let largest = 0;
    for (const [i, value] of expected.entries()) {
      most = Math.max(most, Math.abs(value - got[Math.floor(i / VOCABULARY)]![i % VOCABULARY]!));
      largest = Math.max(largest, Math.abs(value));
    }
    return most / largest;
  } finally {
    engine.close();
    own.free();
  }
}

describe("llama.cpp on a converted checkpoint", () => {
  it.each<[string, Record<string, unknown>]>([
    ["YaRN", {rope_scaling: yarn}],
    ["YaRN with an attention_factor", {rope_scaling: {...yarn, attention_factor: 1}}],
    ["YaRN with mscale", {rope_scaling: {...yarn, mscale: 1, mscale_all_dim: 0.5}}],
    [
      "YaRN with the original positions beside the scaling",
      {original_max_position_embeddings: 32, rope_scaling: {rope_type: "yarn", factor: 4}}
    ],
    ["YaRN without original positions", {rope_scaling: {rope_type: "yarn", factor: 4}}],
    ["Llama 3's scaling without original positions", {rope_scaling: llama3}],
    ["scaling without a factor", {rope_scaling: {rope_type: "linear"}}],
    ["two bases of RoPE", {rope_theta: 5000, rope_parameters: {rope_type: "default", rope_theta: 20_000}}],
    ["the base beside RoPE's parameters", {rope_theta: 5000, rope_parameters: {rope_type: "default"}}],
    ["no most positions", {max_position_embeddings: undefined}],
    ["a Qwen 3 without head_dim", {model_type: "qwen3"}]
  ])("answers as the trainer: %s", async (_, config) => {
    expect(await difference(config)).toBeLessThan(1e-4);
  });

  it("has the original positions that stand beside the scaling", async () => {
    const {path} = await converted({
      original_max_position_embeddings: 32,
      rope_scaling: {rope_type: "yarn", factor: 4}
    });
    expect(numberOf(await readGguf(path), "llama.rope.scaling.original_context_length")).toBe(32);
  });

  // Its GELU comes from a table of 16-bit floats.
  it.each<[string, Record<string, unknown>]>([
    ["as it is", {}],
    ["without head_dim and query_pre_attn_scalar", {head_dim: undefined, query_pre_attn_scalar: undefined}],
    ["without RoPE's base", {rope_theta: undefined}],
    ["without its window", {sliding_window: undefined}],
    ["with another pattern of windows", {_sliding_window_pattern: 3}],
    ["with capped logits", {final_logit_softcapping: 5}]
  ])("answers as the trainer: Gemma 3 %s", async (_, config) => {
    expect(await difference({...gemma, ...config})).toBeLessThan(3e-3);
  });

  it("answers as the trainer: Gemma 3 with the 62 layers by which llama.cpp knows the largest", async () => {
    const deep = {...gemma, num_hidden_layers: 62, head_dim: 32};
    expect(await difference(deep, 0.1)).toBeLessThan(2e-2);
  });
});

describe("what llama.cpp would run otherwise is refused by its name", () => {
  it.each<[RegExp, Record<string, unknown>]>([
    [/beta_fast is 8, always 32/, {rope_scaling: {...yarn, beta_fast: 8}}],
    [/beta_slow is 2, always 1/, {rope_scaling: {...yarn, beta_slow: 2}}],
    [/truncate is false/, {rope_scaling: {...yarn, truncate: false}}],
    [/attention_factor/, {...gemma, rope_scaling: {...yarn, attention_factor: 1}}],
    [/"llama3" is run for llama only/, {model_type: "qwen2", rope_scaling: llama3}],
    [
      /layers with a window \("linear"\)/,
      {...gemma, rope_parameters: {full_attention: {}, sliding_attention: {rope_type: "linear", factor: 2}}}
    ],
    [/attn_logit_softcapping is 5/, {...gemma, attn_logit_softcapping: 5}],
    [/sliding_window is null/, {...gemma, sliding_window: null}],
    [/activation is silu/, {...gemma, hidden_activation: "silu"}],
    [/activation is gelu_pytorch_tanh/, {hidden_act: "gelu_pytorch_tanh"}],
    [/no place in a GGUF of qwen3: .*q_proj\.bias/, {model_type: "qwen3", attention_bias: true}]
  ])("%s", async (message, config) => {
    await expect(converted(config)).rejects.toThrow(message);
  });

  it("numbers of RoPE that are none", async () => {
    const model = await tinyLanguageModel(join(folder, "text"), {
      config: {rope_scaling: {...yarn, factor: "4"}}
    });
    const quantise = await libraryQuantiser();
    await expect(convertCheckpoint(model, join(folder, "text.gguf"), "f32", {quantise})).rejects.toThrow(
      /config\.json: rope factor is "4", not a number/
    );
  });
});
