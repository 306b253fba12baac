import {existsSync} from "node:fs";
import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {checkMerge} from "../../../src/weights/merge/index.js";
import {readTokenizer} from "../../../src/training/finetunes/language/index.js";
import {readVocabulary} from "../../../src/weights/merge/tokenizer/vocabulary.js";
import {vocabularyProblem} from "../../../src/weights/safetensors/index.js";
import {mergeIn, type Values, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;

async function model(name: string, tokens: string[], start: number, rows = tokens.length): Promise<void> {
  const folder = join(work.path, name);
  await writeModel(
    folder,
    {
      "model.embed_tokens.weight": {
        shape: [rows, 2],
        values: Array.from({length: rows * 2}, (_, i) => start + i)
      },
      "model.layers.0.w": {values: [start]}
    },
    {model_type: "llama", num_hidden_layers: 1, vocab_size: rows, eos_token_id: tokens.length - 1}
  );
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  await writeFile(
    join(folder, "tokenizer.json"),
    JSON.stringify({model: {type: "BPE", vocab, merges: []}, added_tokens: []})
  );
}

beforeAll(async () => {
  work = await workFolder();
  await model("a", ["x", "y", "z"], 0);
  await model("b", ["y", "x", "new"], 100);
  await model("padded", ["x", "y", "z"], 0, 5);
});
afterAll(() => work.remove());

const mean = (models: string[], extra: object) => ({
  merge_method: "linear",
  models: models.map((name) => ({model: name, parameters: {weight: 1}})),
  ...extra
});
const table = (tensors: Map<string, Values>) => {
  const {values, shape} = tensors.get("model.embed_tokens.weight")!;
  return Array.from({length: shape[0]!}, (_, row) => [...values.subarray(2 * row, 2 * row + 2)]);
};

describe("a tokenizer", () => {
  it("of the base keeps its tokens; rows of others are moved to their token's place", async () => {
    const {tensors, out} = await mergeIn(work.path, mean(["a", "b"], {tokenizer_source: "base"}));
    // b has x at 1, y at 0 and no z, which it takes from a.
    expect(table(tensors)).toEqual([
      [(0 + 102) / 2, (1 + 103) / 2],
      [(2 + 100) / 2, (3 + 101) / 2],
      [4, 5]
    ]);
    expect(JSON.parse(await readFile(join(out, "config.json"), "utf8"))).toMatchObject({vocab_size: 3});
  });

  it("united adds the others' tokens after the base's", async () => {
    const {tensors, out} = await mergeIn(work.path, mean(["a", "b"], {tokenizer_source: "union"}));
    expect(table(tensors)[3]).toEqual([104, 105]);
    const json = JSON.parse(await readFile(join(out, "tokenizer.json"), "utf8")) as {added_tokens: object[]};
    expect(json.added_tokens).toEqual([expect.objectContaining({id: 3, content: "new"})]);
    expect(JSON.parse(await readFile(join(out, "config.json"), "utf8"))).toMatchObject({vocab_size: 4});
  });

  it("of a named model brings that model's order and end token", async () => {
    const {tensors, out} = await mergeIn(work.path, mean(["a", "b"], {tokenizer: {source: "b"}}));
    expect(table(tensors)[0]).toEqual([(2 + 100) / 2, (3 + 101) / 2]);
    expect(table(tensors)[2]).toEqual([104, 105]);
    expect(JSON.parse(await readFile(join(out, "config.json"), "utf8"))).toMatchObject({eos_token_id: 2});
  });

  it("takes rows from configured sources, by force where asked", async () => {
    const tokens = {
      z: {source: {kind: "zero"}},
      x: {source: {kind: "model_token", model: "b", token: "new"}, force: true},
      extra: {source: {kind: "model_token", model: "a", token_id: 1}}
    };
    const {tensors} = await mergeIn(work.path, mean(["a", "b"], {tokenizer: {source: "base", tokens}}));
    expect(table(tensors)[0]).toEqual([104, 105]);
    expect(table(tensors)[2]).toEqual([2, 2.5]);
    expect(table(tensors)[3]).toEqual([2, 3]);
  });

  it("is padded with the mean of the real rows, and padding that is there is kept", async () => {
    const padded = await mergeIn(
      work.path,
      mean(["a", "b"], {tokenizer: {source: "base", pad_to_multiple_of: 4}})
    );
    expect(table(padded.tensors)).toHaveLength(4);
    expect(table(padded.tensors)[3]).toEqual([(2 + 102) / 2, (3 + 103) / 2]);
    const kept = await mergeIn(work.path, mean(["padded", "a"], {tokenizer_source: "base"}));
    expect(table(kept.tensors)).toHaveLength(5);
    expect(table(kept.tensors)[4]).toEqual([(8 + 2) / 2, (9 + 3) / 2]);
    expect(kept.report.warnings.join()).toMatch(/2 rows without a token; they are kept/);
  });

  it("previews what happens to each token that differs", async () => {
    const resolveModel = (name: string) => join(work.path, name);
    const {documents} = await checkMerge(mean(["a", "b"], {tokenizer_source: "union"}), {resolveModel});
    const {tokenizer} = documents[0]!.plan!;
    expect(tokenizer!.differing).toBe(4);
    expect(tokenizer!.tokens.find(({token}) => token === "new")).toEqual({
      token: "new",
      id: 3,
      ids: {a: null, b: 2},
      source: "b"
    });
  });

  it("without a setting cuts tables of different size to the common part and says so", async () => {
    const {tensors, report} = await mergeIn(work.path, mean(["padded", "a"], {}));
    expect(table(tensors)).toHaveLength(3);
    expect(report.warnings.join()).toMatch(/differs in size .* cut to the common part \[3, 2\]/);
  });

  it("that a model lacks is a problem, named with its line", async () => {
    await writeModel(join(work.path, "bare"), {"model.embed_tokens.weight": {shape: [1, 2], values: [1, 2]}});
    await expect(
      mergeIn(
        work.path,
        "merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: a}, {model: bare}]\ntokenizer_source: base"
      )
    ).rejects.toThrow(/line 4: bare has no tokenizer\.json/);
  });
});

describe("a chat template", () => {
  it("is written as asked, and auto takes the commonest", async () => {
    const chatml = await mergeIn(work.path, mean(["a"], {chat_template: "chatml"}));
    expect(await readFile(join(chatml.out, "chat_template.jinja"), "utf8")).toContain("<|im_start|>");
    await writeFile(join(work.path, "b", "chat_template.jinja"), "{{ messages }} and more");
    const auto = await mergeIn(work.path, mean(["a", "b"], {chat_template: "auto"}));
    expect(await readFile(join(auto.out, "chat_template.jinja"), "utf8")).toBe("{{ messages }} and more");
    const none = await mergeIn(work.path, mean(["a"], {chat_template: "auto"}));
    expect(existsSync(join(none.out, "chat_template.jinja"))).toBe(false);
  });

  it("is the default one of several that a model names", async () => {
    const templates = [
      {name: "tool_use", template: "{{ tools }}"},
      {name: "default", template: "{{ messages }}, plainly"}
    ];
    await model("several", ["x"], 0);
    const path = join(work.path, "several", "tokenizer_config.json");
    await writeFile(path, JSON.stringify({chat_template: templates}));
    const {out} = await mergeIn(work.path, mean(["several"], {chat_template: "auto"}));
    expect(await readFile(join(out, "chat_template.jinja"), "utf8")).toBe("{{ messages }}, plainly");
    await writeFile(path, "{");
    await expect(mergeIn(work.path, mean(["several"], {chat_template: "auto"}))).rejects.toThrow(
      `${path} is not valid JSON`
    );
    await expect(mergeIn(work.path, mean(["several"], {tokenizer_source: "base"}))).rejects.toThrow(
      `${path} is not valid JSON`
    );
  });
});

it.each([
  ["a negative id", {vocab: {a: -1}}, /gives the token "a" the number -1$/],
  ["a huge id", {vocab: {a: 2 ** 40}}, /the number 1099511627776$/],
  ["a text as id", {vocab: {a: "1"}}, /the number "1"$/],
  ["equal ids", {vocab: {a: 0, b: 0}}, /gives "a" and "b" the same number 0$/],
  ["a merge of one token", {vocab: {a: 0}, merges: ["a"]}, /no pair of tokens: "a"$/],
  ["a merge of three", {vocab: {a: 0}, merges: [["a", "b", "c"]]}, /no pair of tokens/],
  ["a merge of numbers", {vocab: {a: 0}, merges: [[1, 2]]}, /no pair of tokens/],
  ["merges that are no list", {vocab: {a: 0}, merges: "a b"}, /merges that are no list$/]
])("a vocabulary with %s is refused where it is merged, converted or trained on", async (_, model, said) => {
  expect(vocabularyProblem(model)).toMatch(said);
  const folder = join(work.path, "odd");
  await mkdir(folder, {recursive: true});
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify({model: {type: "BPE", ...model}}));
  await expect(readVocabulary(folder, 10)).rejects.toThrow(
    /odd\/tokenizer\.json cannot be read as a tokenizer/
  );
  await expect(readTokenizer(folder)).rejects.toThrow(/odd\/tokenizer\.json (gives|has)/);
});
