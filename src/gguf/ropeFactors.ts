import {type Rope, ropeType} from "./architectures.js";

/**
 * The divisors of RoPE's frequencies by Llama 3's scaling, one for each pair of a head: 1 for short waves, `factor`
 * for long ones, a blend between. Undefined for another scaling. As `_compute_llama3_parameters` of transformers.
 */
export function llama3Factors({base, scaling}: Rope, headSize: number): Float32Array | undefined {
  if (ropeType(scaling) !== "llama3") return undefined;
  const of = (key: string, fallback: number) => Number(scaling![key] ?? fallback);
  const [factor, low, high] = [of("factor", 8), of("low_freq_factor", 1), of("high_freq_factor", 4)];
  const original = of("original_max_position_embeddings", 8192);
  const f32 = Math.fround;
  // Every step of the reference is float32.
  return Float32Array.from({length: headSize / 2}, (_, i) => {
    const frequency = f32(1 / f32(base ** f32((2 * i) / headSize)));
    const wave = f32(f32(2 * Math.PI) / frequency);
    if (wave < original / high) return 1;
    if (wave > original / low) return factor;
    const smooth = f32(f32(f32(original / wave) - low) / (high - low));
    return f32(1 / f32(f32(f32(1 - smooth) / factor) + smooth));
  });
}
