import {type MergeOptions} from "../options.js";
import {type ModelReference, type Recipe} from "../recipe/types.js";
import {chatTemplate} from "../tokenizer/chatTemplate.js";
import {planTokenizer} from "../tokenizer/plan.js";
import {openModels} from "./model.js";
import {type Plan, planMerge} from "./plan.js";

/** Opens a recipe's models and plans its tensors, tokenizer and config. Nothing is written. */
export async function planRecipe(
  recipe: Recipe,
  {seed = 0, exact = false, masks}: Pick<MergeOptions, "seed" | "exact" | "masks">,
  folderOf: (path: string) => Promise<string>
): Promise<Plan> {
  const models = await openModels(references(recipe), folderOf);
  const tokenizer = await planTokenizer(recipe, models);
  const template = await chatTemplate(recipe.chatTemplate, [...models.values()]);
  return planMerge(recipe, models, {
    seed,
    exact,
    ...(masks && {masks}),
    ...(tokenizer && {tokenizer}),
    ...(template !== undefined && {chatTemplate: template})
  });
}

function references(recipe: Recipe): ModelReference[] {
  const sources = recipe.slices.flatMap(({sources: list, base}) => [
    ...list.map(({model}) => model),
    ...(base ? [base] : [])
  ]);
  return recipe.base ? [...sources, recipe.base] : sources;
}
