import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, afterEach, beforeAll, vi} from "vitest";
import {finetuneVerb} from "../../../src/cli/models/training/finetune.js";
import type {Finetune} from "../../../src/training/finetunes/index.js";
import type {ModelManifest} from "../../../src/weights/models/index.js";
import {type Candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {ensureSplit, type SplitSpec} from "../../../src/data/splits/index.js";
import {openStore, openWorkspace, type RunManifest, type Store} from "../../../src/base/store/index.js";
import {writeLoader} from "../../support/assay.js";
import {printed} from "../../support/printed.js";
import {commandProject} from "../../support/temporaryWorkspace.js";
import {compiled} from "../../support/compiledEngine.js";

const assayIndex = compiled("index.js");
const parted = {strategy: "given", name: "parted", column: "part"} as const;

let project: string;
export let store: Store;

const rowsOf = (fields: string) =>
  `{kind: "rows", rows: () => Array.from({length: 30}, (_, i) => ({id: "r" + i,
    part: i < 20 ? "train" : i < 25 ? "validation" : "test", turned: i < 10 ? "test" : "train", ${fields}}))}`;

async function define(name: string, fields: string, imported?: string): Promise<void> {
  await writeFile(
    join(project, "finetunes", `${name}.finetune.ts`),
    `import {byteTokenizer, finetune} from ${JSON.stringify(assayIndex)};
${imported === undefined ? "" : `import base from "./${imported}.finetune.js";`}
export default finetune({split: ${JSON.stringify(parted)}, steps: 1, length: 64, rows: 4, threads: 1, ${fields}});\n`
  );
}

const scratch = `format: "prompt", columns: {prompt: "word", completion: "plural"}, method: "full",
  base: {tokenizer: byteTokenizer(), config: {model_type: "llama", hidden_size: 32, intermediate_size: 64,
    num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 2, rms_norm_eps: 1e-5,
    max_position_embeddings: 64, tie_word_embeddings: true}}`;
export const preferred = `dataset: "pairs", format: "preference", method: "lora", lora: {rank: 2}, base,
  columns: {prompt: "asked", chosen: "good", rejected: "bad"}`;

export async function made(name: string): Promise<ModelManifest> {
  const text = await printed(() => finetuneVerb([name], {json: true}));
  return (JSON.parse(text) as ModelManifest[])[0]!;
}

export const declared = async (name: string) =>
  ((await import(join(project, "finetunes", `${name}.finetune.ts`))) as {default: Finetune}).default;

export async function run(
  dataset: string,
  candidates: Candidate[],
  split: SplitSpec = parted
): Promise<RunManifest> {
  const version = (await store.latestVersion(dataset))!;
  const made = await ensureSplit(store, version, split);
  const [prompt, expected] = dataset === "pairs" ? ["{{asked}}", "good"] : ["{{word}}", "plural"];
  const definition = defineEval({dataset, split, candidates, prompt, expected, scorers: {exact: exactMatch}});
  const {manifest} = await runEval(definition, {store, version, split: made, evalName: `about-${dataset}`});
  store.refresh();
  return manifest!;
}

export const asked = {params: {temperature: 0, max_tokens: 2}, threads: 1};

/** Sets the project up for the tests of a file. */
export function setUpDeclared(): void {
  beforeAll(async () => {
    project = await commandProject();
    writeLoader(
      project,
      "words",
      `{name: "words", id: "id", text: "word", label: "plural", source: ${rowsOf('word: "w" + i, plural: "w" + i + "s"')}}`
    );
    writeLoader(
      project,
      "pairs",
      `{name: "pairs", id: "id", text: "asked", source: ${rowsOf('asked: "p" + i, good: "p" + i + "s", bad: "p"')}}`
    );
    writeLoader(
      project,
      "private",
      `{name: "private", id: "id", text: "word", source: ${rowsOf('word: i === 3 ? "a@b.org" : "v" + i, plural: "v" + i + "s"')}}`
    );
    await mkdir(join(project, "finetunes"));
    await define("base", `dataset: "words", ${scratch}`);
    await define("preferred", preferred, "base");
    await define("open", `dataset: "private", name: "open", ${scratch}`);
    await define("of-open", preferred, "open");
    store = await openStore(await openWorkspace(project));
  });
  afterEach(() => store.refresh());
  afterAll(async () => {
    await store.close();
    vi.unstubAllEnvs();
  });
}
