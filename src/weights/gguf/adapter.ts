import {join, resolve} from "node:path";
import {
  type AdapterConfig,
  isTied,
  openAdapterConfig,
  adapterScale,
  unknownMembersNote
} from "../safetensors/index.js";
import {readHeader, type StoredTensor} from "../safetensors/index.js";
import {UserError} from "../../base/validation/errors.js";
import {
  type GgufArchitecture,
  architectureOf,
  type ModelConfig,
  type ModelSizes,
  sizesOf
} from "./architectures.js";
import {headsOf, titleOf} from "./convert.js";
import {fileType, storedType} from "./fileTypes.js";
import type {Quantise} from "./quantise.js";
import {moduleName} from "./tensorNames.js";
import type {TensorType} from "./tensorTypes.js";
import {count, float, type MetadataValue, text} from "./values.js";
import {packedTensor, rowsInPairs, valuesOf} from "./weights.js";
import {type GgufOutputTensor, writeGguf, type WriteOptions} from "./write.js";

export interface AdapterOptions extends WriteOptions {
  name?: string;
  quantise: Quantise;
}

/** A matrix of an adapter, as the file will hold it. */
interface AdapterMatrix {
  module: string;
  stored: StoredTensor;
  end: "lora_a" | "lora_b";
  /** LoRA of an embedding: its A is the other way round. */
  embedding: boolean;
}

/**
 * Writes a PEFT adapter folder as a GGUF LoRA of a model with this config.json. The scale of rsLoRA and of rank and
 * alpha patterns is kept: llama.cpp computes alpha / rank, so alpha · √rank is stored, and what differs by module is
 * multiplied into B. Gives the bytes written and warnings. Throws a UserError for what GGUF has no place for (DoRA, biases, whole
 * modules, the embedding or the head of a tied base).
 */
export async function convertAdapter(
  path: string,
  baseConfig: ModelConfig,
  file: string,
  type: string,
  options: AdapterOptions
): Promise<{bytes: number; warnings: string[]}> {
  const folder = resolve(path);
  const big = fileType(type).tensors;
  if (!big) throw new UserError(`An adapter can be f32, f16, bf16 or one plain block format, not ${type}.`);
  const architecture = architectureOf(baseConfig, folder);
  const config = await adapterConfig(folder);
  const parts = await partsOf(folder, config);
  if (isTied(baseConfig)) refuseTied(parts, folder);
  const alpha = config.rslora ? config.alpha * Math.sqrt(config.r) : config.alpha;
  const plan: AdapterPlan = {
    architecture,
    sizes: sizesOf(baseConfig, folder),
    config,
    alpha,
    big,
    quantise: options.quantise
  };
  const metadata = new Map<string, MetadataValue>([
    ["general.architecture", text(architecture.name)],
    ["general.type", text("adapter")],
    ["adapter.type", text("lora")],
    ["general.name", text(options.name ?? titleOf(folder))],
    ["adapter.lora.alpha", float(alpha)],
    ["general.quantization_version", count(2)]
  ]);
  const note = unknownMembersNote(folder, config);
  return {
    bytes: await writeGguf(file, metadata, planned(parts, plan, folder), options),
    warnings: note === undefined ? [] : [note]
  };
}

async function adapterConfig(folder: string): Promise<AdapterConfig> {
  const {path, value, config} = await openAdapterConfig(folder);
  const bias = (value as {bias?: unknown}).bias ?? "none";
  const problems = [
    ...(config.useDora ? ["use_dora"] : []),
    ...(config.fanInFanOut ? ["fan_in_fan_out"] : []),
    ...(bias === "none" ? [] : [`bias ${JSON.stringify(bias)}`])
  ];
  if (problems.length > 0)
    throw new UserError(
      `${path}: GGUF has no place for ${problems.join(" and ")}. Merge the adapter into its base (assay merge) and convert the result.`
    );
  return config;
}

