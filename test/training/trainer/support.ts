import {mkdir, mkdtemp, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll} from "vitest";
import {rm} from "node:fs/promises";
import {type Backend, openBackend, type Storage} from "../../../src/weights/ggml/index.js";
import {
  initialWeights,
  type LanguageModel,
  packedRows,
  readConfig,
  targetsOf,
  tokenLosses,
  Trainable
} from "../../../src/training/trainer/index.js";
import {slopesAlong} from "../../../src/training/trainer/checkGradients.js";
import type {ForwardOptions} from "../../../src/training/trainer/forward.js";
import {writeSafetensors} from "../../../src/weights/safetensors/index.js";

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

/** Texts of several lengths, their first two tokens not learned. */
export const rows = [
  [3, 14, 15, 9, 2, 6],
  [5, 35, 8, 9],
  [7, 9, 32, 38, 4, 6, 2]
].map((ids) => ({ids, labels: ids.map((id, i) => (i < 2 ? -100 : id))}));

/** Slope along the gradient, computed and measured by two forward passes. */
export function slopes(
  model: LanguageModel,
  storage: Storage,
  {checkpointing, dropout}: ForwardOptions = {}
): [number, number] {
  const {batch, labels} = packedRows([rows.slice(0, 2), rows.slice(2)]);
  const targets = targetsOf(batch, labels, (row) => 1 + row);
  const loss = () =>
    tokenLosses(model, batch, targets, {dropout}).reduce(
      (sum, value, i) => sum + value * targets.weights[i]!,
      0
    );
  const trainable = new Trainable(model.backend, storage, storage.names());
  tokenLosses(model, batch, targets, {gradients: true, checkpointing, dropout});
  const {computed, measured} = slopesAlong(storage, trainable, loss, 3e-3);
  trainable.free();
  return [computed, measured];
}
