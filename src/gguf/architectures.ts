import {UserError} from "../store/errors.js";
import {count, float, type MetadataValue, text} from "./values.js";

/** What a GGUF needs to know of a model family. */
export interface Architecture {
  /** llama.cpp's name for it, also the prefix of its metadata. */
  name: string;
  /** Rows of q and k go from halves to pairs per head: llama.cpp turns neighbours, Hugging Face turns halves. */
  pairsRows: boolean;
  /** Norm weights are stored without the 1 that the model adds. */
  normsAddOne: boolean;
}

const byModelType: Readonly<Record<string, Architecture>> = {
  llama: {name: "llama", pairsRows: true, normsAddOne: false},
  mistral: {name: "llama", pairsRows: true, normsAddOne: false},
  qwen2: {name: "qwen2", pairsRows: false, normsAddOne: false},
  qwen3: {name: "qwen3", pairsRows: false, normsAddOne: false},
  gemma3_text: {name: "gemma3", pairsRows: false, normsAddOne: true}
};

export type Config = Readonly<Record<string, unknown>>;

/** Throws a UserError that lists the families known here. */
export function architectureOf(config: Config, where: string): Architecture {
  const type = typeof config.model_type === "string" ? config.model_type : "";
  const found = byModelType[type];
  if (found) return found;
  throw new UserError(
    `${where}: a model of type ${JSON.stringify(type)} cannot be written to GGUF here. Known: ${Object.keys(byModelType).join(", ")}.`
  );
}

/** The sizes of a model, read from config.json with their defaults. */
export interface Sizes {
  layers: number;
  hidden: number;
  heads: number;
  kvHeads: number;
  headSize: number;
}

export function sizesOf(config: Config, where: string): Sizes {
  const whole = (key: string, fallback?: number) => {
    const value = config[key] ?? fallback;
    if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
    throw new UserError(
      `${where}/config.json: ${key} is ${JSON.stringify(value)}, not a size. Fetch it again.`
    );
  };
  const hidden = whole("hidden_size");
  const heads = whole("num_attention_heads");
  return {
    layers: whole("num_hidden_layers"),
    hidden,
    heads,
    kvHeads: whole("num_key_value_heads", heads),
    headSize: whole("head_dim", hidden / heads)
  };
}

export interface Rope {
  base: number;
  /** Base of layers with a sliding window. */
  localBase?: number;
  scaling?: Readonly<Record<string, unknown>>;
}

/** RoPE's settings, from either of the two ways in which config.json states them. */
export function ropeOf(config: Config): Rope {
  const stated = (config.rope_parameters ?? {}) as Record<string, unknown>;
  const nested = (name: string) => stated[name] as Record<string, unknown> | undefined;
  const parameters = nested("full_attention") ?? stated;
  const type = parameters.rope_type;
  const scaling =
    (config.rope_scaling as Record<string, unknown> | null | undefined) ??
    (type === undefined || type === "default" ? undefined : parameters);
  const local = nested("sliding_attention")?.rope_theta ?? config.rope_local_base_freq;
  return {
    base: Number(config.rope_theta ?? parameters.rope_theta ?? 10_000),
    localBase: local === undefined ? undefined : Number(local),
    scaling: scaling ?? undefined
  };
}

export function ropeType(scaling: Rope["scaling"]): string {
  return String(scaling?.rope_type ?? scaling?.type ?? "default");
}

