import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {mixIn, type Tensors, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
  for (const name of ["base", "e0", "e1"]) await model(name, {model_type: "llama"});
});
afterAll(() => work.remove());

async function model(name: string, config: object, more: Tensors = {}): Promise<void> {
  const from = name.length + Number(/\d/.exec(name)?.[0] ?? 0);
  const matrix = (rows: number, columns: number) => ({
    shape: [rows, columns],
    values: Array.from({length: rows * columns}, (_, i) => i + from)
  });
  await writeModel(
    join(work.path, name),
    {
      "model.embed_tokens.weight": {shape: [4, 2], values: [1, 0, 0, 1, 3, 4, 0, 2]},
      "model.layers.0.self_attn.q_proj.weight": matrix(4, 2),
      "model.layers.0.self_attn.k_proj.weight": matrix(2, 2),
      "model.layers.0.self_attn.v_proj.weight": matrix(2, 2),
      "model.layers.0.mlp.gate_proj.weight": matrix(3, 2),
      "model.layers.0.mlp.up_proj.weight": matrix(3, 2),
      "model.layers.0.mlp.down_proj.weight": matrix(2, 3),
      ...more
    },
    {num_attention_heads: 4, ...config}
  );
  await writeFile(
    join(work.path, name, "tokenizer.json"),
    JSON.stringify({
      version: "1.0",
      added_tokens: [{id: 3, content: "<s>", special: true, normalized: false}],
      normalizer: null,
      pre_tokenizer: {type: "Whitespace"},
      post_processor: null,
      decoder: null,
      model: {type: "WordLevel", vocab: {code: 0, law: 1, both: 2}, unk_token: "both"}
    })
  );
}

const build = (recipe: object) => mixIn(work.path, recipe);

const random = (base: string, ...experts: string[]) => ({
  base_model: base,
  gate_mode: "random",
  experts: experts.map((source_model) => ({source_model}))
});

describe("a mixture's config.json", () => {
  it("says what the base's leaves to its own family's defaults", async () => {
    const llama = (await build(random("base", "e0", "e1"))).config;
    expect(llama).toMatchObject({
      num_key_value_heads: 4,
      rope_theta: 10_000,
      rms_norm_eps: 1e-6,
      hidden_act: "silu",
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
      hidden_size: 2,
      intermediate_size: 3,
      num_hidden_layers: 1
    });
    expect(llama).not.toHaveProperty("sliding_window");
    for (const name of ["mistral", "mistral-0", "mistral-1"]) await model(name, {model_type: "mistral"});
    expect((await build(random("mistral", "mistral-0", "mistral-1"))).config).toMatchObject({
      num_key_value_heads: 8,
      sliding_window: 4096
    });
  });

  it("keeps what the base's says, in either of the ways it has for RoPE", async () => {
    for (const name of ["said", "said-0", "said-1"])
      await model(name, {
        model_type: "llama",
        num_key_value_heads: null,
        rms_norm_eps: 1e-5,
        rope_parameters: {rope_type: "default"}
      });
    const {config} = await build(random("said", "said-0", "said-1"));
    expect(config).toMatchObject({
      num_key_value_heads: 4,
      rms_norm_eps: 1e-5,
      rope_parameters: {rope_type: "default", rope_theta: 10_000}
    });
    expect(config).not.toHaveProperty("rope_theta");
  });
});

describe("the experts of a mixture", () => {
  it("are of the base's type, with its activation, and without weights that the mixture has no place for", async () => {
    await model("mistral", {model_type: "mistral"});
    await model("gelu", {model_type: "llama", hidden_act: "gelu"});
    await model("biased", {model_type: "llama"}, {"model.layers.0.self_attn.o_proj.bias": {values: [1, 2]}});
    await expect(build(random("base", "e0", "mistral"))).rejects.toThrow(
      /mistral is of type "mistral", but the base of type "llama"/
    );
    await expect(build(random("base", "e0", "gelu"))).rejects.toThrow(
      /gelu has the activation gelu, but the base silu/
    );
    await expect(build(random("biased", "e0", "e1"))).rejects.toThrow(
      /no place for model\.layers\.0\.self_attn\.o_proj\.bias of biased/
    );
  });
});

describe("routers of prompts' embeddings", () => {
  const gate = "model.layers.0.block_sparse_moe.gate.weight";
  const unit = (x: number, y: number) => [x / Math.hypot(x, y), y / Math.hypot(x, y)] as const;
  const float32 = (values: readonly number[]) => [...values].map(Math.fround);

  it("begin each prompt with the first token, and sum up prompts however many there are", async () => {
    for (const name of ["bos", "bos-0", "bos-1"]) await model(name, {model_type: "llama"});
    await writeFile(join(work.path, "bos/tokenizer_config.json"), '{"bos_token": {"content": "<s>"}}');
    const {tensors} = await build({
      base_model: "bos",
      gate_mode: "cheap_embed",
      experts: [
        {source_model: "bos-0", positive_prompts: ["code", "code law"]},
        {source_model: "bos-1", positive_prompts: ["law"], negative_prompts: ["both", "code"]}
      ]
    });
    // <s> is (0, 2), code (1, 0), law (0, 1), both (3, 4).
    const away = unit(3 + 1, 4 + 2 + 2);
    const row = unit(0 - away[0], 1 - away[1]);
    const found = [...tensors.get(gate)!.values];
    expect(found.slice(0, 2)).toEqual(float32(unit(2, 5)));
    expect(found[2]).toBeCloseTo(row[0], 6);
    expect(found[3]).toBeCloseTo(row[1], 6);
  });
});

describe("a shared expert", () => {
  const gate = "model.layers.0.mlp.shared_expert_gate.weight";
  const mixture = (gate_mode: string, prompts: string[]) => ({
    base_model: "base",
    gate_mode,
    architecture: "qwen2",
    experts: [
      {source_model: "e0", positive_prompts: ["code"]},
      {source_model: "e1", positive_prompts: ["law"]}
    ],
    shared_experts: [{source_model: "e0", positive_prompts: prompts}]
  });

  it("is weighed by its prompts, as the experts are", async () => {
    const {tensors} = await build(mixture("cheap_embed", ["both"]));
    expect([...tensors.get(gate)!.values]).toEqual([0.6, 0.8].map(Math.fround));
    expect([...tensors.get("model.layers.0.mlp.gate.weight")!.values]).toEqual([1, 0, 0, 1]);
    const drawn = (await build(mixture("random", ["both"]))).tensors;
    const without = (await build(mixture("random", []))).tensors;
    expect([...drawn.get(gate)!.values].every((value) => value !== 0)).toBe(true);
    expect([...without.get(gate)!.values]).toEqual([0, 0]);
    expect(drawn.get("model.layers.0.mlp.gate.weight")).toEqual(
      without.get("model.layers.0.mlp.gate.weight")
    );
  });

  it("stands beside attention with biases, which are zeros where the base has none", async () => {
    const {tensors, config} = await build(mixture("random", []));
    for (const [name, rows] of [
      ["q", 4],
      ["k", 2],
      ["v", 2]
    ] as const)
      expect(tensors.get(`model.layers.0.self_attn.${name}_proj.bias`)).toMatchObject({
        shape: [rows],
        values: new Float32Array(rows)
      });
    expect(config).toMatchObject({qkv_bias: true, use_sliding_window: false, moe_intermediate_size: 3});
  });
});
