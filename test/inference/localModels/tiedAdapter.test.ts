import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, it} from "vitest";
import {Engine} from "../../../src/inference/localModels/engine.js";
import {convertAdapter, convertCheckpoint, libraryQuantiser} from "../../../src/weights/gguf/index.js";
import {writeSafetensors} from "../../../src/weights/safetensors/index.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-tied-"));
});
afterAll(() => rm(folder, {recursive: true}));

const values = (count: number) =>
  new Uint8Array(Float32Array.from({length: count}, (_, i) => Math.sin(i + 1)).buffer);

it("an adapter of the embedding is not put on a model that has no head of its own", async () => {
  const quantise = await libraryQuantiser();
  const model = await tinyLanguageModel(join(folder, "model"));
  const path = join(folder, "model.gguf");
  await convertCheckpoint(model, path, "f32", {quantise});
  const adapter = await tinyLanguageModel(join(folder, "adapter"));
  const name = (letter: string) => `base_model.model.model.embed_tokens.lora_embedding_${letter}`;
  await writeSafetensors(join(adapter, "adapter_model.safetensors"), [
    {name: name("A"), dtype: "F32", shape: [4, 267], data: values(4 * 267)},
    {name: name("B"), dtype: "F32", shape: [64, 4], data: values(64 * 4)}
  ]);
  await writeFile(join(adapter, "adapter_config.json"), JSON.stringify({r: 4, lora_alpha: 8}));
  const config = JSON.parse(await readFile(join(model, "config.json"), "utf8")) as Record<string, unknown>;
  // Other converters do write such a file.
  const file = join(folder, "adapter.gguf");
  await convertAdapter(adapter, {...config, tie_word_embeddings: false}, file, "f32", {quantise});
  await expect(Engine.load({path, adapters: {a: file}, contextTokens: 128, threads: 1})).rejects.toThrow(
    /changes the embedding of .*\(tied\).*merge the adapter into its base/
  );
});
