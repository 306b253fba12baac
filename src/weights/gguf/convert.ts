import {basename} from "node:path";
import {UserError} from "../../base/validation/errors.js";
import {usuallyTied, openCheckpoint} from "../safetensors/index.js";
import {
  architectureOf,
  queryFactor,
  sizeMetadata,
  type ModelSizes,
  sizesOf,
  windowOf
} from "./architectures.js";
import {type CheckpointFolder, openCheckpointFolder} from "./checkpointFolder.js";
import {type FileType, fileType, storedType} from "./fileTypes.js";
import type {Quantise} from "./quantise.js";
import {llama3Factors, ropeOf} from "./rope.js";
import {tensorName} from "./tensorNames.js";
import {tensorType} from "./tensorTypes.js";
import {type TokenizerOptions, tokenizerMetadata} from "./tokenizerMetadata.js";
import {count, type MetadataValue, text} from "./values.js";
import {packedTensor, rowsInPairs, valuesOf} from "./weights.js";
import {type GgufOutputTensor, writeGguf, type WriteOptions} from "./write.js";

export interface ConvertOptions extends TokenizerOptions, WriteOptions {
  /** The model's name in the file. Default: the folder's. */
  name?: string;
  /** Packs values into block formats; needed for types other than f32, f16 and bf16. */
  quantise: Quantise;
}

/** What of a checkpoint cannot be expressed in GGUF but does not make it wrong everywhere. */
export interface Converted {
  bytes: number;
  warnings: string[];
}

/**
 * Writes a checkpoint folder (config.json, safetensors, tokenizer.json) as one GGUF file, tensors and metadata as
 * llama.cpp's converter writes them. Throws a UserError for a family it does not know, weights with NaN or infinity,
 * and a tokenizer that does not fit; the file appears whole or not at all.
 */
export async function convertCheckpoint(
  path: string,
  file: string,
  type: FileType | string,
  options: ConvertOptions
): Promise<Converted> {
  const wanted = typeof type === "string" ? fileType(type) : type;
  if (!wanted.tensors) throw new Error(`a mixture is made by llama.cpp's quantiser: ${wanted.name}`);
  const model = withVocabulary(await openCheckpointFolder(path));
  const tensors = planTensors(model, wanted.tensors, options.quantise);
  const metadata = modelMetadata(model, tensors, wanted.id, options);
  return {bytes: await writeGguf(file, metadata, tensors, options), warnings: warningsOf(model)};
}

/** A model with as many tokens as its tables have rows. Throws a UserError where config.json has another number: llama.cpp loads no such file. */
function withVocabulary(model: CheckpointFolder): CheckpointFolder {
  const {folder, config, weights} = model;
  const architecture = architectureOf(config, folder);
  const tables = [...weights.tensors.values()].filter(
    ({name}) =>
      !isDerived(name, config) &&
      ["token_embd.weight", "output.weight"].includes(tensorName(architecture, plainName(name)) ?? "")
  );
  const size = config.vocab_size ?? tables[0]?.shape[0];
  const other = tables.find(({shape}) => shape[0] !== size);
  if (other)
    throw new UserError(
      `${folder}: config.json says that there are ${JSON.stringify(size)} tokens (vocab_size), but ${other.name} has ${other.shape[0]} rows. Correct config.json, or fetch configuration and weights of one model.`
    );
  return {...model, config: {...config, vocab_size: size}};
}

function modelMetadata(
  model: CheckpointFolder,
  tensors: readonly GgufOutputTensor[],
  fileTypeId: number,
  options: ConvertOptions
): Map<string, MetadataValue> {
  const architecture = architectureOf(model.config, model.folder);
  return new Map<string, MetadataValue>([
    ["general.architecture", text(architecture.name)],
    ["general.type", text("model")],
    ["general.name", text(options.name ?? titleOf(model.folder))],
    ["general.size_label", text(sizeLabel(tensors))],
    ...sizeMetadata(architecture, model.config, model.folder, fileTypeId),
    ["general.quantization_version", count(2)],
    ...tokenizerMetadata(model, options)
  ]);
}

