import {USUAL_POSITIONS, usualTheta} from "./modelDefaults.js";

type Members = Readonly<Record<string, unknown>>;

/** Gemma 3 turns layers that see everything and layers with a window differently. */
export type LayerKind = "full_attention" | "sliding_attention";

/** RoPE as a config.json states it, with defaults for what it leaves out. */
export interface RopeSettings {
  type: string;
  theta: number;
  factor: number;
  /** Positions that the model was trained with before scaling. */
  original: number;
  /** Llama 3: rotations over them up to which a pair is interpolated, and from which on it is kept. */
  lowRotations: number;
  highRotations: number;
  /** YaRN: rotations over them from which on a pair is kept, and up to which it is interpolated. */
  betaFast: number;
  betaSlow: number;
  /** YaRN: whether the ramp between them begins and ends at whole pairs. */
  truncate: boolean;
  /** YaRN: what cos and sin are multiplied with. */
  attention: number;
}

/** Reads RoPE's settings from either of the two ways in which config.json states them; what is no number is a problem. */
export function ropeSettings(config: Members, kind: LayerKind, problems: string[]): RopeSettings {
  const parameters = parametersOf(config, kind);
  const number = (name: string, fallback: unknown) => {
    const value = parameters[name] ?? fallback;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    problems.push(`rope ${name} is ${JSON.stringify(value)}, not a number`);
    return 1;
  };
  const factor = number("factor", 1);
  return {
    type: String(parameters.rope_type ?? parameters.type ?? "default"),
    theta: number("rope_theta", thetaOf(config, kind)),
    factor,
    original: number(
      "original_max_position_embeddings",
      config.original_max_position_embeddings ?? config.max_position_embeddings ?? USUAL_POSITIONS
    ),
    lowRotations: number("low_freq_factor", 1),
    highRotations: number("high_freq_factor", 4),
    betaFast: number("beta_fast", 32),
    betaSlow: number("beta_slow", 1),
    truncate: parameters.truncate !== false,
    attention: attentionOf(parameters, factor)
  };
}

/** YaRN's factor of cos and sin where nothing else is stated. */
export function usualAttention(factor: number): number {
  return magnitude(1, factor);
}

function parametersOf(config: Members, kind: LayerKind): Members {
  const modern = config.rope_parameters as Members | null | undefined;
  if (modern) return (modern[kind] as Members | undefined) ?? modern;
  return kind === "full_attention" ? ((config.rope_scaling as Members | null | undefined) ?? {}) : {};
}

function thetaOf(config: Members, kind: LayerKind): unknown {
  if (kind === "sliding_attention") return config.rope_local_base_freq ?? 10_000;
  return config.rope_theta ?? usualTheta(config.model_type);
}

function attentionOf(
  {attention_factor: given, mscale, mscale_all_dim: all}: Members,
  factor: number
): number {
  if (typeof given === "number") return given;
  if (typeof mscale === "number" && typeof all === "number" && mscale && all)
    return magnitude(mscale, factor) / magnitude(all, factor);
  return usualAttention(factor);
}

function magnitude(by: number, factor: number): number {
  return factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1;
}
