import {memberOf} from "../../base/validation/memberOf.js";
import {GEMMA_QUERY_SCALAR, USUAL_POSITIONS, usualHeadSize, windowSetting} from "../safetensors/index.js";
import {UserError} from "../../base/validation/errors.js";
import {type ModelRope, ropeOf, ropeProblems, scalingMetadata} from "./rope.js";
import {count, float, type MetadataValue} from "./values.js";

/** What a GGUF needs to know of a model family. */
export interface GgufArchitecture {
  /** llama.cpp's name for it, also the prefix of its metadata. */
  name: string;
  /** Rows of q and k go from halves to pairs per head: llama.cpp turns neighbours, Hugging Face turns halves. */
  pairsRows: boolean;
  /** Norm weights are stored without the 1 that the model adds. */
  normsAddOne: boolean;
}

const byModelType: Readonly<Record<string, GgufArchitecture>> = {
  llama: {name: "llama", pairsRows: true, normsAddOne: false},
  mistral: {name: "llama", pairsRows: true, normsAddOne: false},
  qwen2: {name: "qwen2", pairsRows: false, normsAddOne: false},
  qwen3: {name: "qwen3", pairsRows: false, normsAddOne: false},
  gemma3_text: {name: "gemma3", pairsRows: false, normsAddOne: true}
};

export type ModelConfig = Readonly<Record<string, unknown>>;

/** Throws a UserError that lists the families known here. */
export function architectureOf(config: ModelConfig, where: string): GgufArchitecture {
  const type = typeof config.model_type === "string" ? config.model_type : "";
  const found = memberOf(byModelType, type);
  if (found) return found;
  throw new UserError(
    `${where}: a model of type ${JSON.stringify(type)} cannot be written to GGUF here. Known: ${Object.keys(byModelType).join(", ")}.`
  );
}

/** The sizes of a model, read from config.json with their defaults. */
export interface ModelSizes {
  layers: number;
  hidden: number;
  heads: number;
  kvHeads: number;
  headSize: number;
}

export function sizesOf(config: ModelConfig, where: string): ModelSizes {
  const hidden = whole(config, "hidden_size", where);
  const heads = whole(config, "num_attention_heads", where);
  return {
    layers: layersOf(config, where),
    hidden,
    heads,
    kvHeads: whole(config, "num_key_value_heads", where, heads),
    headSize: whole(config, "head_dim", where, usualHeadSize(config.model_type, hidden, heads))
  };
}

/** No model has as many: each is named and looked for. */
const MOST_LAYERS = 10_000;

function layersOf(config: ModelConfig, where: string): number {
  const layers = whole(config, "num_hidden_layers", where);
  if (layers <= MOST_LAYERS) return layers;
  throw new UserError(
    `${where}/config.json: num_hidden_layers is ${layers}; at most ${MOST_LAYERS} are read. Fetch it again.`
  );
}

function whole(config: ModelConfig, key: string, where: string, fallback?: number): number {
  const value = memberOf(config, key) ?? fallback;
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw new UserError(
    `${where}/config.json: ${key} is ${JSON.stringify(memberOf(config, key))}, not a size. Fetch it again.`
  );
}

/** Metadata of the model's sizes, in the order in which llama.cpp's converter writes them. */
export function sizeMetadata(
  architecture: GgufArchitecture,
  config: ModelConfig,
  where: string,
  fileType: number
): Map<string, MetadataValue> {
  const {name} = architecture;
  const sizes = sizesOf(config, where);
  const rope = ropeOf(config, where);
  refuseOthers(architecture, config, rope, where);
  const positions = whole(config, "max_position_embeddings", where, USUAL_POSITIONS);
  const metadata = new Map<string, MetadataValue>();
  const set = (key: string, value: MetadataValue) => metadata.set(`${name}.${key}`, value);
  set("block_count", count(sizes.layers));
  set("context_length", count(Math.min(positions, windowOf(config) ?? Infinity)));
  set("embedding_length", count(sizes.hidden));
  set("feed_forward_length", count(whole(config, "intermediate_size", where)));
  set("attention.head_count", count(sizes.heads));
  set("attention.head_count_kv", count(sizes.kvHeads));
  for (const [key, value] of scalingMetadata(rope)) set(key, value);
  set("rope.freq_base", float(rope.full.theta));
  set("attention.layer_norm_rms_epsilon", float(Number(config.rms_norm_eps ?? 1e-6)));
  // Without them llama.cpp shares the hidden size among the heads.
  if (name === "llama" || config.head_dim !== undefined || sizes.headSize !== sizes.hidden / sizes.heads) {
    set("attention.key_length", count(sizes.headSize));
    set("attention.value_length", count(sizes.headSize));
  }
  if (name === "gemma3") setGemma(set, config, rope, where);
  metadata.set("general.file_type", count(fileType));
  if (name === "llama") {
    set("vocab_size", count(whole(config, "vocab_size", where)));
    set("rope.dimension_count", count(sizes.headSize));
  }
  return metadata;
}