function planTensors(
  model: CheckpointFolder,
  big: NonNullable<FileType["tensors"]>,
  quantise: Quantise
): GgufOutputTensor[] {
  const architecture = architectureOf(model.config, model.folder);
  const sizes = sizesOf(model.config, model.folder);
  const planned: GgufOutputTensor[] = [];
  const unknown: string[] = [];
  const factors = llama3Factors(ropeOf(model.config, model.folder), sizes.headSize);
  if (factors)
    planned.push({
      name: "rope_freqs.weight",
      type: tensorType("F32"),
      shape: [factors.length],
      bytes: () => new Uint8Array(factors.buffer)
    });
  for (const stored of model.weights.tensors.values()) {
    if (isDerived(stored.name, model.config)) continue;
    const name = tensorName(architecture, plainName(stored.name));
    if (name === undefined) {
      unknown.push(stored.name);
      continue;
    }
    const shape = stored.shape.toReversed();
    const type = storedType(big, name, shape);
    const heads = architecture.pairsRows ? headsOf(name, sizes) : undefined;
    const factor = name.endsWith(".attn_q_norm.weight") ? queryFactor(architecture, model.config, sizes) : 1;
    const addOne = architecture.normsAddOne && name.endsWith("_norm.weight");
    planned.push({
      name,
      type,
      shape,
      async bytes() {
        let values = await valuesOf(stored);
        if (heads !== undefined) values = rowsInPairs(values, heads, stored.shape[0]!);
        if (addOne) values = values.map((value) => value + 1);
        if (factor !== 1) values = values.map((value) => value * factor);
        return packedTensor(type, values, shape[0] ?? 1, quantise, stored.name);
      }
    });
  }
  if (unknown.length > 0)
    throw new UserError(
      `${model.folder}: these tensors have no place in a GGUF of ${architecture.name}: ${unknown.slice(0, 10).join(", ")}${unknown.length > 10 ? ` and ${unknown.length - 10} more` : ""}.`
    );
  complete(planned, sizes.layers, model.folder);
  return planned;
}

/** A model that lost a layer would load and fail later, or answer nonsense. */
function complete(planned: readonly GgufOutputTensor[], layers: number, folder: string): void {
  const names = new Set(planned.map(({name}) => name));
  const parts = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
  const needed = [
    "token_embd.weight",
    "output_norm.weight",
    ...Array.from({length: layers}, (_, i) => parts.map((part) => `blk.${i}.${part}.weight`)).flat()
  ];
  const missing = needed.filter((name) => !names.has(name));
  if (missing.length > 0)
    throw new UserError(
      `${folder}: the weights lack ${missing.slice(0, 10).join(", ")}${missing.length > 10 ? ` and ${missing.length - 10} more` : ""} (llama.cpp's names). Fetch the whole model.`
    );
}

/** The heads whose rows change order: of q all, of k those of the keys. */
export function headsOf(name: string, {heads, kvHeads}: ModelSizes): number | undefined {
  if (/\.attn_q\.(weight|bias)/.test(name)) return heads;
  return /\.attn_k\.(weight|bias)/.test(name) ? kvHeads : undefined;
}

function plainName(name: string): string {
  return name.replace(/^(model\.)?language_model\.(model\.)?/, "model.");
}

/** Tensors that follow from others, and parts of a model that no text goes through. */
export function isDerived(name: string, config: Readonly<Record<string, unknown>>): boolean {
  if (/rotary_emb\.inv_freq$|^(model\.)?(vision_tower|multi_modal_projector)\./.test(name)) return true;
  return name === "lm_head.weight" && (config.tie_word_embeddings ?? usuallyTied(config.model_type)) === true;
}

function warningsOf({config, folder}: CheckpointFolder): string[] {
  const window = windowOf(config);
  if (window === undefined || window >= Number(config.max_position_embeddings)) return [];
  return [
    `${folder}: llama.cpp knows no sliding window for this family, so the file allows ${window} tokens, within which there is none.`
  ];
}

/** A folder's name as a title: llama_tied is Llama_Tied, my-model is My Model. */
export function titleOf(folder: string): string {
  return basename(folder)
    .split(/[-\s]+/)
    .map((word) =>
      word === word.toLowerCase() && !/^(v\d+(\.\d+)*|\d.*)$/.test(word)
        ? word.replace(/\p{L}+/gu, (letters) => letters[0]!.toUpperCase() + letters.slice(1))
        : word
    )
    .join(" ");
}

/** The number of parameters with at least two digits: 82K, 1.5B. */
function sizeLabel(tensors: readonly GgufOutputTensor[]): string {
  const parameters = tensors.reduce(
    (sum, {shape}) => sum + shape.reduce((product, size) => product * size, 1),
    0
  );
  const [scale, suffix] =
    parameters > 1e12
      ? [1e-12, "T"]
      : parameters > 1e9
        ? [1e-9, "B"]
        : parameters > 1e6
          ? [1e-6, "M"]
          : [1e-3, "K"];
  const scaled = parameters * (scale as number);
  const digits = Math.max(2 - String(Math.round(scaled)).replace(/^0+/, "").length, 0);
  return `${scaled.toFixed(digits)}${suffix}`;
}

/**
 * The file type that loses nothing of a checkpoint: what its matrices are stored as, whatever config.json says; f32 for
 * several dtypes.
 */
export async function ownType(path: string): Promise<"f32" | "f16" | "bf16"> {
  const {tensors} = await openCheckpoint(path);
  const big = tensorType("BF16");
  const dtypes = new Set(
    [...tensors.values()]
      .filter(({name, shape}) => !isDerived(name, {}) && storedType(big, name, shape.toReversed()) === big)
      .map(({dtype}) => dtype)
  );
  if (dtypes.size !== 1) return "f32";
  return dtypes.has("BF16") ? "bf16" : dtypes.has("F16") ? "f16" : "f32";
}
