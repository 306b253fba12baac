/** Positions of a model whose config.json does not say them. */
export const USUAL_POSITIONS = 2048;

/** Gemma's `query_pre_attn_scalar` where config.json leaves it out. */
export const GEMMA_QUERY_SCALAR = 256;

/** The size of a head where config.json has no `head_dim`: a family's own, or the hidden size shared among the heads. */
export function usualHeadSize(modelType: unknown, hidden: number, heads: number): number {
  if (modelType === "gemma2" || modelType === "gemma3_text") return 256;
  return modelType === "qwen3" ? 128 : Math.floor(hidden / heads);
}

/** As transformers has it: some configurations say so, the older ones have its general default. */
const TIED =
  /^(gemma2?|gemma3(_text)?|gemma3n(_text)?|smollm3|gpt2|gpt_neo|gpt_bigcode|bloom|opt|mpt|falcon|starcoder2|cohere2?|ernie4_5|lfm2|recurrent_gemma|mamba|xglm|t5)$/;

/** Whether the output weights are the embedding's where config.json does not say it. */
export function usuallyTied(modelType: unknown): boolean {
  return typeof modelType === "string" && TIED.test(modelType);
}

const LLAMA_LIKE = {
  num_attention_heads: 32,
  hidden_act: "silu",
  rms_norm_eps: 1e-6,
  rope_theta: 10_000,
  tie_word_embeddings: false
};
const USUAL_SETTINGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  llama: {...LLAMA_LIKE, max_position_embeddings: USUAL_POSITIONS, bos_token_id: 1, eos_token_id: 2},
  mistral: {
    ...LLAMA_LIKE,
    num_key_value_heads: 8,
    max_position_embeddings: 131_072,
    sliding_window: 4096,
    bos_token_id: 1,
    eos_token_id: 2
  },
  qwen2: {...LLAMA_LIKE, num_key_value_heads: 32, max_position_embeddings: 32_768},
  qwen3: {...LLAMA_LIKE, num_key_value_heads: 32, head_dim: 128, max_position_embeddings: 32_768}
};

/** What config.json of a family means where it leaves a setting out; empty for families not held here. */
export function usualSettings(modelType: unknown): Readonly<Record<string, unknown>> {
  return USUAL_SETTINGS[String(modelType)] ?? {};
}
