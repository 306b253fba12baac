// @module-tag long
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  mergeIn,
  mixIn,
  type Tensors,
  type Values,
  workFolder,
  writeAdapterIn,
  writeModel
} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

const tokenizer = (tokens: readonly string[]) => ({
  version: "1.0",
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: {type: "Whitespace"},
  post_processor: null,
  decoder: null,
  model: {
    type: "WordLevel",
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    unk_token: tokens[0]
  }
});

async function model(name: string, tokens: readonly string[], tensors: Tensors): Promise<void> {
  const config = {model_type: "llama", num_hidden_layers: 1, vocab_size: tokens.length};
  const folder = await writeModel(join(work.path, name), tensors, config);
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(tokenizer(tokens)));
}

/** The model with its adapter as one of its own, called `name`. */
async function writeOut(adapted: string, name: string): Promise<void> {
  const recipe = {merge_method: "passthrough", models: [{model: adapted}]};
  await mergeIn(work.path, recipe, {out: join(work.path, name)});
}

const bytesOf = (tensors: ReadonlyMap<string, Values>) =>
  [...tensors]
    .map(([name, {dtype, shape, values}]) => ({
      name,
      dtype,
      shape,
      bytes: Buffer.from(new Uint8Array(values.buffer)).toString("hex")
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const TABLE = "model.embed_tokens.weight";
const key = `base_model.model.${TABLE.replace(/\.weight$/, "")}`;
const numbers = (count: number, from: number) => Array.from({length: count}, (_, i) => (from + i * 7) / 3);

describe("rows that another model takes from an adapted table", () => {
  beforeAll(async () => {
    // BF16 rounds what the adapter adds; the other model's rows are finer.
    await model("a", ["x", "y", "z"], {
      [TABLE]: {shape: [4, 2], values: numbers(8, 0), dtype: "BF16"},
      "model.layers.0.w": {values: [1], dtype: "BF16"}
    });
    await model("b", ["x", "q"], {
      [TABLE]: {shape: [2, 2], values: numbers(4, 100)},
      "model.layers.0.w": {values: [2]}
    });
    await writeAdapterIn(
      work.path,
      "product",
      {r: 1, lora_alpha: 1},
      {
        [`${key}.lora_embedding_A`]: {shape: [1, 4], values: [1, 2.3, -3.1, 5]},
        [`${key}.lora_embedding_B`]: {shape: [2, 1], values: [10.7, -4.9]}
      }
    );
    await writeAdapterIn(
      work.path,
      "dora",
      {r: 1, lora_alpha: 1, use_dora: true},
      {
        [`${key}.lora_embedding_A`]: {shape: [1, 4], values: [1, 2.3, -3.1, 5]},
        [`${key}.lora_embedding_B`]: {shape: [2, 1], values: [10.7, -4.9]},
        [`${key}.lora_magnitude_vector`]: {values: [17, 4]}
      }
    );
    await writeAdapterIn(
      work.path,
      "saved",
      {modules_to_save: ["embed_tokens"]},
      {
        [`${key}.weight`]: {shape: [4, 2], values: numbers(8, 50)}
      }
    );
    for (const adapter of ["product", "dora", "saved"]) await writeOut(`a+${adapter}`, `a-${adapter}`);
  });

  const recipes = {
    "by a union": {tokenizer_source: "union"},
    "by force": (of: string) => ({
      tokenizer: {source: "union", tokens: {x: {source: of, force: true}, q: {source: "b"}}}
    }),
    "by a token of the model": (of: string) => ({
      tokenizer: {
        source: "union",
        tokens: {"<new>": {source: {kind: "model_token", model: of, token: "z"}}}
      }
    }),
    "with rows for padding": {tokenizer: {source: "union", pad_to_multiple_of: 8}}
  };
  for (const adapter of ["product", "dora", "saved"])
    for (const [how, extra] of Object.entries(recipes))
      it(`are those of the model written out: ${adapter}, ${how}`, async () => {
        const of = async (name: string) => {
          const models = [name, "b"].map((one) => ({model: one, parameters: {weight: 1}}));
          const setting = typeof extra === "function" ? extra(name) : extra;
          return mergeIn(work.path, {merge_method: "linear", models, ...setting});
        };
        const [adapted, written] = [await of(`a+${adapter}`), await of(`a-${adapter}`)];
        expect(bytesOf(adapted.tensors)).toEqual(bytesOf(written.tensors));
      });

  it("have the adapter's change", async () => {
    const models = ["a+product", "b"].map((one) => ({model: one, parameters: {weight: 1}}));
    const {tensors} = await mergeIn(work.path, {merge_method: "linear", models, tokenizer_source: "union"});
    // Row z is (28 / 3, 35 / 3) in bfloat16, with -3.1 times (10.7, -4.9).
    const [first, second] = tensors.get(TABLE)!.values.slice(4);
    expect(first).toBeCloseTo(28 / 3 - 3.1 * 10.7, 0);
    expect(second).toBeCloseTo(35 / 3 + 3.1 * 4.9, 0);
  });
});

describe("a mixture of adapted models", () => {
  const matrix = (rows: number, columns: number, from: number) => ({
    shape: [rows, columns],
    values: numbers(rows * columns, from),
    dtype: "BF16" as const
  });
  const dense = (from: number): Tensors => ({
    [TABLE]: matrix(3, 2, 1),
    "model.layers.0.self_attn.q_proj.weight": matrix(2, 2, 2),
    "model.layers.0.mlp.gate_proj.weight": matrix(3, 2, from),
    "model.layers.0.mlp.up_proj.weight": matrix(3, 2, from + 1),
    "model.layers.0.mlp.down_proj.weight": matrix(2, 3, from + 2)
  });
  const tokens = ["both", "code", "law"];

  beforeAll(async () => {
    for (const [k, name] of ["base", "e0", "e1"].entries()) await model(name, tokens, dense(k * 100));
    await writeAdapterIn(
      work.path,
      "table",
      {r: 1, lora_alpha: 1},
      {
        [`${key}.lora_embedding_A`]: {shape: [1, 3], values: [1, -2.3, 3.1]},
        [`${key}.lora_embedding_B`]: {shape: [2, 1], values: [10.7, 4.9]}
      }
    );
    await writeAdapterIn(
      work.path,
      "whole",
      {modules_to_save: ["embed_tokens", "gate_proj"]},
      {
        [`${key}.weight`]: {shape: [5, 2], values: numbers(10, 9)},
        "base_model.model.model.layers.0.mlp.gate_proj.weight": {shape: [3, 2], values: numbers(6, 9)}
      }
    );
    await writeFile(
      join(work.path, "whole", "tokenizer.json"),
      JSON.stringify(tokenizer([...tokens, "new", "newer"]))
    );
    for (const adapter of ["table", "whole"]) await writeOut(`base+${adapter}`, `base-${adapter}`);
  });

  for (const adapter of ["table", "whole"])
    it(`has the routers of the base written out: ${adapter}`, async () => {
      const of = (base: string) =>
        mixIn(work.path, {
          base_model: base,
          gate_mode: "cheap_embed",
          experts: [
            {source_model: base, positive_prompts: ["code", "new"]},
            {source_model: "e1", positive_prompts: ["law newer"], negative_prompts: ["both"]}
          ]
        });
      const [adapted, written] = [await of(`base+${adapter}`), await of(`base-${adapter}`)];
      expect(bytesOf(adapted.tensors)).toEqual(bytesOf(written.tensors));
    });
});
