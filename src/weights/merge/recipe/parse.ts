import type * as YamlLibrary from "yaml";
import type {LineCounter, Node, Pair} from "yaml";
import {onFirstUse} from "../../../base/system/index.js";
import {readYaml, type YamlProblem} from "../../../base/system/yamlText.js";
import {RecipeError} from "./problems.js";
import {readRecipe} from "./read.js";
import type {Recipe} from "./types.js";

const yaml = onFirstUse<typeof YamlLibrary>("yaml");

/**
 * Reads the documents of a recipe file: YAML text, or the same as an object (then lines are of its YAML form).
 * Throws one RecipeError that lists every unknown key, wrong value and impossible combination with its line.
 */
export function parseRecipes(recipe: string | object, file?: string): Recipe[] {
  const text = typeof recipe === "string" ? recipe : yaml().stringify(recipe, {aliasDuplicateObjects: false});
  const {documents, counter, problems} = readYaml(text, {merge: true, several: true});
  if (problems.length > 0) throw new RecipeError(problems, file);
  if (documents.length === 0)
    throw new RecipeError([{message: "it is empty. Name a merge_method and models."}], file);
  const recipes = documents.map(({document, value}) => {
    const lines: Record<string, number> = {};
    recordLines(document.contents as Node, "", counter, lines, 0);
    const [start, , end] = document.range;
    const own = documents.length === 1 ? text : text.slice(start, end);
    return readRecipe(value, lines, own, problems);
  });
  checkNames(recipes, problems);
  if (problems.length > 0) throw new RecipeError(problems, file);
  return recipes as Recipe[];
}

function recordLines(
  node: Node | null | undefined,
  path: string,
  counter: LineCounter,
  lines: Record<string, number>,
  depth: number
): void {
  if (!node || depth > 32) return;
  if (node.range) lines[path] ??= counter.linePos(node.range[0]).line;
  if (yaml().isAlias(node)) return;
  if (yaml().isMap(node))
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = path + (path && ".") + (yaml().isScalar(pair.key) ? String(pair.key.value) : "?");
      if (pair.key.range) lines[key] = counter.linePos(pair.key.range[0]).line;
      recordLines(pair.value, key, counter, lines, depth + 1);
    }
  else if (yaml().isSeq(node))
    node.items.forEach((item, i) =>
      recordLines(item as Node, `${path}${path && "."}${i}`, counter, lines, depth + 1)
    );
}

function checkNames(recipes: readonly (Recipe | undefined)[], problems: YamlProblem[]): void {
  if (recipes.length < 2) return;
  const seen = new Set<string>();
  let unnamed = 0;
  for (const recipe of recipes) {
    if (!recipe) continue;
    if (recipe.name === undefined) unnamed++;
    else if (seen.has(recipe.name))
      problems.push({
        line: recipe.lines.name,
        message: `two documents are named ${JSON.stringify(recipe.name)}.`
      });
    else seen.add(recipe.name);
    if (unnamed === 2 && recipe.name === undefined)
      problems.push({line: recipe.lines[""], message: "only one of several documents may have no name."});
  }
}
