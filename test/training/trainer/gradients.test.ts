import {describe, expect, it} from "vitest";
import {
  ActiveAdapter,
  checkGradients,
  gradientSlopes,
  LanguageModel,
  newAdapter,
  packedRows,
  targetsOf,
  tokenLosses,
  Trainable
} from "../../../src/training/trainer/index.js";
import {rng} from "../../../src/base/stats/rng.js";
import {adapterConfig} from "../../../src/training/trainer/adapters.js";
import {chunkRows} from "../../../src/training/trainer/training/loss.js";
import {checkpoint, oneThread, rows, slopes, tiny} from "./support.js";

const gemma = {
  ...tiny,
  model_type: "gemma3_text",
  hidden_activation: "gelu_pytorch_tanh",
  head_dim: 8,
  query_pre_attn_scalar: 8,
  sliding_window: 3,
  layer_types: ["sliding_attention", "full_attention"],
  tie_word_embeddings: true
};

describe("gradients", () => {
  it.each([
    ["Llama", tiny],
    ["Qwen2", {...tiny, model_type: "qwen2"}],
    ["Qwen3", {...tiny, model_type: "qwen3", head_dim: 8}],
    ["Mistral with a window", {...tiny, model_type: "mistral", sliding_window: 3}],
    ["Gemma 3", gemma],
    [
      "Gemma 2 with caps",
      {...gemma, model_type: "gemma2", attn_logit_softcapping: 3, final_logit_softcapping: 5}
    ]
  ])("of %s are the slopes of its loss", async (_, json) => {
    const model = await LanguageModel.open(await oneThread(), await checkpoint(json));
    const [computed, measured] = slopes(model, model.storage);
    expect(Math.abs(computed / measured - 1)).toBeLessThan(0.01);
    model.free();
  });

  it.each([
    ["LoRA", false],
    ["DoRA", true]
  ])("of %s are the slopes of its loss, and the same when layers are computed again", async (_, dora) => {
    const model = await LanguageModel.open(await oneThread(), await checkpoint());
    const settings = {rank: 3, alpha: 6, rslora: false, dora, targets: ["q_proj", "down_proj", "lm_head"]};
    const tensors = await newAdapter(model.config, settings, 1, (name) => model.storage.read(name));
    const random = rng(2);
    for (const [name, {data}] of tensors)
      if (name.includes("lora_B")) data.forEach((__, i) => (data[i] = 0.2 * random.normal()));
    const adapter = new ActiveAdapter(model, {config: adapterConfig(settings), json: {}, tensors});
    if (dora) {
      // The length counts as a constant in the gradient, so only the magnitudes' slopes can be measured.
      const trainable = new Trainable(model.backend, adapter.storage, adapter.storage.names());
      const name = "model.layers.1.mlp.down_proj.lora_magnitude_vector";
      const {batch, labels} = packedRows([rows]);
      const targets = targetsOf(batch, labels, 1);
      tokenLosses(model, batch, targets, {gradients: true});
      const slope = trainable.gradientOf(name)[2]!;
      const values = adapter.storage.read(name);
      const at = (distance: number) => {
        adapter.storage.write(
          name,
          values.map((value, i) => (i === 2 ? value + distance : value))
        );
        return tokenLosses(model, batch, targets).reduce((sum, value) => sum + value, 0);
      };
      expect(Math.abs(slope - (at(0.01) - at(-0.01)) / 0.02)).toBeLessThan(0.02 * Math.abs(slope) + 1e-3);
      trainable.free();
    } else {
      const [computed, measured] = slopes(model, adapter.storage);
      expect(Math.abs(computed / measured - 1)).toBeLessThan(0.01);
      expect(slopes(model, adapter.storage, {checkpointing: true})[0]).toBe(computed);
    }
    adapter.free();
    model.free();
  });

  it("of more targets than are scored at once add up to those of each", async () => {
    const json = {...tiny, vocab_size: 300_000, hidden_size: 8, tie_word_embeddings: true};
    const model = await LanguageModel.open(await oneThread(), await checkpoint(json));
    const ids = Array.from({length: 24}, (_, i) => 1 + i * 10_000);
    const {batch, labels} = packedRows([ids, rows[0]!.ids].map((own) => [{ids: own, labels: own}]));
    const {places, tokens, weights} = targetsOf(batch, labels, (row) => 1 + row);
    expect(chunkRows(300_000)).toBe(16);
    expect(tokens.length).toBe(28);
    const inParts = (size: number) => {
      const trainable = new Trainable(model.backend, model.storage, model.storage.names());
      const losses: number[] = [];
      for (let at = 0; at < 28; at += size) {
        const own = <T extends Int32Array | Float32Array>(all: T) => all.slice(at, at + size) as T;
        const targets = {places: own(places), tokens: own(tokens), weights: own(weights)};
        losses.push(...tokenLosses(model, batch, targets, {gradients: true}));
      }
      const gradients = model.storage.names().map((name) => trainable.gradientOf(name));
      trainable.free();
      return {losses, gradients};
    };
    const together = inParts(28);
    const apart = inParts(7);
    together.losses.forEach((value, i) => expect(value).toBeCloseTo(apart.losses[i]!, 5));
    together.gradients.forEach((values, n) => {
      const distance = values.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - apart.gradients[n]![i]!)),
        0
      );
      expect(distance).toBeLessThan(1e-4);
    });
    model.free();
  });

  it("of an adapter over a base in 16 and 8 bits stay near those over 32 bits", async () => {
    const json = {...tiny, hidden_size: 64, intermediate_size: 64, head_dim: 16};
    const folder = await checkpoint(json, 0.1);
    const found: number[] = [];
    for (const precision of ["f32", "f16", "q8_0"] as const) {
      const model = await LanguageModel.open(await oneThread(), folder, {precision});
      const settings = {rank: 2, alpha: 2, rslora: false, dora: false, targets: ["v_proj"]};
      const tensors = await newAdapter(model.config, settings, 1, () => new Float32Array());
      const adapter = new ActiveAdapter(model, {config: adapterConfig(settings), json: {}, tensors});
      found.push(slopes(model, adapter.storage)[0]);
      adapter.free();
      model.free();
    }
    expect(Math.abs(found[1]! / found[0]! - 1)).toBeLessThan(0.01);
    expect(Math.abs(found[2]! / found[0]! - 1)).toBeLessThan(0.05);
  });

  it("are checked when training starts", async () => {
    const backend = await oneThread();
    const {computed, measured} = gradientSlopes(backend);
    expect(Math.abs(computed / measured - 1)).toBeLessThan(0.003);
    const base = {...backend.ggml.base};
    // The sign of the rotation's gradient, as a wrong library might have it.
    base.rope_ext_back = backend.ggml.base.rope_ext;
    expect(() => checkGradients({...backend, ggml: {...backend.ggml, base}})).toThrow(
      /gradients are wrong on this machine/
    );
  });
});
