import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {batchOf, LanguageModel, packedRows, readConfig} from "../../../src/training/trainer/index.js";
import {
  leftOut,
  openCheckpoint,
  readTensorFloats,
  writeSafetensors
} from "../../../src/weights/safetensors/index.js";
import {checkpoint, oneThread, tiny} from "./support.js";

/** The same model in plain loops and 64 bits, written from the formulas. */
async function byHand(folder: string, ids: number[]): Promise<number[]> {
  const {tensors} = await openCheckpoint(folder);
  const w = async (name: string) => readTensorFloats(tensors.get(name)!);
  const {hidden_size: H, num_attention_heads: heads, num_key_value_heads: kv, rms_norm_eps: eps} = tiny;
  const D = H / heads;
  const times = (m: Float32Array, x: number[]) =>
    Array.from({length: m.length / x.length}, (_, r) =>
      x.reduce((sum, value, c) => sum + value * m[r * x.length + c]!, 0)
    );
  const norm = (x: number[], weight: Float32Array) => {
    const root = Math.sqrt(x.reduce((s, v) => s + v * v, 0) / x.length + eps);
    return x.map((v, i) => (v / root) * weight[i]!);
  };
  const turn = (x: number[], position: number) =>
    x.map((v, i) => {
      const at = i % D;
      const half = D / 2;
      const angle = position * tiny.rope_theta ** ((-2 * (at % half)) / D);
      const other = x[i - at + ((at + half) % D)]!;
      return v * Math.cos(angle) + (at < half ? -other : other) * Math.sin(angle);
    });
  const table = await w("model.embed_tokens.weight");
  let xs = ids.map((id) => [...table.subarray(id * H, (id + 1) * H)]);
  for (let layer = 0; layer < tiny.num_hidden_layers; layer++) {
    const of = (name: string) => w(`model.layers.${layer}.${name}.weight`);
    const [q, k, v, o] = await Promise.all(["q", "k", "v", "o"].map((p) => of(`self_attn.${p}_proj`)));
    const before = await of("input_layernorm");
    const after = await of("post_attention_layernorm");
    const normed = xs.map((x) => norm(x, before));
    const qs = normed.map((x, t) => turn(times(q!, x), t));
    const ks = normed.map((x, t) => turn(times(k!, x), t));
    const vs = normed.map((x) => times(v!, x));
    const middle = xs.map((x, t) => {
      const mixed = Array.from({length: heads * D}, () => 0);
      for (let h = 0; h < heads; h++) {
        const g = Math.floor(h / (heads / kv));
        const scores = ks.slice(0, t + 1).map((key) => {
          let dot = 0;
          for (let i = 0; i < D; i++) dot += qs[t]![h * D + i]! * key[g * D + i]!;
          return Math.exp(dot / Math.sqrt(D));
        });
        const total = scores.reduce((a, b) => a + b, 0);
        scores.forEach((s, j) => {
          for (let i = 0; i < D; i++) mixed[h * D + i]! += (s / total) * vs[j]![g * D + i]!;
        });
      }
      const out = times(o!, mixed);
      return x.map((value, i) => value + out[i]!);
    });
    const [gate, up, down] = await Promise.all(["gate", "up", "down"].map((p) => of(`mlp.${p}_proj`)));
    xs = middle.map((x) => {
      const n = norm(x, after);
      const u = times(up!, n);
      const active = times(gate!, n).map((s, i) => (s / (1 + Math.exp(-s))) * u[i]!);
      const out = times(down!, active);
      return x.map((value, i) => value + out[i]!);
    });
  }
  const head = await w("lm_head.weight");
  const last = await w("model.norm.weight");
  return xs.flatMap((x) => times(head, norm(x, last)));
}

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

describe("the forward pass", () => {
  it("is the formulas of a Llama", async () => {
    const folder = await checkpoint();
    const ids = [5, 1, 39, 7, 7, 20];
    const model = await LanguageModel.open(await oneThread(), folder);
    expect(furthest(model.logits(batchOf([ids])), await byHand(folder, ids))).toBeLessThan(2e-5);
    model.free();
  });

  it("gives each row the same alone, padded in a batch, and packed with others", async () => {
    const model = await LanguageModel.open(await oneThread(), await checkpoint());
    const rows = [[5, 1, 39], [7, 20, 3, 2, 11, 8], [9]];
    const alone = rows.map((row) => model.logits(batchOf([row])));
    const V = model.config.vocabulary;
    const batch = model.logits(batchOf(rows));
    rows.forEach((row, r) => {
      const from = r * 6 * V;
      expect(furthest(batch.subarray(from, from + row.length * V), alone[r]!)).toBeLessThan(2e-5);
    });
    const {batch: packed} = packedRows([rows.map((ids) => ({ids, labels: ids}))]);
    const together = model.logits(packed);
    let at = 0;
    rows.forEach((row, r) => {
      expect(furthest(together.subarray(at, at + row.length * V), alone[r]!)).toBeLessThan(2e-5);
      at += row.length * V;
    });
    model.free();
  });

  it("reads weights from several files", async () => {
    const folder = await checkpoint();
    const whole = await LanguageModel.open(await oneThread(), folder);
    const ids = batchOf([[1, 2, 3]]);
    const before = whole.logits(ids);
    const {tensors} = await openCheckpoint(folder);
    const names = [...tensors.keys()];
    const map: Record<string, string> = {};
    for (const part of [1, 2]) {
      const file = `model-0000${part}-of-00002.safetensors`;
      const own = names.filter((_, i) => (i % 2) + 1 === part);
      const data = [];
      for (const name of own) {
        map[name] = file;
        const values = await readTensorFloats(tensors.get(name)!);
        data.push({
          name,
          dtype: "F32" as const,
          shape: tensors.get(name)!.shape,
          data: new Uint8Array(values.buffer)
        });
      }
      await writeSafetensors(join(folder, file), data);
    }
    await writeFile(join(folder, "model.safetensors.index.json"), JSON.stringify({weight_map: map}));
    const parts = await LanguageModel.open(await oneThread(), folder);
    expect(parts.logits(ids)).toEqual(before);
    whole.free();
    parts.free();
  });
});

