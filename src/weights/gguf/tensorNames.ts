import type {GgufArchitecture} from "./architectures.js";

const outer: Readonly<Record<string, string>> = {
  "model.embed_tokens": "token_embd",
  "model.norm": "output_norm",
  lm_head: "output"
};

const inLayer: Readonly<Record<string, string>> = {
  input_layernorm: "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  post_attention_layernorm: "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down"
};

/** Gemma 3 has norms before and after each block. */
const gemmaLayer: Readonly<Record<string, string>> = {
  ...inLayer,
  post_attention_layernorm: "post_attention_norm",
  pre_feedforward_layernorm: "ffn_norm",
  post_feedforward_layernorm: "post_ffw_norm"
};

/**
 * The name llama.cpp has for a module of a checkpoint ("model.layers.3.mlp.up_proj" is "blk.3.ffn_up"); undefined for
 * one it does not know.
 */
export function moduleName({name}: GgufArchitecture, module: string): string | undefined {
  const layer = /^model\.layers\.(\d+)\.(.+)$/.exec(module);
  if (!layer) return outer[module];
  const names = name === "gemma3" ? gemmaLayer : inLayer;
  const inner = names[layer[2]!];
  return inner === undefined ? undefined : `blk.${layer[1]}.${inner}`;
}

/** As `moduleName`, for a tensor: its ending ("weight", "bias") stays. Undefined for a bias that the family has not there. */
export function tensorName(architecture: GgufArchitecture, name: string): string | undefined {
  const at = name.lastIndexOf(".");
  const module = moduleName(architecture, name.slice(0, at));
  if (module === undefined || (name.endsWith(".bias") && !hasBias(architecture, module))) return undefined;
  return `${module}${name.slice(at)}`;
}

function hasBias({name}: GgufArchitecture, module: string): boolean {
  return name === "llama" || (name === "qwen2" && /\.attn_[qkv]$/.test(module));
}
