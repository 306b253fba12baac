import type {LanguageConfig} from "./config.js";

/** A weight a checkpoint of this configuration has, with the shape of its file ([rows, columns]). */
export interface WeightPlan {
  name: string;
  shape: number[];
  /** Matrices of linear layers and embeddings may be kept in fewer bits; vectors never. */
  matrix: boolean;
}

/** Linear layers of one decoder layer: name, output size, input size. */
export function linearLayers(
  config: LanguageConfig
): {path: string; out: number; in: number; bias: boolean}[] {
  const {hidden, intermediate, attentionBias, mlpBias} = config;
  const queries = config.heads * config.headSize;
  const keys = config.keyValueHeads * config.headSize;
  const bias = attentionBias.queryKeyValue;
  return [
    {path: "self_attn.q_proj", out: queries, in: hidden, bias},
    {path: "self_attn.k_proj", out: keys, in: hidden, bias},
    {path: "self_attn.v_proj", out: keys, in: hidden, bias},
    {path: "self_attn.o_proj", out: hidden, in: queries, bias: attentionBias.output},
    {path: "mlp.gate_proj", out: intermediate, in: hidden, bias: mlpBias},
    {path: "mlp.up_proj", out: intermediate, in: hidden, bias: mlpBias},
    {path: "mlp.down_proj", out: hidden, in: intermediate, bias: mlpBias}
  ];
}

/** Every weight of a configuration, by its name in Hugging Face's layout, in the order of the forward pass. */
export function weightPlan(config: LanguageConfig): WeightPlan[] {
  const {hidden, headSize, gemma, headNorms, vocabulary} = config;
  const plans: WeightPlan[] = [
    {name: "model.embed_tokens.weight", shape: [vocabulary, hidden], matrix: true}
  ];
  const vector = (name: string, size: number) => plans.push({name, shape: [size], matrix: false});
  for (let i = 0; i < config.layers; i++) {
    const layer = `model.layers.${i}`;
    vector(`${layer}.input_layernorm.weight`, hidden);
    for (const {path, out, in: width, bias} of linearLayers(config)) {
      plans.push({name: `${layer}.${path}.weight`, shape: [out, width], matrix: true});
      if (bias) vector(`${layer}.${path}.bias`, out);
    }
    if (headNorms) {
      vector(`${layer}.self_attn.q_norm.weight`, headSize);
      vector(`${layer}.self_attn.k_norm.weight`, headSize);
    }
    vector(`${layer}.post_attention_layernorm.weight`, hidden);
    if (gemma) {
      vector(`${layer}.pre_feedforward_layernorm.weight`, hidden);
      vector(`${layer}.post_feedforward_layernorm.weight`, hidden);
    }
  }
  vector("model.norm.weight", hidden);
  if (!config.tied) plans.push({name: "lm_head.weight", shape: [vocabulary, hidden], matrix: true});
  return plans;
}

/** The number of weights; a tied embedding counts once. */
export function parameterCount(config: LanguageConfig): number {
  return weightPlan(config).reduce((sum, {shape}) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
