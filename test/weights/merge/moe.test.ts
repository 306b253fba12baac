import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {conditionNumber} from "../../../src/weights/merge/moe/routers.js";
import {mixIn, readTensors, workFolder, writeAdapterIn, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
  for (const [k, name] of ["base", "e0", "e1", "e2"].entries()) {
    const fill = (n: number, at: number) => Array.from({length: n}, (_, i) => k * 1000 + at * 100 + i);
    await writeModel(
      join(work.path, name),
      Object.fromEntries([
        ["model.embed_tokens.weight", {shape: [4, 2], values: [1, 0, 0, 1, 1, 1, 0, 0]}],
        ...[0, 1].flatMap((layer) => [
          [`model.layers.${layer}.self_attn.q_proj.weight`, {shape: [2, 2], values: fill(4, layer)}],
          [`model.layers.${layer}.mlp.gate_proj.weight`, {shape: [3, 2], values: fill(6, layer + 2)}],
          [`model.layers.${layer}.mlp.up_proj.weight`, {shape: [3, 2], values: fill(6, layer + 4)}],
          [`model.layers.${layer}.mlp.down_proj.weight`, {shape: [2, 3], values: fill(6, layer + 6)}]
        ])
      ]) as Record<string, {shape: number[]; values: number[]}>,
      {model_type: "llama", architectures: ["LlamaForCausalLM"], intermediate_size: 3, num_hidden_layers: 2}
    );
    await writeFile(
      join(work.path, name, "tokenizer.json"),
      JSON.stringify({
        version: "1.0",
        truncation: null,
        padding: null,
        added_tokens: [],
        normalizer: null,
        pre_tokenizer: {type: "Whitespace"},
        post_processor: null,
        decoder: null,
        model: {type: "WordLevel", vocab: {code: 0, law: 1, both: 2, "[UNK]": 3}, unk_token: "[UNK]"}
      })
    );
  }
});
afterAll(() => work.remove());

const build = (recipe: object | string) => mixIn(work.path, recipe);

