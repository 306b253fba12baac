import type {MergeOptions} from "../options.js";
import type {ModelReference, Recipe} from "../recipe/types.js";
import {RecipeError} from "../recipe/problems.js";
import {mergedChatTemplate} from "../tokenizer/chatTemplate.js";
import {differingVocabularies} from "../tokenizer/differing.js";
import {planTokenizer} from "../tokenizer/plan.js";
import {type NamedReference, openModels} from "./model.js";
import {type MergePlan, planMerge} from "./plan.js";
import {withFirstNames} from "./sameModels.js";
import {settingWarnings} from "./settings.js";

/** Opens a recipe's models and plans its tensors, tokenizer and config. Nothing is written. */
export async function planRecipe(
  document: Recipe,
  {seed = 0, exact = false, masks, notes}: Pick<MergeOptions, "seed" | "exact" | "masks" | "notes">,
  folderOf: (path: string) => Promise<string>
): Promise<MergePlan> {
  const recipe = await withFirstNames(document, folderOf);
  const models = await openModels(modelsOf(recipe), folderOf);
  const tokenizer = await planTokenizer(recipe, models);
  const template = await mergedChatTemplate(recipe.chatTemplate, [...models.values()]);
  const plan = planMerge(recipe, models, {
    seed,
    exact,
    masks,
    notes,
    tokenizer,
    chatTemplate: template
  });
  const {warnings, problems} = tokenizer ? {warnings: [], problems: []} : await differingVocabularies(plan);
  if (problems.length > 0)
    throw new RecipeError(problems.map((message) => ({line: recipe.lines[recipe.form], message})));
  const others = plan.models.filter((model) => model !== plan.donor);
  return {...plan, warnings: [...plan.warnings, ...warnings, ...settingWarnings(plan.donor, others)]};
}

function modelsOf(recipe: Recipe): NamedReference[] {
  const base = (reference: ModelReference, line: number | undefined) => ({reference, line});
  const sources = (recipe.parts ?? [recipe]).flatMap(({form, slices, lines}) =>
    slices.flatMap((slice, s) => [
      ...slice.sources.map(({model}, k) => {
        const at = form === "models" ? `models.${k}` : `slices.${s}.sources.${k}`;
        return {reference: model, line: lines[`${at}.model`] ?? lines.base_model};
      }),
      ...(slice.base ? [base(slice.base, lines[`slices.${s}.base_model`])] : [])
    ])
  );
  return recipe.base ? [...sources, base(recipe.base, recipe.lines.base_model)] : sources;
}
