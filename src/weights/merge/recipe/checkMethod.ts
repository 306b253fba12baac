import {METHODS} from "../methods/index.js";
import type {RecipeReader} from "./reader.js";
import {referenceText} from "./reference.js";
import type {Recipe, RecipeSource} from "./types.js";

/** What can be said about method and models before any file is opened. */
export function checkMethod(recipe: Recipe, reader: RecipeReader): void {
  const method = METHODS[recipe.method]!;
  if (method.base === "required" && !recipe.base && !recipe.slices.every(({base}) => base))
    reader.problem("merge_method", `${recipe.method} needs a base_model. Add base_model: PATH.`);
  recipe.slices.forEach((slice, i) => {
    const path = recipe.form === "models" ? "models" : `slices.${i}`;
    const base = slice.base ?? recipe.base;
    const isBase = ({model}: RecipeSource) =>
      base !== undefined && referenceText(model) === referenceText(base);
    if (method.base === "required" && base && !slice.sources.some(isBase))
      reader.problem(path, `the base_model is not among the slice's sources. Add it with its layer_range.`);
    const counted = method.base === "input" ? slice.sources : slice.sources.filter((s) => !isBase(s));
    const {min, max} = method.models;
    const among = method.base === "input" ? "" : " beside the base_model";
    if (counted.length < min || counted.length > max)
      reader.problem(
        path,
        `${recipe.method} takes ${min === max ? `exactly ${min}` : max === Infinity ? `at least ${min}` : `${min} to ${max}`} model${max === 1 ? "" : "s"}${among}, but ${counted.length} ${counted.length === 1 ? "is" : "are"} listed.`
      );
    if (recipe.method === "linear" && recipe.form === "models" && base) {
      const unlisted = slice.sources.find(isBase);
      const weighted = [unlisted?.parameters, slice.parameters, recipe.parameters];
      if (unlisted && weighted.every((level) => level?.weight === undefined))
        reader.problem(
          "base_model",
          "linear would give the unlisted base_model no weight. List it under models with a weight, or drop base_model."
        );
    }
  });
}
