/** How a kind of mixture names its tensors and describes itself. */
export interface Layout {
  /** Kinds of dense models whose attention the architecture also has, by `model_type`. */
  from: readonly string[];
  shared: "required" | "none";
  /** Tensors of dense models that the architecture does not have. */
  noPlaceFor: RegExp;
  /** Whether queries, keys and values have a bias, which a base without one gets as zeros. */
  biased: boolean;
  expert(layer: number, expert: number, part: MlpPart): string;
  router(layer: number): string;
  /** What config.json gets beside the base's own settings. */
  config(sizes: {experts: number; intermediate: number; layers: number}): Record<string, unknown>;
}

export type MlpPart = "gate" | "up" | "down";
export type LayoutName = "mixtral" | "qwen2_moe" | "qwen3_moe";

const W: Readonly<Record<MlpPart, string>> = {gate: "w1", down: "w2", up: "w3"};

const qwen = {
  expert: (layer: number, expert: number, part: MlpPart) =>
    `model.layers.${layer}.mlp.experts.${expert}.${part}_proj.weight`,
  router: (layer: number) => `model.layers.${layer}.mlp.gate.weight`
};

export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = {
  mixtral: {
    from: ["llama", "mistral"],
    shared: "none",
    noPlaceFor: /\.(self_attn|mlp)\.\w+_proj\.bias$/,
    biased: false,
    expert: (layer, expert, part) =>
      `model.layers.${layer}.block_sparse_moe.experts.${expert}.${W[part]}.weight`,
    router: (layer) => `model.layers.${layer}.block_sparse_moe.gate.weight`,
    config: ({experts}) => ({
      architectures: ["MixtralForCausalLM"],
      model_type: "mixtral",
      num_local_experts: experts
    })
  },
  qwen2_moe: {
    ...qwen,
    from: ["qwen2", "llama", "mistral"],
    shared: "required",
    noPlaceFor: /\.(self_attn\.o|mlp\.\w+)_proj\.bias$/,
    biased: true,
    config: ({experts, intermediate, layers}) => ({
      architectures: ["Qwen2MoeForCausalLM"],
      model_type: "qwen2_moe",
      num_experts: experts,
      moe_intermediate_size: intermediate,
      shared_expert_intermediate_size: intermediate,
      decoder_sparse_step: 1,
      norm_topk_prob: true,
      qkv_bias: true,
      // Its layers take turns by another rule than those of the bases.
      use_sliding_window: false,
      sliding_window: null,
      layer_types: Array<string>(layers).fill("full_attention")
    })
  },
  qwen3_moe: {
    ...qwen,
    from: ["qwen3"],
    shared: "none",
    noPlaceFor: /\.mlp\.\w+_proj\.bias$/,
    biased: false,
    config: ({experts, intermediate}) => ({
      architectures: ["Qwen3MoeForCausalLM"],
      model_type: "qwen3_moe",
      num_experts: experts,
      moe_intermediate_size: intermediate,
      decoder_sparse_step: 1,
      mlp_only_layers: [],
      norm_topk_prob: true
    })
  }
};

/**
 * The layout of a mixture: the one asked for ("qwen" is that of the base's generation), else the one the base's kind
 * leads to, with a shared expert Qwen2's.
 */
export function layoutFor(asked: string | undefined, shared: boolean, modelType: unknown): LayoutName {
  if (asked === "mixtral") return "mixtral";
  if (asked === "qwen2" || asked === "qwen2_moe") return "qwen2_moe";
  if (asked === "qwen3" || asked === "qwen3_moe") return "qwen3_moe";
  if (modelType === "qwen3" && !shared) return "qwen3_moe";
  return asked === "qwen" || shared || modelType === "qwen2" ? "qwen2_moe" : "mixtral";
}

/** What is wrong with the number of shared experts in a layout, if anything. */
export function sharedComplaint(name: LayoutName, shared: number): string | undefined {
  if (shared > 1) return "at most one shared expert is possible.";
  if (LAYOUTS[name].shared === "required" && shared === 0)
    return `the ${name} layout needs one shared expert. Add shared_experts with one source_model.`;
  if (LAYOUTS[name].shared === "none" && shared > 0)
    return `the ${name} layout has no shared expert. Use architecture: qwen2, or drop shared_experts.`;
  return undefined;
}
