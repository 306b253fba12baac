import type {TensorJob} from "../engine/job.js";
import {nameDtype, type NamedDtype, namesOtherDtype} from "../../safetensors/index.js";
import type {Recipe} from "../recipe/types.js";
import type {TokenizerPlan} from "../tokenizer/plan.js";
import {isKnownArchitecture} from "./layers.js";
import type {OpenModel} from "./model.js";
import {setLayerCount} from "./stacks.js";

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
    setLayerCount(config, layers);
  }
  correctDtype(config, jobs, recipe.outDtype ?? recipe.dtype);
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

/** Names the dtype that a recipe asks for, or that of the matrices where the donor's config.json names another. */
export function correctDtype(
  config: Record<string, unknown>,
  jobs: readonly TensorJob[],
  asked: NamedDtype | undefined
): void {
  if (asked) return nameDtype(config, asked);
  const dtypes = new Set(jobs.filter(({shape}) => shape.length > 1).map(({out}) => out));
  const [dtype] = dtypes;
  if (dtypes.size !== 1 || (dtype !== "F32" && dtype !== "F16" && dtype !== "BF16")) return;
  if (namesOtherDtype(config, dtype)) nameDtype(config, dtype);
}
