// @module-tag long
import {readFile, rename, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {openModels} from "../../../src/weights/merge/plan/model.js";
import {parseRecipes} from "../../../src/weights/merge/recipe/parse.js";
import {planTokenizer} from "../../../src/weights/merge/tokenizer/plan.js";
import {mergeIn, type Tensors, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

interface Tokenizer {
  merges?: unknown[];
  added?: object[];
  config?: object;
}

/** A model with the tensors and, in the order of their ids, the tokens given. */
async function model(name: string, tokens: string[], tensors: Tensors, tokenizer: Tokenizer = {}) {
  const {merges = [], added = [], config} = tokenizer;
  const folder = await writeModel(join(work.path, name), tensors, {model_type: "llama", vocab_size: 1});
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const json = {model: {type: "BPE", vocab, merges}, added_tokens: added};
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(json));
  if (config) await writeFile(join(folder, "tokenizer_config.json"), JSON.stringify(config));
}

const embedding = (rows: number[]): Tensors => ({
  "model.embed_tokens.weight": {shape: [rows.length, 1], values: rows}
});
const mean = (models: string[], extra: object) => ({
  merge_method: "linear",
  models: models.map((name) => ({model: name, parameters: {weight: 1}})),
  ...extra
});
const special = (id: number, content: string) => ({id, content, special: true, lstrip: true});

async function merged(recipe: object) {
  const {tensors, out, report} = await mergeIn(work.path, recipe);
  const json = async (name: string) =>
    JSON.parse(await readFile(join(out, name), "utf8")) as Record<string, unknown>;
  return {
    values: (name: string) => [...tensors.get(name)!.values],
    table: [...tensors.get("model.embed_tokens.weight")!.values],
    tokenizer: (await json("tokenizer.json")) as {
      model: {vocab: object; merges: unknown[]};
      added_tokens: Record<string, unknown>[];
    },
    json,
    report
  };
}

describe("the row of a token that a model lacks", () => {
  beforeAll(async () => {
    await model("one", ["a", "z"], embedding([0, 1]));
    await model("two", ["a", "z"], embedding([0, 3]));
    await model("other", ["a", "q"], embedding([0, 100]));
  });

  it("is the mean of those that have it when the recipe has no base", async () => {
    const {table} = await merged(mean(["one", "two", "other"], {tokenizer_source: "union"}));
    expect(table[1]).toBe((1 + 3 + 2) / 3);
  });

  it("is the base's when it has one", async () => {
    const recipe = mean(["one", "two", "other"], {base_model: "two", tokenizer_source: "union"});
    expect((await merged(recipe)).table[1]).toBeCloseTo((1 + 3 + 3) / 3, 6);
  });

  it("in a head is that of the table another head is tied to", async () => {
    const head = {"lm_head.weight": {shape: [2, 1], values: [5, 6]}};
    await model("headed", ["a", "z"], {...embedding([0, 1]), ...head});
    const recipe = {...mean(["headed", "other"], {tokenizer_source: "union"}), base_model: "headed"};
    expect((await merged(recipe)).values("lm_head.weight")).toEqual([2.5, 3.5, 100]);
  });

  it("is read when it is needed, not held in the plan", async () => {
    const tokens = (name: string) => Array.from({length: 500}, (_, i) => name + i);
    for (const name of ["left", "right"])
      await model(name, tokens(name), embedding(Array.from({length: 500}, (_, i) => i)));
    const [recipe] = parseRecipes(mean(["left", "right"], {tokenizer_source: "union"}));
    const references = recipe!.slices[0]!.sources.map(({model: reference}) => ({reference}));
    const models = await openModels(references, (path) => Promise.resolve(join(work.path, path)));
    const plan = await planTokenizer(recipe!, models);
    const rows = plan!.rows("left", "model.embed_tokens.weight")!;
    expect(rows.fill).toHaveLength(0);
    expect(rows.lent!.row).toHaveLength(500);
    const {table} = await merged(mean(["left", "right"], {tokenizer_source: "union"}));
    expect(table).toEqual(Array.from({length: 1000}, (_, i) => i % 500));
  });
});

describe("a vocabulary", () => {
  it("may have more tokens than a call has arguments", async () => {
    const tokens = Array.from({length: 140_000}, (_, i) => `t${i}`);
    for (const name of ["large", "as-large"])
      await model(name, tokens, embedding(new Array(140_000).fill(1)));
    const {table, json} = await merged(
      mean(["large", "as-large"], {tokenizer: {source: "union", tokens: {new: null}}})
    );
    expect(table).toHaveLength(140_001);
    expect(await json("config.json")).toMatchObject({vocab_size: 140_001});
  });

  it("loses the tokens that have no row, so that new ones do not share their ids", async () => {
    const merges = ["a b", ["ab", "a"], "ab a", ["b", "a"]];
    const decoder = {"1": special(1, "b"), "4": special(4, "<pad>")};
    await model("beyond", ["a", "b", "ab", "aba"], embedding([1, 2, 3]), {
      merges,
      added: [special(4, "<pad>")],
      config: {added_tokens_decoder: decoder}
    });
    await model("newer", ["a", "b", "ab", "new"], embedding([1, 2, 3, 4]));
    const {tokenizer, json} = await merged(mean(["beyond", "newer"], {tokenizer_source: "union"}));
    expect(tokenizer.model.vocab).toEqual({a: 0, b: 1, ab: 2});
    // "aba" is gone, and with it the two merges that make it.
    expect(tokenizer.model.merges).toEqual(["a b", ["b", "a"]]);
    expect(tokenizer.added_tokens).toEqual([expect.objectContaining({id: 3, content: "new"})]);
    expect(await json("tokenizer_config.json")).toEqual({added_tokens_decoder: {"1": special(1, "b")}});
  });

  it("of a union has every added token as the first model that adds it does", async () => {
    await model("plain", ["a", "<x>"], embedding([1, 2]));
    await model("special", ["a"], embedding([1, 2]), {added: [special(1, "<x>")]});
    const recipe = (source: string) => mean(["plain", "special"], {tokenizer_source: source});
    const {tokenizer} = await merged(recipe("union"));
    expect(tokenizer.added_tokens).toEqual([expect.objectContaining(special(1, "<x>"))]);
    expect((await merged(recipe("base"))).tokenizer.added_tokens).toEqual([]);
  });

  it("that a tokenizer gives an unknown table is refused, by the table's name", async () => {
    await model("unnamed", ["a"], {"model.lookup.weight": {shape: [1, 1], values: [1]}});
    await expect(merged(mean(["unnamed"], {tokenizer_source: "base"}))).rejects.toThrow(
      /line 6: unnamed has no table of embeddings whose name is known here/
    );
  });
});

describe("a tensor with an element for each token", () => {
  const heads = (bias: string, start: number): Tensors => ({
    ...embedding([1, 2, 3]),
    "lm_head.weight": {shape: [3, 1], values: [1, 2, 3]},
    [bias]: {values: [start, start + 1, start + 2]}
  });

  it.each(["lm_head.bias", "cls.predictions.bias", "cls.predictions.decoder.bias", "decoder.bias"])(
    "is re-ordered with the table: %s",
    async (bias) => {
      await model("biased", ["a", "b", "c"], heads(bias, 0));
      await model("turned", ["c", "new", "a"], heads(bias, 10));
      const {values} = await merged(
        mean(["biased", "turned"], {tokenizer: {source: "union", pad_to_multiple_of: 5}})
      );
      expect(values(bias)).toEqual([(0 + 12) / 2, 1, (2 + 10) / 2, 11, (1 + 11) / 2]);
    }
  );

  it("is re-ordered after an adapter has changed it", async () => {
    await model("biased", ["a", "b", "c"], heads("lm_head.bias", 0));
    await model("turned", ["c", "a", "b"], heads("lm_head.bias", 0));
    const folder = join(work.path, "adapter");
    await writeModel(folder, {
      "base_model.model.lm_head.lora_A.weight": {shape: [1, 1], values: [0]},
      "base_model.model.lm_head.lora_B.weight": {shape: [3, 1], values: [0, 0, 0]},
      "base_model.model.lm_head.lora_B.bias": {values: [10, 20, 30]}
    });
    await writeFile(
      join(folder, "adapter_config.json"),
      JSON.stringify({peft_type: "LORA", r: 1, lora_alpha: 1, lora_bias: true})
    );
    await rename(join(folder, "model.safetensors"), join(folder, "adapter_model.safetensors"));
    const {values} = await merged(
      mean(["turned", "biased+adapter"], {base_model: "turned", tokenizer_source: "base"})
    );
    // [10, 21, 32] in the order c, a, b, and turned's own values.
    expect(values("lm_head.bias")).toEqual([(32 + 0) / 2, (10 + 1) / 2, (21 + 2) / 2]);
  });

  it("but goes by it in an unknown way is refused, by its name", async () => {
    const logits = {"model.final_logits_bias": {shape: [1, 3], values: [1, 2, 3]}};
    await model("known", ["a", "b", "c"], {...embedding([1, 2, 3]), ...logits});
    await model("turned", ["c", "a", "b"], {...embedding([1, 2, 3]), ...logits});
    await expect(merged(mean(["known", "turned"], {tokenizer_source: "union"}))).rejects.toThrow(
      /line 9: model\.final_logits_bias of turned goes by the vocabulary in a way that is not known/
    );
    await model("alike", ["a", "b", "c"], {...embedding([1, 2, 3]), ...logits});
    const {values} = await merged(mean(["known", "alike"], {tokenizer_source: "union"}));
    expect(values("model.final_logits_bias")).toEqual([1, 2, 3]);
  });
});

it("a source of a token that is not there is a problem, told with all others", async () => {
  await model("one", ["a", "b"], embedding([1, 2]));
  const from = (member: object) => ({source: {kind: "model_token", model: "one", ...member}});
  const tokens = {
    n1: from({token: "typo"}),
    n2: from({token_id: 2}),
    n3: from({token_id: -1}),
    n4: {source: "one"},
    n5: {source: "absent"},
    fine: from({token_id: 1})
  };
  const told = merged(mean(["one"], {tokenizer: {source: "base", tokens}})).catch(
    (error: Error) => error.message
  );
  const lines = String(await told).split("\n");
  expect(lines).toEqual([
    expect.stringMatching(/line 9: the token "n1" takes its row from one, which has no token "typo"/),
    expect.stringMatching(
      /line 14: the token "n2" takes its row from row 2 of one, which has the rows 0 to 1/
    ),
    expect.stringMatching(/line 19: the token "n3" takes its row from row -1 of one/),
    expect.stringMatching(/line 24: the token "n4" takes its row from one, which has no token "n4"/),
    expect.stringMatching(/line 26: the token "n5" takes its row from absent, which is not one of the models/)
  ]);
});
