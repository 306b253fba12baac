import {leftOut, usualHeadSize, usualSettings} from "../../safetensors/index.js";
import {canonicalJson} from "../../../base/system/hash.js";
import {isMapping} from "../recipe/reader.js";
import {sectionsOf} from "./layerLists.js";
import type {OpenModel} from "./model.js";

type MeaningConfig = Readonly<Record<string, unknown>>;

/** Members of config.json that change what the same weights compute. */
const MEANING = [
  "model_type",
  "num_attention_heads",
  "num_key_value_heads",
  "head_dim",
  "n_head",
  "num_heads",
  "multi_query",
  "hidden_act",
  "hidden_activation",
  "activation_function",
  "rms_norm_eps",
  "norm_eps",
  "layer_norm_eps",
  "layer_norm_epsilon",
  "partial_rotary_factor",
  "rotary_pct",
  "rotary_dim",
  "rotary_emb_base",
  "rope_local_base_freq",
  "alibi",
  "position_embedding_type",
  "parallel_attn",
  "use_parallel_residual",
  "sliding_window_pattern",
  "query_pre_attn_scalar",
  "attn_logit_softcapping",
  "final_logit_softcapping",
  "attention_multiplier",
  "embedding_multiplier",
  "residual_multiplier",
  "logits_scaling",
  "logit_scale",
  "num_experts_per_tok",
  "norm_topk_prob",
  "routed_scaling_factor"
];

/** One warning for each model whose config.json gives the same weights another meaning than the donor's, which the result gets. */
export function settingWarnings(donor: OpenModel, models: readonly OpenModel[]): string[] {
  const ours = settingsOf(donor.config);
  return models.flatMap((model) => {
    const theirs = settingsOf(model.config);
    const differing = [...ours].flatMap(([name, own]) => {
      const other = theirs.get(name);
      return own === undefined || other === undefined || own === other
        ? []
        : [`${name} ${other} (${own} in ${donor.id})`];
    });
    return differing.length === 0
      ? []
      : [
          `${model.id} was made for other settings than the result gets: ${differing.join(", ")}. The same weights compute something else there.`
        ];
  });
}

/** Values as JSON, by member; what neither config.json nor its family tells is undefined. */
function settingsOf(config: MeaningConfig): Map<string, string | undefined> {
  const text = sectionsOf(config as Record<string, unknown>).at(-1)!;
  if (Object.keys(text).length === 0) return new Map();
  const full: MeaningConfig = {...usualSettings(text.model_type), ...leftOut(text), ...text};
  const {hidden_size: hidden, num_attention_heads: heads} = full;
  const found = new Map(MEANING.map((name) => [name, full[name]]));
  if (typeof hidden === "number" && typeof heads === "number")
    found.set("head_dim", full.head_dim ?? usualHeadSize(full.model_type, hidden, heads));
  for (const name of ["hidden_act", "hidden_activation"])
    if (found.get(name) === "swish") found.set(name, "silu");
  for (const [name, value] of Object.entries(ropeOf(full))) found.set(name, value);
  found.set("sliding_window", (full.use_sliding_window === false ? undefined : full.sliding_window) ?? null);
  return new Map(
    [...found].map(([name, value]) => [name, value === undefined ? undefined : canonicalJson(value)])
  );
}

/** RoPE's base and scaling, which newer configurations hold together, some by kind of layer. */
function ropeOf({
  rope_theta: stated,
  rope_scaling: scaling,
  rope_parameters: parameters
}: MeaningConfig): MeaningConfig {
  const together = isMapping(parameters) ? parameters : isMapping(scaling) ? scaling : {};
  if (Object.values(together).some(isMapping)) return {rope_parameters: together};
  const {rope_theta: own, type, rope_type: kind = type, ...rest} = together;
  const isPlain = kind === undefined || kind === "default";
  return {rope_theta: own ?? stated, rope_scaling: isPlain ? null : {...rest, rope_type: kind}};
}
