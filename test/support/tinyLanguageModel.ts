import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {writeSafetensors} from "../../src/weights/safetensors/index.js";
import {rng} from "../../src/base/stats/index.js";

export interface TinyOptions {
  seed?: string;
  family?: "llama" | "qwen2" | "qwen3";
  /** Added to config.json. */
  config?: Record<string, unknown>;
  /** Weights by name: what a test wants to be wrong. */
  spoil?(name: string, values: Float32Array): Float32Array;
}

export const TINY = {hidden: 64, layers: 2, heads: 4, kvHeads: 2, headSize: 16, inner: 96} as const;

const SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const MERGES = ["Ġ t", "h e", "Ġt he", "Ġ a", "i n", "e r", "o n", "Ġ s"];

export const CHATML =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/**
 * Writes a language model folder with random weights of a size at which its answers differ by prompt, a byte-level
 * tokenizer of 267 tokens and a ChatML template. Same seed, same bytes. It knows nothing.
 */
export async function tinyLanguageModel(folder: string, options: TinyOptions = {}): Promise<string> {
  const {family = "llama", seed = "tiny", spoil = (_, values) => values} = options;
  const vocabulary = vocabularyOf();
  const size = vocabulary.length + MERGES.length;
  await mkdir(folder, {recursive: true});
  const shapes = shapesOf(size, family);
  await writeSafetensors(
    join(folder, "model.safetensors"),
    Object.entries(shapes).map(([name, shape]) => ({
      name,
      dtype: "F32" as const,
      shape,
      data: new Uint8Array(spoil(name, randomValues(seed, name, shape)).buffer)
    }))
  );
  const put = (name: string, content: unknown) =>
    writeFile(join(folder, name), JSON.stringify(content, null, 1));
  await put("config.json", {...configOf(family, size), ...options.config});
  await put("tokenizer.json", tokenizerOf(vocabulary));
  await put("tokenizer_config.json", {
    bos_token: "<|im_start|>",
    eos_token: "<|im_end|>",
    pad_token: "<|endoftext|>",
    unk_token: "<|endoftext|>",
    chat_template: CHATML,
    clean_up_tokenization_spaces: false,
    tokenizer_class: "GPT2Tokenizer"
  });
  return folder;
}

function configOf(family: string, size: number) {
  const name = {llama: "LlamaForCausalLM", qwen2: "Qwen2ForCausalLM", qwen3: "Qwen3ForCausalLM"}[family];
  return {
    architectures: [name],
    model_type: family,
    hidden_size: TINY.hidden,
    intermediate_size: TINY.inner,
    num_hidden_layers: TINY.layers,
    num_attention_heads: TINY.heads,
    num_key_value_heads: TINY.kvHeads,
    head_dim: TINY.headSize,
    hidden_act: "silu",
    max_position_embeddings: 512,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: true,
    torch_dtype: "float32",
    bos_token_id: 1,
    eos_token_id: 2,
    pad_token_id: 0,
    vocab_size: size
  };
}

function shapesOf(vocabulary: number, family: string): Record<string, number[]> {
  const {hidden, layers, heads, kvHeads, headSize, inner} = TINY;
  const shapes: Record<string, number[]> = {
    "model.embed_tokens.weight": [vocabulary, hidden],
    "model.norm.weight": [hidden]
  };
  for (let i = 0; i < layers; i++) {
    const at = `model.layers.${i}`;
    Object.assign(shapes, {
      [`${at}.input_layernorm.weight`]: [hidden],
      [`${at}.post_attention_layernorm.weight`]: [hidden],
      [`${at}.self_attn.q_proj.weight`]: [heads * headSize, hidden],
      [`${at}.self_attn.k_proj.weight`]: [kvHeads * headSize, hidden],
      [`${at}.self_attn.v_proj.weight`]: [kvHeads * headSize, hidden],
      [`${at}.self_attn.o_proj.weight`]: [hidden, heads * headSize],
      [`${at}.mlp.gate_proj.weight`]: [inner, hidden],
      [`${at}.mlp.up_proj.weight`]: [inner, hidden],
      [`${at}.mlp.down_proj.weight`]: [hidden, inner]
    });
    if (family === "qwen2")
      for (const part of ["q", "k", "v"])
        shapes[`${at}.self_attn.${part}_proj.bias`] = [(part === "q" ? heads : kvHeads) * headSize];
    if (family === "qwen3")
      for (const part of ["q", "k"]) shapes[`${at}.self_attn.${part}_norm.weight`] = [headSize];
  }
  return shapes;
}

function randomValues(seed: string, name: string, shape: readonly number[]): Float32Array {
  const random = rng(seed, name);
  const norm = name.endsWith("norm.weight");
  const spread = name.includes("embed") ? 0.35 : 0.22;
  return Float32Array.from({length: shape.reduce((a, b) => a * b, 1)}, () => {
    const value = random.normal();
    return norm ? 1 + 0.1 * value : spread * value;
  });
}

/** The special tokens and the 256 bytes under the names that byte-level tokenizers give them. */
function vocabularyOf(): string[] {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  const names = Array.from({length: 256}, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
  return [...SPECIAL, ...names];
}

function tokenizerOf(vocabulary: readonly string[]) {
  const tokens = [...vocabulary, ...MERGES.map((merge) => merge.replace(" ", ""))];
  const level = {type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true};
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: specialTokens(SPECIAL),
    normalizer: null,
    pre_tokenizer: level,
    post_processor: level,
    decoder: level,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: MERGES
    }
  };
}

/** Special tokens of a tokenizer.json, with the ids 0, 1 … */
export const specialTokens = (contents: readonly string[]) =>
  contents.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true
  }));
