import {type Backend, type Planned, Storage, TYPES} from "../../ggml/index.js";
import {UserError} from "../../../base/validation/index.js";
import type {Tensor} from "../safetensors.js";

export interface BertConfig {
  hidden_size: number;
  num_attention_heads: number;
  num_hidden_layers: number;
  layer_norm_eps: number;
  hidden_act: string;
  max_position_embeddings: number;
  vocab_size: number;
}

/** What is multiplied: numbers rounded to bfloat16, or those of 32 bits. Both add up in 32 bits. */
export type Products = "BF16" | "F32";

/** bfloat16 takes two thirds of the time where the processor has an instruction for it, and much more elsewhere. */
export function fastProducts({features}: Backend): Products {
  return features.includes("AVX512_BF16") ? "BF16" : "F32";
}

/** Copies an encoder's weights into the library: matrices of layers as they are multiplied, everything else in 32 bits. */
export function bertWeights(backend: Backend, weights: Record<string, Tensor>, products: Products): Storage {
  const isMatrix = (name: string) => name.startsWith("encoder.") && weights[name]!.shape.length === 2;
  const planned = Object.entries(weights).map(([name, {shape}]): Planned => ({
    name,
    shape: [...shape].reverse(),
    type: isMatrix(name) ? products : "F32"
  }));
  const storage = new Storage(backend, planned);
  for (const [name, {data}] of Object.entries(weights))
    storage.write(name, isMatrix(name) && products === "BF16" ? rounded(backend, data) : data);
  return storage;
}

function rounded({ggml: {base}}: Backend, values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(2 * values.length);
  base.quantize_chunk(TYPES.BF16, values, bytes, 0, 1, values.length, null);
  return bytes;
}

/** Refuses what the library would end the process for, or what is computed otherwise here. */
export function checkBert(config: BertConfig, weights: Record<string, Tensor>, tokens: number): void {
  if (config.hidden_act !== "gelu")
    throw new UserError(`The encoder's activation is ${config.hidden_act}; only gelu is computed here.`);
  const {hidden_size: hidden, max_position_embeddings: positions, vocab_size: words} = config;
  const tables = {word: words, position: positions, token_type: 1};
  for (const [name, rows] of Object.entries(tables)) {
    const {shape} = weights[`embeddings.${name}_embeddings.weight`] ?? {shape: [0, 0]};
    if (shape[1] !== hidden || shape[0]! < rows)
      throw new UserError(
        `The encoder's table of ${name} embeddings is [${shape.join(", ")}]; its configuration asks for [${rows}, ${hidden}].`
      );
  }
  if (tokens > words)
    throw new UserError(`The encoder's tokenizer has ${tokens} tokens, and its weights ${words}.`);
}
