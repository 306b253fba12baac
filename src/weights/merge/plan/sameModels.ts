import {realpath} from "node:fs/promises";
import {checkMethod} from "../recipe/checkMethod.js";
import {layered} from "../recipe/modules.js";
import {type Problem, RecipeError} from "../recipe/problems.js";
import {makeReader} from "../recipe/reader.js";
import {referenceText} from "../recipe/reference.js";
import type {ModelReference, OutputSlice, Recipe, RecipePart, RecipeSource} from "../recipe/types.js";
import {pathOf} from "./model.js";

type FolderOf = (path: string) => Promise<string>;

/** Gives each model the first of its names: two that lead to the same folders are one model. */
export async function firstNames(
  references: readonly ModelReference[],
  folderOf: FolderOf
): Promise<(reference: ModelReference) => ModelReference> {
  const first = new Map<string, ModelReference>();
  const names = new Map<string, ModelReference>();
  for (const reference of references) {
    const {adapter} = reference;
    const text = referenceText(reference);
    if (names.has(text)) continue;
    const places = await Promise.all(
      [reference, ...(adapter ? [adapter] : [])].map((part) => placeOf(part, folderOf))
    );
    // What cannot be found is told when it is opened.
    const key = places.includes(undefined) ? text : places.join("\0");
    if (!first.has(key)) first.set(key, reference);
    names.set(text, first.get(key)!);
  }
  return (reference) => names.get(referenceText(reference)) ?? reference;
}

async function placeOf(
  part: {path: string; revision?: string},
  folderOf: FolderOf
): Promise<string | undefined> {
  try {
    return await realpath(await folderOf(pathOf(part)));
  } catch {
    return undefined;
  }
}

/**
 * A recipe in which every model goes by one name, and is listed once where models are listed. Throws a RecipeError when too few are
 * left for its method.
 */
export async function withFirstNames(recipe: Recipe, folderOf: FolderOf): Promise<Recipe> {
  const nameOf = await firstNames(referencesOf(recipe), folderOf);
  const warnings = new Set(recipe.warnings);
  const isAddedBase = ({model, parameters}: RecipeSource) =>
    recipe.base !== undefined &&
    referenceText(model) === referenceText(recipe.base) &&
    Object.keys(parameters).length === 0;
  const once = (sources: readonly RecipeSource[], isList: boolean): RecipeSource[] => {
    const kept: RecipeSource[] = [];
    for (const source of sources) {
      const model = nameOf(source.model);
      const twin = isList ? kept.find((one) => referenceText(one.model) === referenceText(model)) : undefined;
      if (!twin) {
        kept.push({...source, model});
        continue;
      }
      twin.parameters = layered(twin.parameters, source.parameters);
      if (!isAddedBase(source))
        warnings.add(
          `${referenceText(source.model)} is the same folder as ${referenceText(model)}: it counts once, and of parameters that both have the first holds.`
        );
    }
    return kept;
  };
  const renamed = <T extends Pick<RecipePart, "form" | "slices">>(part: T): T => ({
    ...part,
    slices: part.slices.map((slice): OutputSlice => ({
      ...slice,
      sources: once(slice.sources, part.form === "models"),
      base: slice.base && nameOf(slice.base)
    }))
  });
  const parts = recipe.parts?.map(renamed);
  const whole = {
    ...recipe,
    parts,
    base: recipe.base && nameOf(recipe.base),
    tokenizer: tokenizerOf(recipe, nameOf)
  };
  const result = parts ? {...whole, slices: parts.flatMap(({slices}) => slices)} : renamed(whole);
  const problems: Problem[] = [];
  for (const part of parts ?? [result]) checkMethod({...result, ...part}, makeReader(part.lines, problems));
  if (problems.length > 0) throw new RecipeError(problems);
  return {...result, warnings: [...warnings]};
}

function tokenizerOf(
  {tokenizer}: Recipe,
  nameOf: (reference: ModelReference) => ModelReference
): Recipe["tokenizer"] {
  if (!tokenizer) return undefined;
  const {source} = tokenizer;
  return {
    ...tokenizer,
    source: typeof source === "string" ? source : nameOf(source),
    tokens: Object.fromEntries(
      Object.entries(tokenizer.tokens).map(([token, {source: from, force}]) => [
        token,
        {source: from && {...from, model: from.model && nameOf(from.model)}, force}
      ])
    )
  };
}

/** The models of a recipe before those that only its tokenizer names. */
function referencesOf({slices, base, tokenizer}: Recipe): ModelReference[] {
  const named = tokenizer ? Object.values(tokenizer.tokens).flatMap(({source}) => source?.model ?? []) : [];
  return [
    ...slices.flatMap((slice) => [
      ...slice.sources.map(({model}) => model),
      ...(slice.base ? [slice.base] : [])
    ]),
    ...(base ? [base] : []),
    ...(tokenizer && typeof tokenizer.source !== "string" ? [tokenizer.source] : []),
    ...named
  ];
}
