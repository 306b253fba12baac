/** The floats that config.json can name as a checkpoint's dtype. */
export type NamedDtype = "F32" | "F16" | "BF16";

const NAMES: Record<NamedDtype, string> = {F32: "float32", F16: "float16", BF16: "bfloat16"};

/** `torch_dtype`, or `dtype` as newer files call it. */
const KEYS = ["torch_dtype", "dtype"];

/** Names the dtype under the key a config.json has for it, under `torch_dtype` when it has none. */
export function nameDtype(config: Record<string, unknown>, dtype: NamedDtype): void {
  const keys = KEYS.filter((key) => typeof config[key] === "string");
  for (const key of keys.length > 0 ? keys : ["torch_dtype"]) config[key] = NAMES[dtype];
}

/** Whether a config.json names another dtype than this. */
export function namesOtherDtype(config: Readonly<Record<string, unknown>>, dtype: NamedDtype): boolean {
  return KEYS.some((key) => typeof config[key] === "string" && config[key] !== NAMES[dtype]);
}

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

/** Whether a config.json, or the kind's default where it does not say it, has the output weights be the embedding's. */
export function isTied(config: Readonly<Record<string, unknown>>): boolean {
  const text = config.text_config;
  const sections = [config, ...(typeof text === "object" && text !== null ? [text] : [])];
  return (sections as Record<string, unknown>[]).some(
    // LFM2's own name goes before the other.
    (one) => (one.tie_embedding ?? one.tie_word_embeddings ?? usuallyTied(one.model_type)) === true
  );
}

const WINDOWED = /^(mistral|gemma2|gemma3_text|qwen2|qwen3)$/;

/** The window of attention that a config.json means: where it has none the family's own, none where it states null. */
export function windowSetting({
  model_type: type,
  sliding_window: stated
}: Readonly<Record<string, unknown>>): number | undefined {
  if (stated !== undefined) return typeof stated === "number" ? stated : undefined;
  return typeof type === "string" && WINDOWED.test(type) ? 4096 : undefined;
}

/** RoPE's base where config.json leaves it out. */
export function usualTheta(modelType: unknown): number {
  if (modelType === "smollm3") return 2_000_000;
  return modelType === "gemma3_text" ? 1_000_000 : 10_000;
}

const GEMMA2_CAPS: Readonly<Record<string, number>> = {
  attn_logit_softcapping: 50,
  final_logit_softcapping: 30
};

/** The cap of scores or logits that a config.json means: where it has none the family's own, none where it states null. */
export function capSetting(
  config: Readonly<Record<string, unknown>>,
  name: "attn_logit_softcapping" | "final_logit_softcapping"
): number | undefined {
  const value =
    config[name] === undefined && config.model_type === "gemma2" ? GEMMA2_CAPS[name] : config[name];
  return typeof value === "number" ? value : undefined;
}

/**
 * What a config.json leaves out that decides what a model computes, as it is meant: other tools have other defaults. Empty
 * where all is stated.
 */
export function leftOut(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const type = config.model_type;
  const slides = config.use_sliding_window === true || !/^qwen/.test(String(type));
  const meant: Record<string, unknown> = {
    num_key_value_heads: config.num_attention_heads,
    max_position_embeddings: USUAL_POSITIONS,
    rms_norm_eps: 1e-6,
    rope_theta: config.rope_parameters ? undefined : usualTheta(type),
    tie_word_embeddings: usuallyTied(type),
    sliding_window: slides ? windowSetting(config) : undefined,
    attn_logit_softcapping: capSetting(config, "attn_logit_softcapping"),
    final_logit_softcapping: capSetting(config, "final_logit_softcapping")
  };
  return Object.fromEntries(
    Object.entries(meant).filter(([name, value]) => config[name] === undefined && value !== undefined)
  );
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
