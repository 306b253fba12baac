export interface LayerName {
  /** What stands before the number, such as "model.layers". */
  stack: string;
  index: number;
  rest: string;
}

/** The layer a tensor belongs to, by the first whole number between dots of its name. */
export function layerOf(name: string): LayerName | undefined {
  const match = /^(.*?)\.(\d+)\.(.+)$/.exec(name);
  return match ? {stack: match[1]!, index: Number(match[2]), rest: match[3]!} : undefined;
}

export function layerName({stack, index, rest}: LayerName): string {
  return `${stack}.${index}.${rest}`;
}

/** Number of layers of every stack: the highest index plus one. */
export function layerCounts(names: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) {
    const layer = layerOf(name);
    if (layer) counts.set(layer.stack, Math.max(counts.get(layer.stack) ?? 0, layer.index + 1));
  }
  return counts;
}

/** Whether a tensor outside the layers comes after them (it then follows the last slice instead of the first). */
export function isAfterLayers(name: string): boolean {
  return /(^|\.)(lm_head|embed_out|output|score|classifier|pooler|norm|ln_f|final_\w*norm)\./i.test(name);
}

/** Whether the first dimension of a 2-D tensor is the vocabulary. */
export function isVocabulary(name: string): boolean {
  return /(^|\.)(lm_head|embed_out|embed_tokens|wte|word_embeddings|tok_embeddings|embed_in|shared)\.weight$/.test(
    name
  );
}

/** The table that stands in for a missing output head. */
export function tiedNames(name: string): string[] {
  return /(^|\.)(lm_head|embed_out)\.weight$/.test(name)
    ? [
        "model.embed_tokens.weight",
        "embed_tokens.weight",
        "transformer.wte.weight",
        "wte.weight",
        "gpt_neox.embed_in.weight"
      ]
    : [];
}

/** What the bare model of an architecture lies under in the one with a head. */
const WRAPPERS = ["model.", "transformer.", "bert.", "roberta.", "distilbert.", "gpt_neox."];

/** The names a tensor has in checkpoints saved with, or without, the head around the model. */
export function aliasNames(name: string): string[] {
  const wrapper = WRAPPERS.find((head) => name.startsWith(head));
  return wrapper ? [name.slice(wrapper.length)] : WRAPPERS.map((head) => head + name);
}

const LAYER_KEYS = ["num_hidden_layers", "n_layer", "num_layers", "n_layers"];

/** The key under which a config.json counts layers. */
export function layerCountKey(config: Readonly<Record<string, unknown>>): string {
  return LAYER_KEYS.find((key) => typeof config[key] === "number") ?? "num_hidden_layers";
}

export function statesLayers(config: Readonly<Record<string, unknown>>): boolean {
  return typeof config[layerCountKey(config)] === "number";
}

const KNOWN =
  /^(llama|mistral|mixtral|qwen2|qwen2_moe|qwen3|qwen3_moe|gemma|gemma2|gemma3_text|phi|phi3|gpt2|gpt_neox|falcon|starcoder2|cohere|stablelm|olmo|olmo2|internlm2|exaone|smollm3|granite)$/;

/** Whether config.json names an architecture whose every tensor must be there. */
export function isKnownArchitecture(config: Readonly<Record<string, unknown>>): boolean {
  return typeof config.model_type === "string" && KNOWN.test(config.model_type);
}