describe("a mixture of experts", () => {
  it("in Mixtral's layout takes feed-forward weights from experts and the rest from the base", async () => {
    const {tensors, config} = await build({
      base_model: "base",
      gate_mode: "random",
      experts: [{source_model: "e0"}, {source_model: "e1"}]
    });
    const first = (name: string) => tensors.get(name)!.values[0];
    expect(first("model.layers.1.self_attn.q_proj.weight")).toBe(100);
    expect(first("model.layers.0.block_sparse_moe.experts.0.w1.weight")).toBe(1200);
    expect(first("model.layers.1.block_sparse_moe.experts.1.w3.weight")).toBe(2500);
    expect(first("model.layers.0.block_sparse_moe.experts.1.w2.weight")).toBe(2600);
    expect(tensors.get("model.layers.0.block_sparse_moe.gate.weight")!.shape).toEqual([2, 2]);
    expect(tensors.get("model.layers.0.block_sparse_moe.gate.weight")!.values).not.toEqual(
      tensors.get("model.layers.1.block_sparse_moe.gate.weight")!.values
    );
    expect([...tensors.keys()].some((name) => name.includes(".mlp."))).toBe(false);
    expect(config).toMatchObject({model_type: "mixtral", num_local_experts: 2, num_experts_per_tok: 2});
  });

  it("with cheap_embed routes by the prompts' embeddings, the same in every layer", async () => {
    const {tensors, report} = await build({
      base_model: "base",
      gate_mode: "cheap_embed",
      experts: [
        {source_model: "e0", positive_prompts: ["code"]},
        {source_model: "e1", positive_prompts: ["both"], negative_prompts: ["code"]}
      ]
    });
    const [along, across] = [Math.SQRT1_2 - 1, Math.SQRT1_2];
    const length = Math.hypot(along, across);
    for (const layer of [0, 1])
      expect([...tensors.get(`model.layers.${layer}.block_sparse_moe.gate.weight`)!.values]).toEqual(
        [1, 0, along / length, across / length].map(Math.fround)
      );
    expect(report.warnings).toEqual([]);
  });

  it("warns when the router cannot tell experts apart, and of odd numbers of experts", async () => {
    const {report} = await build({
      base_model: "base",
      gate_mode: "cheap_embed",
      experts: [
        {source_model: "e0", positive_prompts: ["code"]},
        {source_model: "e1", positive_prompts: ["code code"]},
        {source_model: "e2", positive_prompts: ["law"]}
      ]
    });
    expect(report.warnings.join("\n")).toMatch(/no power of two[^]*condition number infinite/);
  });

  it("in Qwen's layout has a shared expert", async () => {
    const {tensors, config} = await build({
      base_model: "base",
      gate_mode: "uniform_random",
      architecture: "qwen",
      experts: [{source_model: "e0"}, {source_model: "e1"}],
      shared_experts: [{source_model: "e2"}]
    });
    expect(tensors.get("model.layers.0.mlp.shared_expert.gate_proj.weight")!.values[0]).toBe(3200);
    expect(tensors.get("model.layers.0.mlp.experts.1.up_proj.weight")!.values[0]).toBe(2400);
    expect(tensors.get("model.layers.0.mlp.shared_expert_gate.weight")!.shape).toEqual([1, 2]);
    expect(config).toMatchObject({
      model_type: "qwen2_moe",
      num_experts: 2,
      shared_expert_intermediate_size: 3
    });
  });

  it("in Qwen3's layout has neither a shared expert nor Mixtral's names, and is what a Qwen3 base leads to", async () => {
    const configs = ["base", "e0", "e1"].map((name) => join(work.path, name, "config.json"));
    const dense = await readFile(configs[0]!, "utf8");
    const turned = dense.replace('"llama"', '"qwen3"').replace("{", '{"dtype":"float32",');
    await Promise.all(configs.map((path) => writeFile(path, turned)));
    const mixture = {
      base_model: "base",
      gate_mode: "random",
      experts: [{source_model: "e0"}, {source_model: "e1"}]
    };
    const {tensors, config: made, report} = await build({...mixture, dtype: "bfloat16"});
    expect(tensors.get("model.layers.1.mlp.experts.0.down_proj.weight")!.values[0]).toBe(1696);
    expect(tensors.get("model.layers.1.mlp.gate.weight")!.shape).toEqual([2, 2]);
    expect([...tensors.keys()].some((name) => /block_sparse|shared/.test(name))).toBe(false);
    expect(made).toMatchObject({
      model_type: "qwen3_moe",
      architectures: ["Qwen3MoeForCausalLM"],
      num_experts: 2,
      moe_intermediate_size: 3,
      dtype: "bfloat16"
    });
    expect(made.torch_dtype).toBeUndefined();
    expect(report.models).not.toContain("router");
    await expect(build({...mixture, architecture: "mixtral"})).rejects.toThrow(
      /line 6: a mixtral mixture is made of llama or mistral models, but the base is of type "qwen3"/
    );
    await Promise.all(configs.map((path) => writeFile(path, dense)));
  });

  it("adds noise to an expert's weights, and scales what it writes into the residual stream", async () => {
    const recipe = (settings: object, dtype?: string) => ({
      base_model: "base",
      gate_mode: "random",
      dtype: dtype || undefined,
      experts: [{source_model: "e0", ...settings}, {source_model: "e1"}]
    });
    const of = (name: string, expert = 0) =>
      `model.layers.0.block_sparse_moe.experts.${expert}.${name}.weight`;
    const plain = (await build(recipe({}))).tensors;
    const scaled = (await build(recipe({residual_scale: 0.5}))).tensors;
    expect([...scaled.get(of("w2"))!.values]).toEqual([...plain.get(of("w2"))!.values].map((v) => v / 2));
    for (const name of [of("w1"), of("w3"), of("w2", 1)]) expect(scaled.get(name)).toEqual(plain.get(name));

    const noisy = (await build(recipe({noise_scale: 0.25, residual_scale: 2}))).tensors;
    const noise = ["w1", "w3"].flatMap((part) =>
      [...noisy.get(of(part))!.values].map((v, i) => (v - plain.get(of(part))!.values[i]!) / 0.25)
    );
    const scaledNoise = [...noisy.get(of("w2"))!.values].map(
      (v, i) => (v / 2 - plain.get(of("w2"))!.values[i]!) / 0.25
    );
    for (const v of [...noise, ...scaledNoise]) expect(Math.abs(v)).toBeLessThan(5);
    expect(new Set(noise.map((v) => v.toFixed(2))).size).toBeGreaterThan(9);
    expect((await build(recipe({noise_scale: 0.25, residual_scale: 2}))).tensors).toEqual(noisy);
    expect((await build(recipe({residual_scale: 0.5}, "bfloat16"))).tensors.get(of("w2"))!.dtype).toBe(
      "BF16"
    );
    await expect(build(recipe({noise_scale: -1}))).rejects.toThrow(/noise_scale is a number of at least 0/);
  });

  it("is refused with everything that is wrong and its lines", async () => {
    const wrong = `base_model: base
gate_mode: hidden
experts:
- source_model: e0
  promts: [x]
shared_experts: [{source_model: e1}]
architecture: mixtral`;
    await expect(build(wrong)).rejects.toThrow(
      /line 5: experts\[0\]\.promts: unknown key "promts"[^]*line 3: there are 1 experts[^]*line 6: the mixtral layout has no shared/
    );
    await expect(build(wrong)).rejects.toThrow(/line 2: gate_mode hidden needs a model to be run/);
    await expect(
      build({base_model: "base", gate_mode: "random", experts: [{source_model: "e0"}, {source_model: "e0"}]})
    ).rejects.toThrow(/all experts are the same model/);
  });
});

