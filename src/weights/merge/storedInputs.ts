import {existsSync} from "node:fs";
import {relative, resolve} from "node:path";
import {
  assertUsable,
  isAdapter,
  type ModelManifest,
  findStoredModel,
  listModels,
  meantModel,
  mergeConflict
} from "../models/index.js";
import {UserError} from "../../base/validation/errors.js";
import {isMoeRecipe, readMoeRecipe} from "./moe/read.js";
import {parseRecipes} from "./recipe/parse.js";
import {type Problem, RecipeError} from "./recipe/problems.js";
import type {ModelReference, Recipe} from "./recipe/types.js";
import {storedNotes, wordFor} from "./storedNotes.js";

/** The models that a document names, and the lines where it begins and where it names them. */
interface NamedInputs {
  name?: string;
  references: ModelReference[];
  start?: number;
  line?: number;
}

/** The models of the store that a recipe names, and what is to be said of them in its merge, both by the recipe's words. */
export interface StoredInputs {
  models: ReadonlyMap<string, ModelManifest>;
  /** As `MergeOptions` takes them. */
  notes: ReadonlyMap<string, readonly string[]>;
}

/**
 * The models of the store that a recipe names, by the words it uses: a name, an id or its beginning, or the path of a
 * model's folder in the store. A folder of that path elsewhere comes first, and so does an earlier document. Throws a
 * RecipeError that lists every name that is neither, and every document whose models do not fit each other.
 */
export async function storedInputs(
  recipe: string,
  {modelsDir, project, recipeFile}: {modelsDir: string; project: string; recipeFile?: string}
): Promise<StoredInputs> {
  const recipes = namedIn(recipe, recipeFile);
  const documents = new Set(recipes.map(({name}) => name));
  const found = new Map<string, ModelManifest>();
  const problems: Problem[] = [];
  const known = await listModels(modelsDir);
  for (const one of recipes) {
    const own: ModelManifest[] = [];
    for (const {adapter, ...whole} of one.references)
      for (const {path, revision} of adapter ? [whole, adapter] : [whole]) {
        if (documents.has(path) || path === one.name) continue;
        const model =
          found.get(path) ?? (await stored(path, revision, modelsDir).catch(saidOf(problems, one)));
        if (!model) continue;
        found.set(path, model);
        own.push(model);
        if (isAdapter(model) && path !== adapter?.path) saidOf(problems, one)(alone(path, model, known));
      }
    const conflict = mergeConflict(own);
    if (conflict) problems.push({line: one.start, message: conflict});
  }
  if (problems.length > 0) throw new RecipeError(problems, recipeFile);
  const references = recipes.flatMap((one) => one.references);
  return {models: found, notes: await storedNotes(references, found, {known, modelsDir, project})};
}

function saidOf(problems: Problem[], {line}: NamedInputs) {
  return (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    if (!problems.some(({message}) => message === error.message))
      problems.push({line, message: error.message});
    return undefined;
  };
}

function alone(path: string, {parents: [base]}: ModelManifest, known: readonly ModelManifest[]): UserError {
  const word = base ? wordFor(base, known) : "MODEL";
  return new UserError(`${path} is an adapter: write it with its base, ${word}+${path}.`);
}

function namedIn(recipe: string, recipeFile: string | undefined): NamedInputs[] {
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
  const model =
    id === undefined && /[\\/]/.test(path)
      ? await atHub(path, revision, modelsDir)
      : await findStoredModel(modelsDir, id ?? path);
  if (model) await assertUsable(modelsDir, model);
  return model;
}

/**
 * A model that was registered as the hub names it, ORG/NAME. Other paths are undefined: they are told as missing folders, not as missing
 * names.
 */
async function atHub(
  path: string,
  revision: string | undefined,
  modelsDir: string
): Promise<ModelManifest | undefined> {
  const known = await listModels(modelsDir);
  const whole = revision === undefined ? path : `${path}@${revision}`;
  const model = meantModel(known, whole) ?? meantModel(known, path);
  if (!model && /^\w[\w.-]*\/\w[\w.-]*$/.test(path))
    throw new UserError(
      `there is no folder ${resolve(path)}, and the store has no model ${path}. If it is one of the Hugging Face hub, \`assay models add ${whole}\` fetches it.`
    );
  // What was fetched lies in a folder that is called by its commit.
  const commit = /[0-9a-f]{40}$/.exec(model?.folder ?? "")?.[0];
  if (model && commit !== undefined && /^[0-9a-f]{40}$/.test(revision ?? "") && revision !== commit)
    throw new UserError(
      `the store has ${path} at commit ${commit}. \`assay models add ${whole} --name NAME\` fetches the other: call it NAME.`
    );
  return model;
}
