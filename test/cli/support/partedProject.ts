import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, vi} from "vitest";
import {finetuneVerb} from "../../../src/cli/models/training/finetune.js";
import type {ModelManifest} from "../../../src/weights/models/index.js";
import {writeLoader} from "../../support/assay.js";
import {printed} from "../../support/printed.js";
import {commandProject} from "../../support/temporaryWorkspace.js";
import {compiled} from "../../support/compiledEngine.js";

export const assayIndex = compiled("index.js");
export const split = {strategy: "given", name: "parted", column: "part"} as const;
export const scratch = {
  model_type: "llama",
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 48,
  tie_word_embeddings: true
};

export let project: string;

export async function define(name: string, fields: object): Promise<void> {
  await writeFile(
    join(project, "finetunes", `${name}.finetune.ts`),
    `import {byteTokenizer, finetune} from ${JSON.stringify(assayIndex)};
export default finetune({dataset: "words", split: ${JSON.stringify(split)}, format: "prompt", steps: 2, rows: 4, threads: 1,
  columns: {prompt: "word", completion: "plural"}, method: "full", packing: false,
  base: {tokenizer: byteTokenizer(), config: ${JSON.stringify(scratch)}}, ...${JSON.stringify({length: 48, ...fields})}});\n`
  );
}

export const json = async (name: string) =>
  (
    JSON.parse(await printed(() => finetuneVerb([name], {json: true}))) as (ModelManifest & {path: string})[]
  )[0]!;

/** A project with rows of three parts. */
export function setUpParted(): void {
  beforeAll(async () => {
    project = await commandProject();
    // Of ten rows to learn from two have a long answer, and one a long question.
    writeLoader(
      project,
      "words",
      `{name: "words", id: "id", text: "word", sensitivity: "public", source: {kind: "rows", rows: () =>
      Array.from({length: 20}, (_, i) => ({id: "r" + i, part: i < 10 ? "train" : i < 15 ? "validation" : "test",
        word: i === 2 ? "q".repeat(60) : "w" + i, plural: i < 2 ? "s".repeat(40) : "w" + i + "s"}))}}`
    );
    await mkdir(join(project, "finetunes"));
    await mkdir(join(project, "evals"));
  });
  afterAll(() => vi.unstubAllEnvs());
}