type Setter = (key: string, value: MetadataValue) => void;

/** What llama.cpp would run otherwise than the model was trained: the file would load, and answer worse. */
function refuseOthers({name}: GgufArchitecture, config: ModelConfig, rope: ModelRope, where: string): void {
  const problems = ropeProblems(rope, name);
  const gemma = name === "gemma3";
  const activation = config.hidden_activation ?? config.hidden_act;
  const run = gemma ? ["gelu_pytorch_tanh"] : ["silu", "swish"];
  if (typeof activation === "string" && !run.includes(activation))
    problems.push(`the activation is ${activation}, always ${run[0]!} there`);
  const rotary = config.partial_rotary_factor ?? 1;
  if (rotary !== 1) problems.push(`partial_rotary_factor is ${JSON.stringify(rotary)}, always 1 there`);
  const cap = config.attn_logit_softcapping;
  if (gemma && typeof cap === "number") problems.push(`attn_logit_softcapping is ${cap}, always null there`);
  if (problems.length > 0)
    throw new UserError(
      `${where}: llama.cpp cannot run this model as its config.json says, so it is not written to GGUF:\n${problems.map((problem) => `  ${problem}`).join("\n")}`
    );
}

/** Windows and caps. llama.cpp takes every sixth layer of Gemma 3 for one that sees everything, and 10,000 for the others' base, unless told. */
function setGemma(set: Setter, config: ModelConfig, {local}: ModelRope, where: string): void {
  const layers = Number(config.num_hidden_layers);
  const stated = Number(config.sliding_window_pattern ?? config._sliding_window_pattern ?? 6);
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
  set("attention.sliding_window", count(whole(config, "sliding_window", where, windowSetting(config))));
  if (period !== 6) set("attention.sliding_window_pattern", count(period));
  if (typeof config.final_logit_softcapping === "number")
    set("final_logit_softcapping", float(config.final_logit_softcapping));
  if (local.theta !== 10_000) set("rope.freq_base_swa", float(local.theta));
}

/**
 * What a query is multiplied by for llama.cpp, which scales attention by the head's size, or in the largest Gemma 3 by
 * the hidden size a head: Gemma 3 may scale by another number (query_pre_attn_scalar). 1 for all other families.
 */
export function queryFactor({name}: GgufArchitecture, config: ModelConfig, sizes: ModelSizes): number {
  if (name !== "gemma3") return 1;
  const {layers, hidden, heads, headSize} = sizes;
  // llama.cpp knows the model of 27 billion weights by its layers, and divides whole numbers.
  const scaled = layers === 62 ? Math.floor(hidden / heads) : headSize;
  return Math.sqrt(scaled / Number(config.query_pre_attn_scalar ?? GEMMA_QUERY_SCALAR));
}

/** The tokens beyond which a family's window would matter, which llama.cpp does not know there; undefined where it does. */
export function windowOf(config: ModelConfig): number | undefined {
  const {model_type: type} = config;
  const window = windowSetting(config);
  if (window === undefined) return undefined;
  if (type === "mistral") return window;
  const slides = (type === "qwen2" || type === "qwen3") && config.use_sliding_window === true;
  return slides ? window : undefined;
}