/** Metadata of the model's sizes, in the order in which llama.cpp's converter writes them. */
export function sizeMetadata(
  {name}: Architecture,
  config: Config,
  where: string,
  fileType: number
): Map<string, MetadataValue> {
  const sizes = sizesOf(config, where);
  const rope = ropeOf(config);
  const metadata = new Map<string, MetadataValue>();
  const set = (key: string, value: MetadataValue) => metadata.set(`${name}.${key}`, value);
  set("block_count", count(sizes.layers));
  if (config.max_position_embeddings !== undefined)
    set(
      "context_length",
      count(Math.min(Number(config.max_position_embeddings), windowOf(config) ?? Infinity))
    );
  set("embedding_length", count(sizes.hidden));
  set("feed_forward_length", count(Number(config.intermediate_size)));
  set("attention.head_count", count(sizes.heads));
  set("attention.head_count_kv", count(sizes.kvHeads));
  setScaling(set, rope, where);
  set("rope.freq_base", float(rope.base));
  set("attention.layer_norm_rms_epsilon", float(Number(config.rms_norm_eps ?? 1e-6)));
  if (name === "llama" || config.head_dim !== undefined) {
    set("attention.key_length", count(sizes.headSize));
    set("attention.value_length", count(sizes.headSize));
  }
  if (name === "gemma3") setWindows(set, config, rope, where);
  metadata.set("general.file_type", count(fileType));
  if (name === "llama") {
    set("vocab_size", count(Number(config.vocab_size)));
    set("rope.dimension_count", count(sizes.headSize));
  }
  return metadata;
}

type Setter = (key: string, value: MetadataValue) => void;

function setScaling(set: Setter, {scaling}: Rope, where: string): void {
  const type = ropeType(scaling);
  if (type === "default" || type === "llama3") return;
  if (type !== "linear" && type !== "yarn")
    throw new UserError(
      `${where}: RoPE scaling of type ${JSON.stringify(type)} has no counterpart in GGUF. Known: linear, llama3, yarn.`
    );
  set("rope.scaling.type", text(type));
  set("rope.scaling.factor", float(Number(scaling!.factor)));
  if (type === "linear") return;
  set("rope.scaling.original_context_length", count(Number(scaling!.original_max_position_embeddings)));
  const optional: [string, unknown][] = [
    ["yarn_beta_fast", scaling!.beta_fast],
    ["yarn_beta_slow", scaling!.beta_slow]
  ];
  for (const [key, value] of optional)
    if (typeof value === "number") set(`rope.scaling.${key}`, float(value));
}

/** llama.cpp takes every sixth layer of Gemma 3 for one that sees everything, and 10,000 for the others' base, unless told. */
function setWindows(set: Setter, config: Config, {localBase = 10_000}: Rope, where: string): void {
  const layers = Number(config.num_hidden_layers);
  const stated = Number(config.sliding_window_pattern ?? 6);
  const full = (i: number, period: number) => (i + 1) % period === 0;
  const types = (config.layer_types ??
    Array.from({length: layers}, (_, i) =>
      full(i, stated) ? "full_attention" : "sliding_attention"
    )) as string[];
  const period = [6, ...Array.from({length: layers}, (_, i) => i + 1)].find((each) =>
    types.every((type, i) => (type === "full_attention") === full(i, each))
  );
  if (period === undefined)
    throw new UserError(
      `${where}: llama.cpp runs a window in all but every n-th layer; this model's layer_types have no such order.`
    );
  set("attention.sliding_window", count(Number(config.sliding_window)));
  if (period !== 6) set("attention.sliding_window_pattern", count(period));
  if (localBase !== 10_000) set("rope.freq_base_swa", float(localBase));
}

/**
 * What a query is multiplied by for llama.cpp, which scales attention by the head's size: Gemma 3 may scale by another
 * number (query_pre_attn_scalar). 1 for all other families.
 */
export function queryFactor({name}: Architecture, config: Config, headSize: number): number {
  if (name !== "gemma3" || typeof config.query_pre_attn_scalar !== "number") return 1;
  return Math.sqrt(headSize / config.query_pre_attn_scalar);
}

/** The tokens beyond which a family's window would matter, which llama.cpp does not know there; undefined where it does. */
export function windowOf(config: Config): number | undefined {
  const {model_type: type, sliding_window: window} = config;
  if (typeof window !== "number") return undefined;
  if (type === "mistral") return window;
  const slides = (type === "qwen2" || type === "qwen3") && config.use_sliding_window === true;
  return slides ? window : undefined;
}
