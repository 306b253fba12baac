import {type LayerKind, type RopeSettings, ropeSettings} from "../../weights/safetensors/index.js";

/** How positions turn queries and keys. */
export interface RotaryEmbedding {
  theta: number;
  /** cos and sin are multiplied with it (YaRN). */
  attention: number;
  /** Inverse frequencies of pairs for sequences of `length` positions, in 32-bit steps. */
  frequencies(length: number): Float32Array;
}

/**
 * The rotation of a config's layers: default, linear, dynamic, llama3 or yarn scaling, as the reference
 * implementations compute them. `kind` chooses among a config's rotations where layers differ (Gemma 3).
 */
export function readRope(
  config: Readonly<Record<string, unknown>>,
  kind: LayerKind,
  {headSize, maxPositions}: {headSize: number; maxPositions: number},
  problems: string[]
): RotaryEmbedding {
  const settings = ropeSettings(config, kind, problems);
  const {type, theta, factor} = settings;
  const plain = inverseFrequencies(theta, headSize);
  const fixed = (values: Float32Array, attention = 1): RotaryEmbedding => ({
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
      return fixed(llama3(plain, settings));
    case "yarn":
      return fixed(yarn(plain, settings), settings.attention);
    default:
      problems.push(`rope_type ${type} is not supported (default, linear, dynamic, llama3 and yarn are)`);
      return fixed(plain);
  }
}

function inverseFrequencies(theta: number, size: number): Float32Array {
  return Float32Array.from(
    {length: size / 2},
    (_, i) => 1 / Math.fround(Math.fround(theta) ** Math.fround((2 * i) / size))
  );
}

/** Long wavelengths are divided by `factor`, short ones kept, those between blended. */
function llama3(
  plain: Float32Array,
  {factor, lowRotations: low, highRotations: high, original}: RopeSettings
): Float32Array {
  return plain.map((value) => {
    const wavelength = (2 * Math.PI) / value;
    if (wavelength > original / low) return value / factor;
    if (wavelength < original / high) return value;
    const smooth = (original / wavelength - low) / (high - low);
    return ((1 - smooth) * value) / factor + smooth * value;
  });
}

/** A ramp over pairs from kept to interpolated frequencies (https://arxiv.org/abs/2309.00071). */
function yarn(
  plain: Float32Array,
  {theta, factor, original, betaFast: fast, betaSlow: slow, truncate}: RopeSettings
): Float32Array {
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
