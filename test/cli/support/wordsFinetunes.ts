import {mkdir, readdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, vi} from "vitest";
import {
  type BuildContext,
  byteTokenizer,
  finetune,
  type FinetuneDefinition
} from "../../../src/training/finetunes/index.js";
import type {ModelManifest} from "../../../src/weights/models/index.js";
import {finetuneVerb} from "../../../src/cli/models/training/finetune.js";
import {printed} from "../../support/printed.js";
import {commandProject} from "../../support/temporaryWorkspace.js";
import {compiled} from "../../support/compiledEngine.js";

const assayIndex = compiled("index.js");

export let project: string;
export let base: ModelManifest & {path: string};

export async function define(name: string, fields: string): Promise<void> {
  await writeFile(
    join(project, "finetunes", `${name}.finetune.ts`),
    `import {byteTokenizer, finetune} from ${JSON.stringify(assayIndex)};
export default finetune({
  dataset: "words",
  split: {strategy: "random", name: "random", test: 0.2, validation: 0.1},
  format: "prompt",
  columns: {prompt: "word", completion: "plural"},
  length: 32, rows: 4, threads: 1, ${fields}
});
`
  );
}

export async function json<T>(name: string): Promise<T> {
  const text = await printed(() => finetuneVerb([name], {json: true}));
  return (JSON.parse(text) as T[])[0]!;
}
export const rows = ["cat", "dog", "bird", "house"].map((word) => ({id: word, word, plural: `${word}s`}));
export const config = {
  model_type: "llama",
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 64,
  tie_word_embeddings: true
};
export const tuned = (name: string, more: Partial<FinetuneDefinition> = {}) =>
  finetune({
    name,
    dataset: "words",
    split: {strategy: "random"},
    base: {tokenizer: byteTokenizer(), config},
    format: "prompt",
    columns: {prompt: "word", completion: "plural"},
    method: "full",
    steps: 3,
    rows: 2,
    length: 32,
    threads: 1,
    ...more
  });
export const contextIn = (dir: string): BuildContext => ({
  dir: join(project, dir, "models"),
  async *rows() {
    yield* rows;
  },
  dataset: "words",
  version: "v1",
  split: "s1",
  seed: "assay",
  project
});
export const left = (context: BuildContext) => readdir(join(context.dir, ".training")).catch(() => []);

/** A project with a model from scratch and fine-tunes of it. */
export function setUpFinetunes(): void {
  beforeAll(async () => {
    project = await commandProject();
    await mkdir(join(project, "data-loaders"));
    await mkdir(join(project, "finetunes"));
    const words = "cat dog bird house tree lamp door car boat book pen cup star road hand".split(" ");
    const rows = words.flatMap((word) =>
      ["", "big ", "red ", "old "].map((more) => `${more}${word},${more}${word}s`)
    );
    await writeFile(join(project, "words.csv"), `word,plural\n${rows.join("\n")}\n`);
    await writeFile(
      join(project, "data-loaders", "words.ts"),
      `import {defineDataset} from ${JSON.stringify(assayIndex)};
export default defineDataset({name: "words", licence: "CC0", sensitivity: "public", source: {kind: "files", files: "words.csv"}});\n`
    );
    await define(
      "scratch",
      `method: "full", steps: 12, rate: 0.01,
  base: {tokenizer: byteTokenizer({tokens: ["big "]}), config: {model_type: "llama", architectures: ["LlamaForCausalLM"], hidden_size: 32,
    intermediate_size: 64, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, rms_norm_eps: 1e-5,
    rope_theta: 10000, max_position_embeddings: 64, tie_word_embeddings: true, bos_token_id: 0, eos_token_id: 0}}`
    );
    await define("adapter", `base: "scratch", method: "lora", lora: {rank: 4}, steps: 4, rate: 0.01`);
    await define("tiny-rows", `base: "scratch", method: "lora", lora: {rank: 4}, steps: 4, length: 2`);
    base = await json<ModelManifest & {path: string}>("scratch");
  });
  afterAll(() => vi.unstubAllEnvs());
}
