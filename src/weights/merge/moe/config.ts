import {usualSettings} from "../../safetensors/index.js";

type MoeConfig = Readonly<Record<string, unknown>>;

/** Sizes that a base's tensors have. */
export interface MoeSizes {
  hidden: number;
  intermediate: number;
  layers: number;
}

/**
 * What a dense model's config.json says and means: a mixture's family has other defaults than the base's, so that
 * nothing may be left out.
 */
export function fullConfig(
  config: MoeConfig,
  {hidden, intermediate, layers}: MoeSizes
): Record<string, unknown> {
  const {rope_theta: theta, ...usual} = usualSettings(config.model_type);
  const full: Record<string, unknown> = {
    hidden_size: hidden,
    intermediate_size: intermediate,
    num_hidden_layers: layers,
    ...usual,
    ...config
  };
  full.num_key_value_heads ??= full.num_attention_heads;
  const rope = config.rope_parameters as MoeConfig | null | undefined;
  if (theta !== undefined && config.rope_theta === undefined) {
    if (rope) full.rope_parameters = {rope_theta: theta, ...rope};
    else full.rope_theta = theta;
  }
  return full;
}

/** The window of attention that a Qwen2 mixture is made without; undefined when the base has none. */
export function moeWindow(config: MoeConfig): number | undefined {
  const {sliding_window: window, use_sliding_window: used} = {
    ...usualSettings(config.model_type),
    ...config
  };
  return typeof window === "number" && (used ?? config.model_type === "mistral") === true
    ? window
    : undefined;
}
