import {byteTokenizer} from "assay";
import {whole} from "../data-loaders/demo/whole.js";
import words from "../data-loaders/words.js";

/** The test part is fixed by a hash of the word. */
export const frozen = {name: "frozen", strategy: "random", validation: 0.03, test: 0.05} as const;

// A token is a phoneme with the space before it, which no spelling holds.
const phonemes =
  "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH";

const width = whole ? 128 : 64;

/** A small Llama that knows nothing yet; in the hour one of the Qwen3 kind, which has norms of queries and keys as well. */
export const beginning = {
  tokenizer: byteTokenizer({tokens: phonemes.split(" ").map((phoneme) => ` ${phoneme}`)}),
  config: {
    model_type: whole ? "qwen3" : "llama",
    architectures: [whole ? "Qwen3ForCausalLM" : "LlamaForCausalLM"],
    hidden_size: width,
    intermediate_size: 3 * width,
    num_hidden_layers: whole ? 4 : 3,
    num_attention_heads: 4,
    num_key_value_heads: 4,
    head_dim: width / 4,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    max_position_embeddings: 64,
    // The usual 0.02 is meant for models ten times as wide.
    initializer_range: 0.05,
    tie_word_embeddings: true,
    bos_token_id: 0,
    eos_token_id: 0
  }
};

/** Training steps of each model. */
export const steps = whole ? {base: 4000, team: 600, joint: 32_000} : {base: 240, team: 40, joint: 80};

/** Learning rate of those that learn many words. */
export const rate = whole ? 3e-3 : 2e-3;

/** What the four models share. */
export const task = {
  dataset: words,
  split: frozen,
  format: "prompt",
  // How a letter is said hangs on the letters after it: read backwards, they have been seen when it comes.
  columns: {prompt: "backwards", completion: "sounds"},
  method: "full",
  length: 64,
  rows: 8,
  weightDecay: whole ? 0.1 : 0
} as const;