describe("a condition number", () => {
  it("is the ratio of the extreme singular values", () => {
    expect(conditionNumber(Float32Array.from([3, 0, 0, 1]), 2)).toBeCloseTo(3, 6);
    expect(conditionNumber(Float32Array.from([1, 1, 1, -1]), 2)).toBeCloseTo(1, 6);
    expect(conditionNumber(Float32Array.from([1, 2, 2, 4]), 2)).toBeGreaterThan(1e6);
  });
});

describe("experts that would be the same", () => {
  const module = (part: string) => `base_model.model.model.layers.0.${part}`;
  const adapter = (name: string, part: string, factor: number) =>
    writeAdapterIn(
      work.path,
      name,
      {r: 1, lora_alpha: 1},
      {
        [`${module(part)}.lora_A.weight`]: {shape: [1, 2], values: [1, 2]},
        [`${module(part)}.lora_B.weight`]: {
          shape: part.startsWith("mlp") ? [3, 1] : [2, 1],
          values: (part.startsWith("mlp") ? [1, 2, 3] : [1, 2]).map((v) => v * factor)
        }
      }
    );
  const mix = (...experts: (string | object)[]) =>
    build({
      base_model: "base",
      gate_mode: "random",
      experts: experts.map((one) => (typeof one === "string" ? {source_model: one} : one))
    });
  const attention = "self_attn.q_proj";

  beforeAll(async () => {
    await adapter("q1", attention, 1);
    await adapter("q2", attention, 2);
    await adapter("untrained", "mlp.gate_proj", 0);
    await adapter("gated", "mlp.gate_proj", 1);
    const tensors = await readTensors(join(work.path, "base"));
    const own = Object.fromEntries(
      [...tensors].map(([name, {shape, values}]) => [
        name,
        {shape, values: [...values].map((v) => (name.includes("mlp") ? v : v + 1))}
      ])
    );
    const config = JSON.parse(await readFile(join(work.path, "base", "config.json"), "utf8")) as object;
    await writeModel(join(work.path, "attentive"), own, {...config});
  });

  it("are refused: adapters of attention, untrained ones, and fine-tunes that left these weights alone", async () => {
    await expect(mix("base+q1", "base+q2")).rejects.toThrow(
      /all experts would be the same: base\+q1, base\+q2 hold/
    );
    for (const other of ["base+q1", "base+untrained", "attentive"])
      await expect(mix("base", other), other).rejects.toThrow(/all experts would be the same/);
  });

  it("are told where others differ, with adapters of which nothing is taken", async () => {
    const {report} = await mix("base+q1", "base+gated", "base", "e1");
    expect(report.warnings.slice(0, 2)).toEqual([
      expect.stringMatching(/experts base\+q1 and base hold the same feed-forward weights/),
      expect.stringMatching(/takes nothing of the adapter in base\+q1: /)
    ]);
  });

  it("are made where noise or a scale sets them apart", async () => {
    const noisy = (source_model: string) => ({source_model, noise_scale: 0.1});
    await expect(mix(noisy("base+q1"), noisy("base+q2"))).resolves.toBeDefined();
    await expect(mix("base", {source_model: "base+q1", residual_scale: 0.5})).resolves.toBeDefined();
  });
});
