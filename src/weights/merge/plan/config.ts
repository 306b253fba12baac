import type {TensorJob} from "../engine/job.js";
import {nameDtype, type NamedDtype, namesOtherDtype, usuallyTied} from "../../safetensors/index.js";
import {isMapping} from "../recipe/reader.js";
import type {Recipe} from "../recipe/types.js";
import type {TokenizerPlan} from "../tokenizer/plan.js";
import {sectionsOf, sliceLists} from "./layerLists.js";
import {isKnownArchitecture, isVocabulary} from "./layers.js";
import type {OpenModel} from "./model.js";
import {isOfTower, setLayerCount} from "./stacks.js";

/** What a result is made of, as far as its config.json tells it. */
export interface ConfigParents {
  recipe: Recipe;
  models: ReadonlyMap<string, OpenModel>;
  /** The model whose config the result gets. */
  donor: OpenModel;
  tokenizer?: TokenizerPlan;
}

/** The result's config.json: the donor's, with what the merge changes of layers, dtype, vocabulary and head. */
export function outputConfig(
  {recipe, models, donor, tokenizer}: ConfigParents,
  jobs: readonly TensorJob[]
): Record<string, unknown> {
  const config = {...donor.config};
  if (isMapping(config.text_config)) config.text_config = {...config.text_config};
  if (recipe.form === "slices" && !recipe.parts) setLayerCount(config, layersOf(recipe));
  const sliced = [recipe, ...(recipe.parts ?? [])].find(
    ({form, module}) => form === "slices" && !isOfTower(module ?? "")
  );
  if (sliced) sliceLists(config, sliced.slices, models);
  correctDtype(config, jobs, recipe.outDtype ?? recipe.dtype);
  countTokens(config, donor, jobs, tokenizer);
  if (tokenizer && tokenizer.donor !== donor)
    for (const key of ["bos_token_id", "eos_token_id", "pad_token_id"])
      if (tokenizer.donor.config[key] !== undefined) config[key] = tokenizer.donor.config[key];
  untieOwnHead(config, jobs);
  return config;
}

/** Says that the head is no table of embeddings where the result has one of its own. */
export function untieOwnHead(config: Record<string, unknown>, jobs: readonly TensorJob[]): void {
  if (jobs.some(({name}) => /(^|\.)(lm_head|embed_out)\.weight$/.test(name)))
    for (const section of sectionsOf(config)) untie(section);
}

function untie(config: Record<string, unknown>): void {
  if ((config.tie_word_embeddings ?? usuallyTied(config.model_type)) === true)
    config.tie_word_embeddings = false;
  // LFM2's own name, which goes before the other.
  if (config.tie_embedding === true) config.tie_embedding = false;
}

function layersOf({slices}: Recipe): number {
  return slices.reduce((sum, {sources: [source]}) => {
    const [from, to] = source!.layerRange!;
    return sum + to - from;
  }, 0);
}

/** Says how many rows the table of embeddings has, where the recipe or the merge may have changed that. */
function countTokens(
  config: Record<string, unknown>,
  donor: OpenModel,
  jobs: readonly TensorJob[],
  tokenizer: TokenizerPlan | undefined
): void {
  const table = jobs.find(
    ({name, shape}) => isVocabulary(name) && shape.length === 2 && !/(lm_head|embed_out)\.weight$/.test(name)
  );
  const rows = tokenizer?.vocabSize ?? table?.shape[0];
  const changed = table && rows !== donor.checkpoint.tensors.get(table.name)?.shape[0];
  if (rows === undefined || !(tokenizer || changed || isKnownArchitecture(config))) return;
  const sections = sectionsOf(config);
  const counting = sections.filter(({vocab_size: size}) => typeof size === "number");
  for (const section of counting) section.vocab_size = rows;
  // A size that no file states is the kind's own.
  if (counting.length === 0 && changed) sections.at(-1)!.vocab_size = rows;
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