async function partsOf(folder: string, config: AdapterConfig): Promise<AdapterMatrix[]> {
  const file = join(folder, "adapter_model.safetensors");
  const {tensors} = await readHeader(file);
  const parts: AdapterMatrix[] = [];
  const problems: string[] = [];
  for (const tensor of tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const match = /^(?:base_model\.model\.)?(.+)\.lora_(embedding_)?([AB])(\.weight)?$/.exec(tensor.name);
    if (match) {
      const [, module, embedding, letter] = match;
      const end = letter === "A" ? "lora_a" : "lora_b";
      parts.push({module: module!, stored: {...tensor, file}, end, embedding: embedding !== undefined});
      const rank = tensor.shape[letter === "A" ? 0 : 1];
      const stated = adapterScale(config, module!).rank;
      if (rank !== stated)
        problems.push(`${tensor.name} has rank ${rank} but adapter_config.json says ${stated}`);
    } else if (!/\.base_layer\.weight$/.test(tensor.name))
      problems.push(`${tensor.name} has no place in GGUF`);
  }
  for (const {module, end, embedding} of parts) {
    const other = end === "lora_a" ? "lora_b" : "lora_a";
    if (!parts.some((part) => part.module === module && part.end === other && part.embedding === embedding))
      problems.push(`${module} has ${end} but no ${other}`);
  }
  if (problems.length > 0)
    throw new UserError(
      `The adapter ${file} cannot be written as GGUF. Merge it into its base (assay merge) and convert the result:\n${problems.map((problem) => `  ${problem}`).join("\n")}`
    );
  return parts;
}

/** llama.cpp uses one table for both, and stops where an adapter changes one of them. */
function refuseTied(parts: readonly AdapterMatrix[], folder: string): void {
  const found = parts.find(({module}) =>
    /(^|\.)(embed_tokens|wte|word_embeddings|embed_in|lm_head|embed_out)$/.test(module)
  );
  if (found)
    throw new UserError(
      `${folder}: the adapter changes ${found.module} of a base whose embedding is its head, too (tied), for which GGUF has no place. Merge the adapter into its base (assay merge) and convert the result.`
    );
}

interface AdapterPlan {
  architecture: GgufArchitecture;
  sizes: ModelSizes;
  config: AdapterConfig;
  alpha: number;
  big: TensorType;
  quantise: Quantise;
}

function planned(parts: readonly AdapterMatrix[], plan: AdapterPlan, folder: string): GgufOutputTensor[] {
  return parts.map(({module, stored, end, embedding}) => {
    const base = moduleName(plan.architecture, module);
    if (base === undefined)
      throw new UserError(
        `${folder}: the adapter changes ${module}, which a ${plan.architecture.name} has not.`
      );
    const name = `${base}.weight.${end}`;
    const turned = embedding && end === "lora_a";
    const shape = turned ? [...stored.shape] : stored.shape.toReversed();
    const type = storedType(plan.big, name, shape);
    return {name, type, shape, bytes: () => bytesOf(stored, {...plan, name, type, turned, end, module})};
  });
}

async function bytesOf(
  stored: StoredTensor,
  {
    config,
    alpha,
    architecture,
    sizes,
    quantise,
    name,
    type,
    turned,
    end,
    module
  }: AdapterPlan & {
    name: string;
    type: TensorType;
    turned: boolean;
    end: AdapterMatrix["end"];
    module: string;
  }
): Promise<Uint8Array> {
  let values = await valuesOf(stored);
  const [rows, columns] = [stored.shape[0]!, stored.shape[1] ?? 1];
  if (turned) values = transposed(values, rows, columns);
  if (end === "lora_b") {
    const {rank, scale} = adapterScale(config, module);
    const factor = (scale * rank) / alpha;
    // Rounding must not touch adapters of one scale.
    if (Math.abs(factor - 1) > 1e-12) values = values.map((value) => value * factor);
    const heads = architecture.pairsRows ? headsOf(name, sizes) : undefined;
    if (heads !== undefined) values = rowsInPairs(values, heads, rows);
  }
  return packedTensor(type, values, turned ? rows : columns, quantise, stored.name);
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column]!;
  return out;
}
