import {existsSync} from "node:fs";
import {relative, resolve} from "node:path";
import {
  assertUsable,
  isAdapter,
  type ModelManifest,
  findStoredModel,
  mergeConflict
} from "../models/index.js";
import {UserError} from "../store/errors.js";
import {isMoeRecipe, readMoeRecipe} from "./moe/read.js";
import {parseRecipes} from "./recipe/parse.js";
import {type Problem, RecipeError} from "./recipe/problems.js";
import type {ModelReference, Recipe} from "./recipe/types.js";

/** The models that a document names, and the lines where it begins and where it names them. */
interface Named {
  name?: string;
  references: ModelReference[];
  start?: number;
  line?: number;
}

/**
 * The models of the store that a recipe names, by the words it uses: a name, an id or its beginning, or the path of a
 * model's folder in the store. A folder of that path elsewhere comes first, and so does an earlier document. Throws a
 * RecipeError that lists every name that is neither, and every document whose models do not fit each other.
 */
export async function storedInputs(
  recipe: string,
  {modelsDir, recipeFile}: {modelsDir: string; recipeFile?: string}
): Promise<ReadonlyMap<string, ModelManifest>> {
  const recipes = namedIn(recipe, recipeFile);
  const documents = new Set(recipes.map(({name}) => name));
  const found = new Map<string, ModelManifest>();
  const problems: Problem[] = [];
  for (const one of recipes) {
    const own: ModelManifest[] = [];
    for (const {adapter, ...model} of one.references)
      for (const {path, revision} of adapter ? [model, adapter] : [model]) {
        if (documents.has(path) || path === one.name) continue;
        const known =
          found.get(path) ?? (await stored(path, revision, modelsDir).catch(saidOf(problems, one)));
        if (!known) continue;
        found.set(path, known);
        own.push(known);
        if (isAdapter(known) && path !== adapter?.path) saidOf(problems, one)(alone(path, known));
      }
    const conflict = mergeConflict(own);
    if (conflict) problems.push({line: one.start, message: conflict});
  }
  if (problems.length > 0) throw new RecipeError(problems, recipeFile);
  return found;
}

function saidOf(problems: Problem[], {line}: Named) {
  return (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    if (!problems.some(({message}) => message === error.message))
      problems.push({line, message: error.message});
    return undefined;
  };
}

function alone(path: string, {parents: [base]}: ModelManifest): UserError {
  return new UserError(`${path} is an adapter: write it with its base, ${base?.name ?? "MODEL"}+${path}.`);
}

function namedIn(recipe: string, recipeFile: string | undefined): Named[] {
  if (!isMoeRecipe(recipe))
    return parseRecipes(recipe, recipeFile).map((one) => ({
      name: one.name,
      references: referencesOf(one),
      start: one.lines[""],
      line: one.lines.models ?? one.lines[""]
    }));
  const {base, experts, shared, lines} = readMoeRecipe(recipe, recipeFile);
  return [{references: [base, ...[...experts, ...shared].map(({model}) => model)], line: lines.experts}];
}

function referencesOf({parts, ...whole}: Recipe): ModelReference[] {
  const slices = (parts ?? [whole]).flatMap((part) => part.slices);
  const named = slices.flatMap(({sources, base}) => [
    ...sources.map(({model}) => model),
    ...(base ? [base] : [])
  ]);
  return whole.base ? [whole.base, ...named] : named;
}

async function stored(
  path: string,
  revision: string | undefined,
  modelsDir: string
): Promise<ModelManifest | undefined> {
  const inStore = relative(modelsDir, resolve(path));
  const id = /^[0-9a-f]{64}$/.test(inStore) ? inStore : undefined;
  if (id === undefined && (existsSync(resolve(path)) || existsSync(resolve(`${path}@${revision}`))))
    return undefined;
  // What looks like a path is told as a missing folder, not as a missing name.
  if (id === undefined && /[\\/]/.test(path)) return undefined;
  const model = await findStoredModel(modelsDir, id ?? path);
  await assertUsable(modelsDir, model);
  return model;
}
