import {mkdir, mkdtemp, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll} from "vitest";
import {rm} from "node:fs/promises";
import {type Backend, openBackend} from "../../src/ggml/index.js";
import {initialWeights, readConfig} from "../../src/language/index.js";
import {writeSafetensors} from "../../src/safetensors/index.js";

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, {recursive: true, force: true});
});

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "assay-language-"));
  folders.push(folder);
  return folder;
}

let backend: Promise<Backend> | undefined;
export function oneThread(): Promise<Backend> {
  backend ??= openBackend(1);
  return backend;
}

/** A model small enough for finite differences. */
export const tiny = {
  model_type: "llama",
  architectures: ["LlamaForCausalLM"],
  vocab_size: 40,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  max_position_embeddings: 128,
  tie_word_embeddings: false
};

/** A checkpoint's folder with seeded random weights. */
export async function checkpoint(json: Record<string, unknown> = tiny, deviation = 0.3): Promise<string> {
  const folder = join(await temporaryFolder(), "model");
  await mkdir(folder);
  await writeFile(join(folder, "config.json"), JSON.stringify(json));
  const config = readConfig(json, "config.json");
  await writeSafetensors(
    join(folder, "model.safetensors"),
    [...initialWeights(config, "test", deviation)].map(({name, shape, data}) => ({
      name,
      shape,
      dtype: "F32" as const,
      data: new Uint8Array(data.buffer)
    }))
  );
  return folder;
}
