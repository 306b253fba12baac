import {type RopeSettings, ropeSettings, usualAttention} from "../safetensors/index.js";
import {UserError} from "../../base/validation/errors.js";
import type {ModelConfig} from "./architectures.js";
import {count, float, type MetadataValue, text} from "./values.js";

/** RoPE of a model's layers. */
export interface ModelRope {
  full: RopeSettings;
  /** That of layers with a sliding window, where it is another (Gemma 3). */
  local: RopeSettings;
}

/** RoPE's settings as the trainer reads them. Throws a UserError for one that is no number. */
export function ropeOf(config: ModelConfig, where: string): ModelRope {
  const problems: string[] = [];
  const rope = {
    full: ropeSettings(config, "full_attention", problems),
    local: ropeSettings(config, "sliding_attention", problems)
  };
  if (problems.length > 0)
    throw new UserError(problems.map((problem) => `${where}/config.json: ${problem}.`).join("\n"));
  return rope;
}

/** Metadata of RoPE's scaling, without the family's prefix. */
export function scalingMetadata({full}: ModelRope): [string, MetadataValue][] {
  const {type, factor} = full;
  if (type !== "linear" && type !== "yarn") return [];
  const scaling: [string, MetadataValue][] = [
    ["rope.scaling.type", text(type)],
    ["rope.scaling.factor", float(factor)]
  ];
  if (type === "linear") return scaling;
  scaling.push(["rope.scaling.original_context_length", count(full.original)]);
  const attention = attentionFactor(full);
  if (attention !== 1) scaling.push(["rope.scaling.attn_factor", float(attention)]);
  return scaling;
}

/** What llama.cpp's own factor of cos and sin is multiplied with to be the model's. */
function attentionFactor({attention, factor}: RopeSettings): number {
  const ratio = attention / usualAttention(factor);
  return Math.abs(ratio - 1) < 1e-6 ? 1 : ratio;
}

/** What of RoPE's settings llama.cpp would run otherwise than the model means them, each with its name. */
export function ropeProblems({full, local}: ModelRope, family: string): string[] {
  const {type} = full;
  if (!["default", "linear", "llama3", "yarn"].includes(type))
    return [
      `RoPE scaling of type ${JSON.stringify(type)} has no counterpart in GGUF. Known: linear, llama3, yarn`
    ];
  const problems: string[] = [];
  if (type === "llama3" && family !== "llama")
    problems.push(`RoPE scaling of type "llama3" is run for llama only, not for ${family}`);
  if (family === "gemma3" && local.type !== "default")
    problems.push(`RoPE scaling of layers with a window (${JSON.stringify(local.type)}) is not run`);
  if (type !== "yarn") return problems;
  if (full.betaFast !== 32) problems.push(`YaRN's beta_fast is ${full.betaFast}, always 32 there`);
  if (full.betaSlow !== 1) problems.push(`YaRN's beta_slow is ${full.betaSlow}, always 1 there`);
  if (!full.truncate) problems.push("YaRN's truncate is false, always true there");
  if (family === "gemma3" && attentionFactor(full) !== 1)
    problems.push(
      "YaRN's attention_factor (or mscale and mscale_all_dim) would change layers with a window, too"
    );
  return problems;
}

/**
 * The divisors of RoPE's frequencies by Llama 3's scaling, one for each pair of a head: 1 for short waves, `factor`
 * for long ones, a blend between. Undefined for another scaling. As `_compute_llama3_parameters` of transformers.
 */
export function llama3Factors({full}: ModelRope, headSize: number): Float32Array | undefined {
  if (full.type !== "llama3") return undefined;
  const {theta, factor, lowRotations: low, highRotations: high, original} = full;
  const f32 = Math.fround;
  // Every step of the reference is float32.
  return Float32Array.from({length: headSize / 2}, (_, i) => {
    const frequency = f32(1 / f32(theta ** f32((2 * i) / headSize)));
    const wave = f32(f32(2 * Math.PI) / frequency);
    if (wave < original / high) return 1;
    if (wave > original / low) return factor;
    const smooth = f32(f32(f32(original / wave) - low) / (high - low));
    return f32(1 / f32(f32(f32(1 - smooth) / factor) + smooth));
  });
}
