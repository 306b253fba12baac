import {
  capSetting,
  GEMMA_QUERY_SCALAR,
  USUAL_POSITIONS,
  usualHeadSize,
  usuallyTied,
  windowSetting
} from "../../weights/safetensors/index.js";
import {UserError} from "../../base/validation/errors.js";
import {readRope, type RotaryEmbedding} from "./rope.js";

/** Which kind of Transformer decoder a checkpoint holds, and its sizes. */
export interface LanguageConfig {
  architecture: ArchitectureName;
  vocabulary: number;
  hidden: number;
  intermediate: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headSize: number;
  eps: number;
  /** Whether the output weights are the embedding's. */
  tied: boolean;
  activation: "silu" | "gelu-tanh";
  /** What scores are multiplied with before the softmax. */
  scoreScale: number;
  /** Caps c · tanh(x / c), where the architecture has them. */
  scoreCap?: number;
  logitCap?: number;
  /** One entry a layer. */
  layer: LayerConfig[];
  maxPositions: number;
  /** Gemma: embeddings × √hidden, weights of norms + 1, norms before and after each block. */
  gemma: boolean;
  /** Whether queries and keys are normalised a head. */
  headNorms: boolean;
  attentionBias: {queryKeyValue: boolean; output: boolean};
  mlpBias: boolean;
}

export interface LayerConfig {
  /** How far back a token sees, itself included; undefined is all the way. */
  window?: number;
  rope?: RotaryEmbedding;
}

const ARCHITECTURES = {
  llama: "LlamaForCausalLM",
  mistral: "MistralForCausalLM",
  qwen2: "Qwen2ForCausalLM",
  qwen3: "Qwen3ForCausalLM",
  smollm3: "SmolLM3ForCausalLM",
  gemma2: "Gemma2ForCausalLM",
  gemma3_text: "Gemma3ForCausalLM"
} as const;

export type ArchitectureName = keyof typeof ARCHITECTURES;

/** No model has as many: each is named and looked for. */
const MOST_LAYERS = 10_000;

/** The model types that can be computed and trained. */
const architectureNames = Object.keys(ARCHITECTURES) as ArchitectureName[];

/**
 * Reads a config.json, of the older style (rope_theta, rope_scaling) or that of transformers 5 (rope_parameters).
 * All problems are reported at once; `where` names the file in them.
 */
