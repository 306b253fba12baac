import {RecipeError} from "./problems.js";
import type {Recipe} from "./types.js";

/** Documents in the order they need each other; the unnamed one, or the last that nothing needs, comes last. */
export function inOrder(recipes: readonly Recipe[]): Recipe[] {
  const byName = new Map(
    recipes.flatMap((recipe) => (recipe.name === undefined ? [] : [[recipe.name, recipe] as const]))
  );
  const ordered: Recipe[] = [];
  const open = new Set<Recipe>();
  const visit = (recipe: Recipe) => {
    if (ordered.includes(recipe)) return;
    if (open.has(recipe))
      throw new RecipeError([
        {
          line: recipe.lines.name ?? recipe.lines[""],
          message: `the documents need each other in a circle (${[...open].map(({name}) => name ?? "unnamed").join(" → ")}).`
        }
      ]);
    open.add(recipe);
    for (const name of needed(recipe)) {
      const other = byName.get(name);
      if (other) visit(other);
    }
    open.delete(recipe);
    ordered.push(recipe);
  };
  const last = recipes.find(({name}) => name === undefined);
  for (const recipe of recipes) if (recipe !== last) visit(recipe);
  if (last) visit(last);
  return ordered;
}

function needed(recipe: Recipe): string[] {
  const sources = recipe.slices.flatMap(({sources: list, base}) => [
    ...list.map(({model}) => model.path),
    ...(base ? [base.path] : [])
  ]);
  return recipe.base ? [...sources, recipe.base.path] : sources;
}
