import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {checkMerge, mergeRecord} from "../../../src/weights/merge/index.js";
import {mergeIn, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
const LLAMA = {
  model_type: "llama",
  hidden_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  rms_norm_eps: 1e-5
};

async function model(
  name: string,
  tokens: string[],
  {rows = tokens.length, config = {}}: {rows?: number; config?: object} = {}
): Promise<void> {
  const folder = join(work.path, name);
  const table = {shape: [rows, 4], values: Array.from({length: rows * 4}, (_, i) => i + name.length)};
  await writeModel(
    folder,
    {"model.embed_tokens.weight": table, "model.layers.0.w": {values: [1]}},
    {...LLAMA, vocab_size: rows, ...config}
  );
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  await writeFile(
    join(folder, "tokenizer.json"),
    JSON.stringify({model: {type: "WordLevel", vocab}, added_tokens: []})
  );
}

const linear = (models: string[], extra: object = {}) => ({
  merge_method: "linear",
  models: models.map((name) => ({model: name, parameters: {weight: 1}})),
  ...extra
});
const checked = async (recipe: object) => {
  const {documents} = await checkMerge(recipe, {resolveModel: (name) => join(work.path, name)});
  return documents[0]!;
};

beforeAll(async () => {
  work = await workFolder();
  await model("a", ["x", "y", "z", "w"]);
  await model("same", ["x", "y", "z", "w"]);
  await model("turned", ["x", "z", "y", "w"]);
  await model("wide", ["x", "y", "z", "w", "new"]);
  await model("broken", ["x", "y", "z", "w"], {rows: 3});
});
afterAll(() => work.remove());

describe("models with different vocabularies", () => {
  it("are told of in the check, the merge and its record, with the tokens and what mends it", async () => {
    const text =
      /^a and turned have different vocabularies: 2 tokens of 4 differ in id, "y" \(1 and 2\), "z" \(2 and 1\)\. .*tokenizer_source: union/;
    const {warnings, problems} = await checked(linear(["a", "same", "turned"]));
    expect(problems).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(text)]);
    const {report} = await mergeIn(work.path, linear(["a", "turned"]));
    expect(report.warnings).toEqual([expect.stringMatching(text)]);
  });

  it("of the same tokens, or brought together by the recipe, are not", async () => {
    expect((await checked(linear(["a", "same"]))).warnings).toEqual([]);
    expect((await checked(linear(["a", "turned"], {tokenizer_source: "union"}))).warnings).toEqual([]);
  });

  it("are told of where a tokenizer has tokens that the other lacks", async () => {
    expect((await checked(linear(["a", "wide"]))).warnings).toContainEqual(
      expect.stringContaining('1 token of 5 differs in id, "new" (absent and 4).')
    );
  });

  it("are a problem where the tokenizer's ids go beyond the result's table", async () => {
    const cut = await checked(linear(["wide", "a"]));
    expect(cut.problems).toEqual([
      {
        line: 2,
        message:
          'the tokenizer of wide, which the result gets, has 1 token beyond the 4 rows of model.embed_tokens.weight: "new" (4). tokenizer_source: base, or union, keeps their rows.'
      }
    ]);
    await expect(mergeIn(work.path, linear(["wide", "a"]))).rejects.toThrow(/1 token beyond the 4 rows/);
    const own = await checked(linear(["broken"]));
    expect(own.problems.map(({message}) => message)).toEqual([
      expect.stringContaining('"w" (3). tokenizer_source: base leaves those without a row out.')
    ]);
    for (const [models, source] of [
      [["wide", "a"], "base"],
      [["broken"], "base"]
    ] as const)
      expect((await checked(linear([...models], {tokenizer_source: source}))).problems).toEqual([]);
  });

  it("are no matter of a model whose tables the result does not have", async () => {
    const slices = ["a", "turned"].map((name) => ({sources: [{model: name, layer_range: [0, 1]}]}));
    expect((await checked({merge_method: "passthrough", slices})).warnings).toEqual([]);
  });
});

describe("models whose config.json gives weights another meaning", () => {
  it("are told of, by member and values", async () => {
    await model("other", ["x", "y", "z", "w"], {
      config: {num_attention_heads: 1, rope_theta: 500_000, hidden_act: "gelu", rms_norm_eps: 1e-6}
    });
    const {warnings, problems} = await checked(linear(["a", "other"]));
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'other was made for other settings than the result gets: num_attention_heads 1 (2 in a), num_key_value_heads 1 (2 in a), head_dim 4 (2 in a), hidden_act "gelu" ("silu" in a), rms_norm_eps 0.000001 (0.00001 in a), rope_theta 500000 (10000 in a). The same weights compute something else there.'
    ]);
  });

  it("are not where one states what the other leaves to its family, or writes it otherwise", async () => {
    await model("stated", ["x", "y", "z", "w"], {
      config: {
        num_key_value_heads: 2,
        head_dim: 2,
        hidden_act: "silu",
        rope_parameters: {rope_type: "default", rope_theta: 10_000},
        sliding_window: null,
        max_position_embeddings: 4096
      }
    });
    expect((await checked(linear(["a", "stated"]))).warnings).toEqual([]);
    const long = {rope_theta: 500_000, rope_scaling: {type: "linear", factor: 2}};
    const together = {rope_parameters: {rope_theta: 500_000, rope_type: "linear", factor: 2}};
    await model("long", ["x", "y", "z", "w"], {config: long});
    await model("together", ["x", "y", "z", "w"], {config: together});
    expect((await checked(linear(["long", "together"]))).warnings).toEqual([]);
    expect((await checked(linear(["a", "long"]))).warnings[0]).toContain(
      'rope_scaling {"factor":2,"rope_type":"linear"} (null in a)'
    );
  });

  it("are told of by the names of models in a record, not by their paths", async () => {
    const {report} = await mergeIn(work.path, linear(["a", "turned"]), {
      resolveModel: (name) => join(work.path, name)
    });
    const at = (name: string) => (name === "a" || name === "turned" ? join(work.path, name) : name);
    const full = {
      ...report,
      parents: report.parents.map((parent) => ({...parent, model: at(parent.model)})),
      warnings: report.warnings.map((text) =>
        text.replace(/\b(a|turned)\b(?= (and|have))/g, (name) => at(name))
      )
    };
    expect(mergeRecord(full).warnings).toEqual(report.warnings);
  });
});
