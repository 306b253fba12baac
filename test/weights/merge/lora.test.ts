// @module-tag long
import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {mergeGolden} from "./goldenMerge.js";
import {judge, readManifest} from "./goldens.js";
import {GOLDEN, mergeIn, type Tensors, workFolder, writeAdapterIn, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

const writeAdapter = (name: string, config: object, tensors: Tensors) =>
  writeAdapterIn(work.path, name, config, tensors);

async function adapted(base: string, adapter: string, name: string): Promise<number[]> {
  const {tensors} = await mergeIn(work.path, {
    merge_method: "passthrough",
    models: [{model: `${base}+${adapter}`}]
  });
  return [...tensors.get(name)!.values];
}

describe("golden adapters", async () => {
  const cases = Object.entries(await readManifest()).filter(([, {method}]) => method === "lora");
  if (!GOLDEN) {
    console.log(
      "Golden adapters are skipped: no golden/merge folder (set ASSAY_GOLDEN, or ASSAY_SHARED to the shared folder)."
    );
    it.skip("need the shared folder", () => undefined);
  }
  for (const [name, golden] of cases)
    it(`${name} agrees with the reference and leaves other tensors as they are`, async () => {
      judge(await mergeGolden(GOLDEN!, work.path, name, golden, "exact"), golden.tolerance);
    });
});

describe("adapters", () => {
  const key = (rest: string) => `base_model.model.layer.${rest}`;

  beforeAll(async () => {
    await writeModel(join(work.path, "base"), {
      "layer.weight": {shape: [2, 3], values: [1, 2, 3, 4, 5, 6]},
      "layer.bias": {values: [1, 1]},
      "embed_tokens.weight": {shape: [3, 2], values: [0, 0, 0, 0, 0, 0]},
      "head.weight": {shape: [1, 2], values: [7, 8]}
    });
  });

  it("add alpha / r times B A to a weight, and times the bias of B to its bias", async () => {
    await writeAdapter(
      "plain",
      {r: 1, lora_alpha: 2, lora_bias: true},
      {
        [key("lora_A.weight")]: {shape: [1, 3], values: [1, 0, -1]},
        [key("lora_B.weight")]: {shape: [2, 1], values: [1, 10]},
        [key("lora_B.bias")]: {values: [0.5, -0.5]}
      }
    );
    expect(await adapted("base", "plain", "layer.weight")).toEqual([3, 2, 1, 24, 5, -14]);
    expect(await adapted("base", "plain", "layer.bias")).toEqual([2, 0]);
  });

  it("bring each output's norm to DoRA's magnitude", async () => {
    await writeAdapter(
      "dora",
      {r: 1, lora_alpha: 1, use_dora: true},
      {
        [key("lora_A.weight")]: {shape: [1, 3], values: [0, 0, 0]},
        [key("lora_B.weight")]: {shape: [2, 1], values: [0, 0]},
        [key("lora_magnitude_vector")]: {values: [2, 1]}
      }
    );
    const row = (values: number[], m: number) => values.map((v) => (v * m) / Math.hypot(...values));
    const values = await adapted("base", "dora", "layer.weight");
    [...row([1, 2, 3], 2), ...row([4, 5, 6], 1)].forEach((v, i) => expect(values[i]).toBeCloseTo(v, 6));
  });

  it("change embeddings by the transposed product", async () => {
    await writeAdapter(
      "embedding",
      {r: 1, lora_alpha: 1},
      {
        "base_model.model.embed_tokens.lora_embedding_A": {shape: [1, 3], values: [1, 2, 3]},
        "base_model.model.embed_tokens.lora_embedding_B": {shape: [2, 1], values: [1, -1]}
      }
    );
    expect(await adapted("base", "embedding", "embed_tokens.weight")).toEqual([1, -1, 2, -2, 3, -3]);
  });

  it("bring each dimension of an embedding to DoRA's magnitude, over all rows", async () => {
    await writeModel(join(work.path, "embedded"), {
      "model.embed_tokens.weight": {shape: [3, 2], values: [1, 0, 2, 1, 0, 2]}
    });
    const adapter = await writeAdapter(
      "dora-embedding",
      {r: 1, lora_alpha: 2, use_dora: true},
      {
        "base_model.model.model.embed_tokens.lora_embedding_A": {shape: [1, 3], values: [1, 0, 2]},
        "base_model.model.model.embed_tokens.lora_embedding_B": {shape: [2, 1], values: [1, -1]},
        "base_model.model.model.embed_tokens.lora_magnitude_vector": {values: [3, 5]}
      }
    );
    // W + 2 (B A)^T has the columns (3, 2, 4) and (-2, 1, -2).
    const [x, y] = [3 / Math.sqrt(29), 5 / 3];
    const result = await adapted("embedded", adapter, "model.embed_tokens.weight");
    [3 * x, -2 * y, 2 * x, y, 4 * x, -2 * y].forEach((v, i) => expect(result[i]).toBeCloseTo(v, 5));
  });

  it("put modules saved whole in the place of the base's", async () => {
    await writeAdapter(
      "saved",
      {r: 1},
      {
        "base_model.model.head.modules_to_save.weight": {shape: [1, 2], values: [9, 9]}
      }
    );
    expect(await adapted("base", "saved", "head.weight")).toEqual([9, 9]);
  });

  it("take part in a recipe: task arithmetic with weight 1 gives back exactly the adapter's delta", async () => {
    await writeAdapter(
      "delta",
      {r: 1, lora_alpha: 1},
      {
        [key("lora_A.weight")]: {shape: [1, 3], values: [1, 2, 4]},
        [key("lora_B.weight")]: {shape: [2, 1], values: [1, -2]}
      }
    );
    for (const method of ["task_arithmetic", "ties", "dare_linear", "breadcrumbs", "della_linear"]) {
      const {tensors} = await mergeIn(work.path, {
        merge_method: method,
        base_model: "base",
        models: [{model: "base+delta", parameters: {weight: 1, density: 1}}]
      });
      expect([...tensors.get("layer.weight")!.values], method).toEqual([2, 4, 7, 2, 1, -2]);
    }
  });

  it("whose saved tensor has no place in the base are refused, unless it is a head or a module that was saved by its name", async () => {
    const saved = (name: string, config: object, tensor: string) =>
      writeAdapter(
        name,
        {r: 1, ...config},
        {[`base_model.model.${tensor}`]: {shape: [1, 2], values: [8, 9]}}
      );
    await saved("misspelt", {}, "layr.weight");
    await expect(adapted("base", "misspelt", "layer.weight")).rejects.toThrow(
      /layr\.weight takes the place of layr\.weight, which the base does not have/
    );
    await saved("scoring", {}, "score.weight");
    expect(await adapted("base", "scoring", "score.weight")).toEqual([8, 9]);
    await saved("named", {modules_to_save: ["extra"]}, "top.extra.weight");
    expect(await adapted("base", "named", "top.extra.weight")).toEqual([8, 9]);
  });

  it("for which PEFT changed the base are refused, and those for which it did not are not", async () => {
    const begun = (how: unknown) =>
      writeAdapter(
        `begun-${String(how)}`,
        {r: 1, lora_alpha: 1, init_lora_weights: how},
        {
          [key("lora_A.weight")]: {shape: [1, 3], values: [1, 0, 0]},
          [key("lora_B.weight")]: {shape: [2, 1], values: [1, 0]}
        }
      );
    for (const how of ["pissa", "pissa_niter_16", "olora", "OLoRA", "corda", "loftq", "lora_ga"])
      await expect(adapted("base", await begun(how), "layer.weight"), how).rejects.toThrow(
        /changed the base's weights before it trained.*path_initial_model_for_weight_conversion/
      );
    for (const how of [true, false, "gaussian", "eva", "orthogonal"])
      expect(await adapted("base", await begun(how), "layer.weight"), String(how)).toEqual([
        2, 2, 3, 4, 5, 6
      ]);
  });

  for (const [setting, value] of Object.entries({
    alora_invocation_tokens: [1, 2, 3],
    arrow_config: {top_k: 2},
    kasa_config: {beta: 1},
    layer_replication: [
      [0, 1],
      [0, 1]
    ],
    monteclora_config: {num_samples: 8},
    target_parameters: ["experts.gate_up_proj"],
    use_bdlora: {nblocks: 2},
    use_qalora: true
  }))
    it(`with ${setting} are refused, and without a value are not`, async () => {
      const write = (name: string, config: object) =>
        writeAdapter(
          name,
          {r: 1, lora_alpha: 1, ...config},
          {
            [key("lora_A.weight")]: {shape: [1, 3], values: [1, 0, 0]},
            [key("lora_B.weight")]: {shape: [2, 1], values: [1, 0]}
          }
        );
      const set = await write(`set-${setting}`, {[setting]: value});
      await expect(adapted("base", set, "layer.weight")).rejects.toThrow(
        new RegExp(`set-${setting}/adapter_config\\.json sets what cannot be computed[^]*${setting}: `)
      );
      for (const [how, empty] of Object.entries({null: null, false: false, list: [], mapping: {}})) {
        const unset = await write(`${how}-${setting}`, {[setting]: empty});
        expect(await adapted("base", unset, "layer.weight"), how).toEqual([2, 2, 3, 4, 5, 6]);
      }
    });

  it("are refused when they are empty, or scale by what is no number", async () => {
    const tensors = {
      [key("lora_A.weight")]: {shape: [1, 3], values: [1, 0, 0]},
      [key("lora_B.weight")]: {shape: [2, 1], values: [1, 0]}
    };
    const none = await writeAdapter("none", {r: 1, lora_alpha: 1}, {});
    await expect(adapted("base", none, "layer.weight")).rejects.toThrow(/none is empty: .* holds no tensor/);
    for (const [name, config, said] of [
      ["rank", {r: 0, lora_alpha: 1}, /r is 0, not a rank above 0/],
      ["word", {r: 1, lora_alpha: "NaN"}, /lora_alpha is "NaN", not a number/]
    ] as const) {
      const folder = await writeAdapter(name, config, tensors);
      await expect(adapted("base", folder, "layer.weight")).rejects.toThrow(said);
    }
    const folder = await writeAdapter("large", {r: 1, lora_alpha: 1, alpha_pattern: {layer: 2}}, tensors);
    const file = join(work.path, "large", "adapter_config.json");
    await writeFile(file, (await readFile(file, "utf8")).replace(/"layer":\s*2/, '"layer": 1e999'));
    await expect(adapted("base", folder, "layer.weight")).rejects.toThrow(
      /alpha_pattern entry "layer" is no/
    );
  });

  it("tell of members that are set and not known", async () => {
    await writeAdapter(
      "newer",
      {
        ...{
          r: 1,
          lora_alpha: 1,
          lora_dropout: 0.1,
          target_modules: ["layer"],
          megatron_core: "megatron.core"
        },
        ...{use_future_lora: true, another: "", megatron_config: {tp: 2}}
      },
      {
        [key("lora_A.weight")]: {shape: [1, 3], values: [1, 0, 0]},
        [key("lora_B.weight")]: {shape: [2, 1], values: [1, 0]}
      }
    );
    const models = [{model: "base+newer"}];
    const {report} = await mergeIn(work.path, {merge_method: "passthrough", models});
    expect(report.warnings).toEqual([
      expect.stringMatching(
        /newer\/adapter_config\.json sets megatron_config, use_future_lora, which Assay does not know/
      )
    ]);
  });

  it("that do not fit are refused with everything that is wrong", async () => {
    await writeAdapter(
      "wrong",
      {r: 2},
      {
        [key("lora_A.weight")]: {shape: [1, 3], values: [1, 0, -1]},
        [key("lora_B.weight")]: {shape: [2, 1], values: [1, 10]},
        "base_model.model.other.lora_A.weight": {shape: [2, 1], values: [1, 1]}
      }
    );
    await expect(adapted("base", "wrong", "layer.weight")).rejects.toThrow(
      /rank 1 but adapter_config\.json says 2[^]*other\.lora_A\.weight has no/
    );
  });
});

describe("adapters that save the tables of a vocabulary", () => {
  const wide = (rows: number, from: number) => ({
    shape: [rows, 2],
    values: Array.from({length: rows * 2}, (_, i) => from + i)
  });
  const embedding = "base_model.model.model.embed_tokens.weight";
  const head = "base_model.model.lm_head.weight";
  const tokenizer = (count: number) => ({
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(Array.from({length: count}, (_, i) => [`t${i}`, i]))
    },
    added_tokens: []
  });
  const write = (folder: string, name: string, content: object) =>
    writeFile(join(work.path, folder, name), JSON.stringify(content));

  beforeAll(async () => {
    const config = {model_type: "made-up", vocab_size: 3};
    const tensors = {"model.embed_tokens.weight": wide(3, 0), "model.layers.0.w": {values: [1]}};
    await writeModel(join(work.path, "untied"), {...tensors, "lm_head.weight": wide(3, 50)}, config);
    await writeModel(join(work.path, "tied"), tensors, {...config, tie_word_embeddings: true});
    for (const folder of ["untied", "tied"]) {
      await write(folder, "tokenizer.json", tokenizer(3));
      await write(folder, "generation_config.json", {eos_token_id: 2});
    }
    await writeAdapter(
      "chat",
      {modules_to_save: ["embed_tokens", "lm_head"]},
      {
        [embedding]: wide(5, 100),
        [head]: wide(5, 200)
      }
    );
    await write("chat", "tokenizer.json", tokenizer(5));
    await writeAdapter("embedding", {modules_to_save: ["embed_tokens"]}, {[embedding]: wide(5, 100)});
  });
  const put = (base: string, adapter: string, extra: object = {}) =>
    mergeIn(work.path, {merge_method: "passthrough", models: [{model: `${base}+${adapter}`}], ...extra});
  const json = async (out: string, name: string) =>
    JSON.parse(await readFile(join(out, name), "utf8")) as Record<string, unknown>;

  it("with added tokens make the base's tables as large, and bring their tokenizer", async () => {
    const {tensors, out, report} = await put("untied", "chat");
    expect(tensors.get("model.embed_tokens.weight")).toMatchObject({shape: [5, 2]});
    expect([...tensors.get("model.embed_tokens.weight")!.values]).toEqual(wide(5, 100).values);
    expect([...tensors.get("lm_head.weight")!.values]).toEqual(wide(5, 200).values);
    expect((await json(out, "config.json")).vocab_size).toBe(5);
    expect(await json(out, "tokenizer.json")).toEqual(tokenizer(5));
    expect(await json(out, "generation_config.json")).toEqual({eos_token_id: 2});
    expect(report.warnings).toEqual([]);
  });

  it("give a tied base a head of its own where they save one, and leave it tied where not", async () => {
    const own = await put("tied", "chat");
    expect([...own.tensors.get("lm_head.weight")!.values]).toEqual(wide(5, 200).values);
    expect((await json(own.out, "config.json")).tie_word_embeddings).toBe(false);
    const tied = await put("tied", "embedding", {tokenizer_source: undefined});
    expect(tied.tensors.get("model.embed_tokens.weight")!.shape).toEqual([5, 2]);
    expect(tied.tensors.has("lm_head.weight")).toBe(false);
    expect(await json(tied.out, "config.json")).toMatchObject({vocab_size: 5, tie_word_embeddings: true});
  });

  it("are merged with their base by a union of both vocabularies", async () => {
    const {tensors, out} = await mergeIn(work.path, {
      merge_method: "linear",
      models: ["untied", "untied+chat"].map((model) => ({model, parameters: {weight: 1}})),
      tokenizer_source: "union"
    });
    const {values, shape} = tensors.get("model.embed_tokens.weight")!;
    expect(shape).toEqual([5, 2]);
    expect([...values.subarray(0, 2)]).toEqual([(0 + 100) / 2, (1 + 101) / 2]);
    expect([...values.subarray(8)]).toEqual([108, 109]);
    expect((await json(out, "config.json")).vocab_size).toBe(5);
  });

  it("may change a saved table by a product, too", async () => {
    await writeAdapter(
      "both",
      {r: 1, lora_alpha: 1},
      {
        "base_model.model.model.embed_tokens.lora_embedding_A": {shape: [1, 5], values: [0, 0, 0, 0, 1]},
        "base_model.model.model.embed_tokens.lora_embedding_B": {shape: [2, 1], values: [10, 20]},
        "base_model.model.model.embed_tokens.base_layer.weight": wide(5, 100),
        "base_model.model.lm_head.weight": wide(5, 200)
      }
    );
    const {tensors} = await put("untied", "both");
    expect([...tensors.get("model.embed_tokens.weight")!.values].slice(6)).toEqual([106, 107, 118, 129]);
  });

  it("are refused where the other table stays as it is, and where what they hold is not supported", async () => {
    await expect(put("untied", "embedding")).rejects.toThrow(
      /model\.embed_tokens\.weight has 5 rows but lm_head\.weight, which the adapter does not save, has 3: save both, with modules_to_save/
    );
    await writeAdapter(
      "rows",
      {trainable_token_indices: {embed_tokens: [1]}},
      {
        "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta": wide(1, 0)
      }
    );
    await expect(put("untied", "rows")).rejects.toThrow(
      /holds single rows of a table \(trainable_token_indices\), which is not supported: merge the adapter into its base with PEFT \(merge_and_unload\)/
    );
    await writeAdapter(
      "head-only",
      {r: 1},
      {
        "base_model.model.lm_head.lora_A.weight": {shape: [1, 2], values: [1, 1]},
        "base_model.model.lm_head.lora_B.weight": {shape: [3, 1], values: [1, 1, 1]}
      }
    );
    expect((await put("untied", "head-only")).tensors.get("lm_head.weight")!.shape).toEqual([3, 2]);
  });
});