describe("what a config.json leaves out", () => {
  const of = (model_type: string, more: Record<string, unknown> = {}) => {
    const rest = {...tiny, rope_theta: undefined};
    return readConfig({...rest, model_type, head_dim: 4, num_hidden_layers: 8, ...more}, "config.json");
  };
  const windows = (config: ReturnType<typeof of>) => config.layer.map(({window}) => window);

  it("is what the family's own code has for it: RoPE's base, windows and caps", () => {
    const bases = ["llama", "mistral", "qwen2", "qwen3", "gemma2", "smollm3", "gemma3_text"].map(
      (type) => of(type).layer[5]!.rope!.theta
    );
    expect(bases).toEqual([10_000, 10_000, 10_000, 10_000, 10_000, 2_000_000, 1_000_000]);
    expect(windows(of("mistral"))).toEqual(Array(8).fill(4096));
    expect(windows(of("gemma2"))).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i % 2 ? undefined : 4096)));
    expect(windows(of("gemma3_text"))[0]).toBe(4096);
    expect(windows(of("qwen2", {use_sliding_window: true, max_window_layers: 7}))[7]).toBe(4096);
    expect(of("gemma2")).toMatchObject({scoreCap: 50, logitCap: 30});
    expect(of("gemma3_text")).toMatchObject({scoreCap: undefined, logitCap: undefined});
  });

  it("is not what it states as null", () => {
    const none = {sliding_window: null, attn_logit_softcapping: null, final_logit_softcapping: null};
    for (const type of ["mistral", "gemma2"])
      expect(windows(of(type, none))).toEqual(Array(8).fill(undefined));
    expect(of("gemma2", none)).toMatchObject({scoreCap: undefined, logitCap: undefined});
  });

  it("gives the windows of SmolLM 3 to the layers without RoPE", () => {
    const config = of("smollm3", {use_sliding_window: true, sliding_window: 16});
    expect(config.layer.map(({window, rope}) => [window, rope === undefined])).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i % 4 === 3 ? [16, true] : [undefined, false]))
    );
    const listed = {no_rope_layers: [0, 1, 1, 1, 1, 1, 1, 1]};
    expect(windows(of("smollm3", {use_sliding_window: true, sliding_window: 16, ...listed}))[0]).toBe(16);
  });

  it("is written for other tools, and nothing where all is stated", () => {
    const stated = {...tiny, max_position_embeddings: 64};
    expect(leftOut(stated)).toEqual({});
    expect(leftOut({model_type: "gemma2", num_attention_heads: 4})).toEqual({
      num_key_value_heads: 4,
      max_position_embeddings: 2048,
      rms_norm_eps: 1e-6,
      rope_theta: 10_000,
      tie_word_embeddings: true,
      sliding_window: 4096,
      attn_logit_softcapping: 50,
      final_logit_softcapping: 30
    });
    expect(leftOut({...tiny, rope_theta: undefined, rope_parameters: {rope_theta: 5}})).toEqual({});
    expect(leftOut({...tiny, model_type: "qwen3", sliding_window: undefined})).toEqual({});
  });
});

describe("a configuration", () => {
  it("is refused with all its problems at once", () => {
    const bad = {...tiny, num_key_value_heads: 3, hidden_act: "relu", rope_scaling: {rope_type: "longrope"}};
    expect(() => readConfig(bad, "config.json")).toThrow(/relu[\s\S]*longrope|longrope[\s\S]*relu/);
    expect(() => readConfig(bad, "config.json")).toThrow(/share 3 key-value heads/);
    expect(() => readConfig({model_type: "mamba"}, "config.json")).toThrow(/mamba.*These can: llama/);
  });

  it("that does not fit its weights names each of them, and NaN weights are refused", async () => {
    const folder = await checkpoint();
    await writeFile(join(folder, "config.json"), JSON.stringify({...tiny, intermediate_size: 32}));
    await expect(LanguageModel.open(await oneThread(), folder)).rejects.toThrow(
      /gate_proj\.weight is \[24, 16\], config\.json needs \[32, 16\]/
    );
    const damaged = await checkpoint();
    const {tensors} = await openCheckpoint(damaged);
    const all = [];
    for (const [name, tensor] of tensors) {
      const values = await readTensorFloats(tensor);
      if (name === "model.norm.weight") values[3] = NaN;
      all.push({name, dtype: "F32" as const, shape: tensor.shape, data: new Uint8Array(values.buffer)});
    }
    await writeSafetensors(join(damaged, "model.safetensors"), all);
    await expect(LanguageModel.open(await oneThread(), damaged)).rejects.toThrow(
      /model\.norm\.weight holds NaN at position 3/
    );
  });
});
