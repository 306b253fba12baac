// @module-tag long
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {finetuneVerb} from "../../src/cli/models/training/finetune.js";
import {type BuildContext, majorityClassifier} from "../../src/training/finetunes/index.js";
import type {ModelManifest} from "../../src/weights/models/index.js";
import {acceptFindings} from "../../src/data/privacy/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {openStore, openWorkspace, type Store} from "../../src/base/store/index.js";
import {writeLoader} from "../support/assay.js";
import {noted} from "../support/jobProject.js";
import {printed} from "../support/printed.js";
import {commandProject} from "../support/temporaryWorkspace.js";
import {compiled} from "../support/compiledEngine.js";

const assayIndex = compiled("index.js");

let project: string;

async function define(name: string, more = ""): Promise<void> {
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

async function made(name: string, skipUnresolved = false): Promise<ModelManifest> {
  const text = await printed(() => finetuneVerb([name], {json: true, skipUnresolved}));
  return (JSON.parse(text) as ModelManifest[])[0]!;
}

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(await openWorkspace(project));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const holdOut = (column: string) =>
  withStore(async (store) => {
    const version = (await store.latestVersion("words"))!;
    await ensureSplit(store, version, {strategy: "given", name: column, column});
  });

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

describe("a fine-tune whose rows are others than before", () => {
  it("is another model when it may learn from rows that --skip-unresolved left out", async () => {
    await expect(made("plain")).rejects.toThrow(/1 of 25 rows .*--skip-unresolved/);
    const skipped = await made("plain", true);
    expect(skipped.training!.rows).toBe(19);
    expect((await made("plain", true)).createdAt).toBe(skipped.createdAt);
    await withStore(async (store) =>
      acceptFindings(store, (await store.latestVersion("words"))!, {what: "r3", reason: "made up"})
    );
    const whole = await made("plain");
    expect(whole.training!.rows).toBe(20);
    expect((await made("plain", true)).id).toBe(whole.id);
  });

  it("is another model when another split holds out rows it learned from, and the same when others are held out", async () => {
    const before = await made("plain");
    await holdOut("tested");
    expect(await made("plain")).toEqual(before);
    await holdOut("learned");
    const after = await made("plain");
    expect(after.training!.rows).toBe(19);
    expect(after.id).not.toBe(before.id);
  });

  it("says when it is not checked on any row, although that is asked", async () => {
    await define("patient", "patience: 2, validateEvery: 1");
    await holdOut("checked");
    expect(await noted(() => finetuneVerb(["patient"], {}))).toMatch(
      /part "validation" gives no example: nothing is checked while it trains, and `patience` ends nothing/
    );
  });

  it("is another classifier too", async () => {
    const context: BuildContext = {
      dir: project,
      rows: () => {
        throw new Error("nothing is read");
      },
      dataset: "words",
      version: "v",
      split: "s",
      seed: "assay"
    };
    const {configHash} = majorityClassifier({text: "word", label: "plural"});
    const hash = await configHash(context);
    expect(await configHash({...context, leftOut: {test: "a"}})).toBe(hash);
    const left = await configHash({...context, leftOut: {train: "a"}});
    expect(left).not.toBe(hash);
    expect(await configHash({...context, leftOut: {train: "b"}})).not.toBe(left);
  });
});