export function readConfig(json: unknown, where: string): LanguageConfig {
  const problems: string[] = [];
  const config = (json ?? {}) as Record<string, unknown>;
  const architecture = config.model_type as ArchitectureName;
  if (!architectureNames.includes(architecture))
    throw new UserError(
      `${where}: model_type ${JSON.stringify(config.model_type)} cannot be computed here. These can: ${architectureNames.join(", ")}.`
    );
  const count = (name: string, fallback?: number): number => {
    const value = config[name] ?? fallback;
    if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
    problems.push(`${name} is ${JSON.stringify(config[name])}, not a positive whole number`);
    return 1;
  };
  const number = (name: string, fallback: number): number => {
    const value = config[name] ?? fallback;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    problems.push(`${name} is ${JSON.stringify(value)}, not a number`);
    return fallback;
  };
  const flag = (name: string, fallback = false) => (config[name] ?? fallback) === true;

  const gemma = architecture === "gemma2" || architecture === "gemma3_text";
  const hidden = count("hidden_size");
  const heads = count("num_attention_heads");
  const keyValueHeads = count("num_key_value_heads", heads);
  const headSize = count("head_dim", usualHeadSize(architecture, hidden, heads));
  if (heads % keyValueHeads !== 0)
    problems.push(`${heads} heads do not share ${keyValueHeads} key-value heads evenly`);
  if (headSize % 2 !== 0) problems.push(`head_dim ${headSize} is odd`);
  if (number("partial_rotary_factor", 1) !== 1)
    problems.push("partial_rotary_factor other than 1 is not supported");
  const activation = String(
    config.hidden_activation ?? config.hidden_act ?? (gemma ? "gelu_pytorch_tanh" : "silu")
  );
  if (!["silu", "swish", "gelu_pytorch_tanh"].includes(activation))
    problems.push(`the activation ${activation} is not supported (silu and gelu_pytorch_tanh are)`);
  if (config.quantization_config !== undefined && config.quantization_config !== null)
    problems.push(
      "the weights are quantised by another library (quantization_config): use the unquantised checkpoint"
    );
  const stated = count("num_hidden_layers");
  if (stated > MOST_LAYERS) problems.push(`num_hidden_layers is ${stated}; at most ${MOST_LAYERS} are read`);
  const layers = Math.min(stated, MOST_LAYERS);
  const maxPositions = count("max_position_embeddings", USUAL_POSITIONS);
  const layer = layerConfigs(config, architecture, {layers, headSize, maxPositions}, problems);
  if (problems.length > 0) throw new UserError(problems.map((problem) => `${where}: ${problem}.`).join("\n"));
  const bias = architecture === "qwen2" || flag("attention_bias");
  return {
    architecture,
    vocabulary: count("vocab_size"),
    hidden,
    intermediate: count("intermediate_size"),
    layers,
    heads,
    keyValueHeads,
    headSize,
    eps: number("rms_norm_eps", 1e-6),
    tied: flag("tie_word_embeddings", usuallyTied(architecture)),
    activation: activation === "gelu_pytorch_tanh" ? "gelu-tanh" : "silu",
    scoreScale: (gemma ? number("query_pre_attn_scalar", GEMMA_QUERY_SCALAR) : headSize) ** -0.5,
    scoreCap: gemma ? capSetting(config, "attn_logit_softcapping") : undefined,
    logitCap: gemma ? capSetting(config, "final_logit_softcapping") : undefined,
    layer,
    maxPositions,
    gemma,
    headNorms: architecture === "qwen3" || architecture === "gemma3_text",
    attentionBias: {queryKeyValue: bias, output: architecture !== "qwen2" && bias},
    mlpBias: flag("mlp_bias")
  };
}

function layerConfigs(
  config: Record<string, unknown>,
  architecture: ArchitectureName,
  sizes: {layers: number; headSize: number; maxPositions: number},
  problems: string[]
): LayerConfig[] {
  const window = windowSetting(config);
  const types = Array.isArray(config.layer_types) ? (config.layer_types as string[]) : undefined;
  if (types && types.length !== sizes.layers)
    problems.push(`layer_types has ${types.length} entries for ${sizes.layers} layers`);
  const from = typeof config.max_window_layers === "number" ? config.max_window_layers : 28;
  const pattern = Number(config.sliding_window_pattern ?? config._sliding_window_pattern ?? 6);
  const without = Array.isArray(config.no_rope_layers) ? (config.no_rope_layers as number[]) : undefined;
  const interval = Number(config.no_rope_layer_interval ?? 4);
  const rotates = (i: number) =>
    architecture !== "smollm3" || (without ? without[i] === 1 : (i + 1) % interval !== 0);
  const slides = (i: number): boolean => {
    if (architecture === "mistral") return true;
    if (types) return types[i] === "sliding_attention";
    if (architecture === "gemma2") return i % 2 === 0;
    if (architecture === "gemma3_text") return (i + 1) % pattern !== 0;
    if (architecture === "llama" || config.use_sliding_window !== true) return false;
    return architecture === "smollm3" ? !rotates(i) : i >= from;
  };
  const full = readRope(config, "full_attention", sizes, problems);
  const local =
    architecture === "gemma3_text" ? readRope(config, "sliding_attention", sizes, problems) : full;
  return Array.from({length: sizes.layers}, (_, i) => {
    const sliding = window !== undefined && slides(i);
    return {
      window: sliding ? window : undefined,
      rope: rotates(i) ? (slides(i) ? local : full) : undefined
    };
  });
}
