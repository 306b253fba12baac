import type {TensorJob} from "../engine/job.js";
import type {FloatDtype} from "../numeric/convert.js";
import type {Recipe} from "../recipe/types.js";
import type {TokenizerPlan} from "../tokenizer/plan.js";
import {isKnownArchitecture, layerCountKey} from "./layers.js";
import type {OpenModel} from "./model.js";

const DTYPE_NAMES: Record<FloatDtype, string> = {F32: "float32", F16: "float16", BF16: "bfloat16"};

/** Names the dtype under the key a config.json has for it: `torch_dtype`, or `dtype` as newer ones call it. */
export function nameDtype(config: Record<string, unknown>, dtype: FloatDtype): void {
  const keys = ["torch_dtype", "dtype"].filter((key) => typeof config[key] === "string");
  for (const key of keys.length > 0 ? keys : ["torch_dtype"]) config[key] = DTYPE_NAMES[dtype];
}

/** The result's config.json: the donor's, with what the merge changes of layers, dtype, vocabulary and head. */
export function outputConfig(
  recipe: Recipe,
  donor: OpenModel,
  jobs: readonly TensorJob[],
  tokenizer?: TokenizerPlan
): Record<string, unknown> {
  const config = {...donor.config};
  if (recipe.form === "slices" && !recipe.parts) {
    const layers = recipe.slices.reduce(
      (sum, {sources}) => sum + (sources[0]!.layerRange![1] - sources[0]!.layerRange![0]),
      0
    );
    config[layerCountKey(config)] = layers;
  }
  const dtype = recipe.outDtype ?? recipe.dtype;
  if (dtype) nameDtype(config, dtype);
  const table = jobs.find(({name}) => /(embed_tokens|wte|embed_in|word_embeddings)\.weight$/.test(name));
  if (table && typeof config.vocab_size === "number" && isKnownArchitecture(config))
    config.vocab_size = table.shape[0];
  if (tokenizer && tokenizer.donor !== donor)
    for (const key of ["bos_token_id", "eos_token_id", "pad_token_id"])
      if (tokenizer.donor.config[key] !== undefined) config[key] = tokenizer.donor.config[key];
  const head = jobs.some(({name}) => /(^|\.)lm_head\.weight$/.test(name));
  if (head && config.tie_word_embeddings === true) config.tie_word_embeddings = false;
  return config;
}
