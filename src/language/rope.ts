/** How positions turn queries and keys. */
export interface Rope {
  theta: number;
  /** cos and sin are multiplied with it (YaRN). */
  attention: number;
  /** Inverse frequencies of pairs for sequences of `length` positions, in 32-bit steps. */
  frequencies(length: number): Float32Array;
}

type Parameters = Record<string, unknown>;

/**
 * The rotation of a config's layers: default, linear, dynamic, llama3 or yarn scaling, as the reference
 * implementations compute them. `kind` chooses among a config's rotations where layers differ (Gemma 3).
 */
export function readRope(
  config: Parameters,
  kind: "full_attention" | "sliding_attention",
  {headSize, maxPositions}: {headSize: number; maxPositions: number},
  problems: string[]
): Rope {
  const parameters = parametersOf(config, kind);
  const number = (name: string, fallback: number) => {
    const value = parameters[name] ?? fallback;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    problems.push(`rope ${name} is ${JSON.stringify(value)}, not a number`);
    return fallback;
  };
  const type = String(parameters.rope_type ?? parameters.type ?? "default");
  const theta = number("rope_theta", 10_000);
  const factor = number("factor", 1);
  const original = number(
    "original_max_position_embeddings",
    (config.original_max_position_embeddings as number | undefined) ?? maxPositions
  );
  const plain = inverseFrequencies(theta, headSize);
  const fixed = (values: Float32Array, attention = 1): Rope => ({
    theta,
    attention,
    frequencies: () => values
  });
  switch (type) {
    case "default":
      return fixed(plain);
    case "linear":
      return fixed(plain.map((value) => value / factor));
    case "dynamic":
      return {
        theta,
        attention: 1,
        frequencies: (length) =>
          length <= maxPositions
            ? plain
            : inverseFrequencies(
                theta * ((factor * length) / maxPositions - (factor - 1)) ** (headSize / (headSize - 2)),
                headSize
              )
      };
    case "llama3":
      return fixed(
        llama3(plain, factor, number("low_freq_factor", 1), number("high_freq_factor", 4), original)
      );
    case "yarn":
      return fixed(
        yarn(plain, {
          theta,
          factor,
          original,
          fast: number("beta_fast", 32),
          slow: number("beta_slow", 1),
          truncate: parameters.truncate !== false
        }),
        yarnAttention(parameters, factor)
      );
    default:
      problems.push(`rope_type ${type} is not supported (default, linear, dynamic, llama3 and yarn are)`);
      return fixed(plain);
  }
}

function parametersOf(config: Parameters, kind: string): Parameters {
  const modern = config.rope_parameters as Parameters | null | undefined;
  if (modern) return (modern[kind] as Parameters | undefined) ?? modern;
  if (kind === "sliding_attention") return {rope_theta: config.rope_local_base_freq ?? 10_000};
  return {...((config.rope_scaling as Parameters | null) ?? {}), rope_theta: config.rope_theta ?? 10_000};
}

function inverseFrequencies(theta: number, size: number): Float32Array {
  return Float32Array.from(
    {length: size / 2},
    (_, i) => 1 / Math.fround(Math.fround(theta) ** Math.fround((2 * i) / size))
  );
}

/** Long wavelengths are divided by `factor`, short ones kept, those between blended. */
function llama3(plain: Float32Array, factor: number, low: number, high: number, original: number) {
  return plain.map((value) => {
    const wavelength = (2 * Math.PI) / value;
    if (wavelength > original / low) return value / factor;
    if (wavelength < original / high) return value;
    const smooth = (original / wavelength - low) / (high - low);
    return ((1 - smooth) * value) / factor + smooth * value;
  });
}

interface Yarn {
  theta: number;
  factor: number;
  /** Positions that the model was trained with before scaling. */
  original: number;
  /** Rotations over them at and above which a pair is kept, and at and below which it is interpolated. */
  fast: number;
  slow: number;
  truncate: boolean;
}

/** A ramp over pairs from kept to interpolated frequencies (https://arxiv.org/abs/2309.00071). */
function yarn(plain: Float32Array, {theta, factor, original, fast, slow, truncate}: Yarn) {
  const size = plain.length * 2;
  const pairAt = (rotations: number) =>
    (size * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(truncate ? Math.floor(pairAt(fast)) : pairAt(fast), 0);
  const bound = Math.min(truncate ? Math.ceil(pairAt(slow)) : pairAt(slow), size - 1);
  const high = bound === low ? bound + 0.001 : bound;
  return plain.map((value, i) => {
    const interpolated = Math.min(1, Math.max(0, (i - low) / (high - low)));
    return (value / factor) * interpolated + value * (1 - interpolated);
  });
}

function yarnAttention(parameters: Parameters, factor: number): number {
  const {attention_factor: given, mscale, mscale_all_dim: all} = parameters;
  if (typeof given === "number") return given;
  const magnitude = (by: number) => (factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1);
  if (typeof mscale === "number" && typeof all === "number" && mscale && all)
    return magnitude(mscale) / magnitude(all);
  return magnitude(1);
}
