import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {afterAll, beforeAll, vi} from "vitest";
import {finetuneVerb} from "../../../src/cli/finetune.js";
import type {ModelManifest} from "../../../src/models/index.js";
import {openStore, openWorkspace, type Store} from "../../../src/store/index.js";
import {writeLoader} from "../../support/assay.js";
import {printed} from "../../support/printed.js";
import {commandProject} from "../../support/temporaryWorkspace.js";

const assayIndex = fileURLToPath(new URL("../../../src/index.js", import.meta.url));

export let project: string;

export async function define(name: string, more = ""): Promise<void> {
  await writeFile(
    join(project, "finetunes", `${name}.finetune.ts`),
    `import {byteTokenizer, finetune} from ${JSON.stringify(assayIndex)};
export default finetune({
  dataset: "words", split: {strategy: "given", name: "parted", column: "part"}, format: "prompt",
  columns: {prompt: "word", completion: "plural"}, method: "full", steps: 1, length: 32, rows: 4, threads: 1,
  base: {tokenizer: byteTokenizer(), config: {model_type: "llama", hidden_size: 32, intermediate_size: 64,
    num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 2, rms_norm_eps: 1e-5,
    max_position_embeddings: 64, tie_word_embeddings: true}}, ${more}
});
`
  );
}

export async function made(name: string, skipUnresolved = false): Promise<ModelManifest> {
  const text = await printed(() => finetuneVerb([name], {json: true, skipUnresolved}));
  return (JSON.parse(text) as ModelManifest[])[0]!;
}

export async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(await openWorkspace(project));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** A project whose fine-tunes the tests write. */
export function setUpRows(): void {
  beforeAll(async () => {
    project = await commandProject();
    writeLoader(
      project,
      "words",
      `{name: "words", id: "id", text: "word", label: "plural", source: {kind: "rows", rows: () =>
      Array.from({length: 30}, (_, i) => ({id: "r" + i, word: i === 3 ? "a@b.org" : "w" + i, plural: "w" + i + "s",
        part: i < 20 ? "train" : i < 25 ? "validation" : "test",
        tested: i >= 28 ? "held-out" : "train",
        learned: i === 7 ? "held-out" : "train",
        checked: i >= 20 && i < 25 ? "held-out" : "train"}))}}`
    );
    await mkdir(join(project, "finetunes"));
    await define("plain");
  });
  afterAll(() => vi.unstubAllEnvs());
}
