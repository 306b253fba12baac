import {outputConfig} from "./config.js";
import {type Problem, RecipeError} from "../recipe/problems.js";
import {referenceText} from "../recipe/reference.js";
import type {OutputSlice, Recipe} from "../recipe/types.js";
import type {TensorJob} from "../engine/job.js";
import {
  aliasNames,
  isAfterLayers,
  layerCountKey,
  layerCounts,
  layerName,
  layerOf,
  mainStack
} from "./layers.js";
import type {TokenizerPlan} from "../tokenizer/plan.js";
import type {OpenModel} from "./model.js";
import {modulesOf} from "./modules.js";
import type {Masks, TensorContext, TensorSite} from "./site.js";
import {makeTensor} from "./tensorPlan.js";

export interface PlanOptions {
  seed: number;
  exact: boolean;
  masks?: Masks;
  tokenizer?: TokenizerPlan;
  chatTemplate?: string;
}

/** What will be made: one job for every tensor, the result's config and what the reader should know. */
export interface Plan {
  recipe: Recipe;
  jobs: TensorJob[];
  config: Record<string, unknown>;
  /** The model whose config and tokenizer files the result gets. */
  donor: OpenModel;
  models: OpenModel[];
  warnings: string[];
  tokenizer?: TokenizerPlan;
  chatTemplate?: string;
}

/** The models whose tensors are merged, in their order: all but the base that the others are measured from. */
export function mergedModels({jobs}: Plan): string[] {
  return [
    ...new Set(
      jobs.flatMap((job) => job.inputs.flatMap(({model, made}, i) => (made || i === job.base ? [] : [model])))
    )
  ];
}

/** Plans every tensor of the result. Throws one RecipeError that lists all that does not fit together. */
export function planMerge(
  recipe: Recipe,
  models: ReadonlyMap<string, OpenModel>,
  options: PlanOptions
): Plan {
  const problems: Problem[] = [];
  const warnings = new Set<string>();
  const {tokenizer, chatTemplate, ...settings} = options;
  const context: TensorContext = {
    recipe,
    models,
    ...settings,
    rows: tokenizer ? (model: string, tensor: string) => tokenizer.rows(model, tensor) : undefined,
    problems,
    warnings,
    seen: new Set()
  };
  if (options.exact) problems.push(...recipe.refusedWhenExact);
  for (const warning of recipe.warnings) warnings.add(warning);
  for (const {id, unchecked} of models.values())
    if (unchecked !== undefined)
      warnings.add(`${id} is a folder, which has no revisions: @${unchecked} is not checked.`);
  for (const warning of tokenizer?.warnings ?? []) warnings.add(warning);
  const jobs = contextsOf(context).flatMap((own) => {
    const sites = own.recipe.form === "models" ? sitesOfModels(own) : sitesOfSlices(own);
    return sites.flatMap((site) => makeTensor(site, own) ?? []);
  });
  if (problems.length === 0 && jobs.length === 0)
    problems.push({
      line: recipe.lines[""],
      message: "the models have no tensor in common that could be merged."
    });
  if (problems.length > 0) throw new RecipeError(problems);
  const first = recipe.slices[0]!.sources[0]!.model;
  const donor = models.get(referenceText(recipe.base ?? first))!;
  return {
    recipe,
    jobs,
    config: outputConfig({recipe, models, donor, tokenizer}, jobs),
    donor,
    models: [...models.values()],
    warnings: [...warnings],
    tokenizer,
    chatTemplate
  };
}

/** One context for every module of the models. */
function contextsOf(context: TensorContext): TensorContext[] {
  const {recipe, models, problems} = context;
  const {parts} = recipe;
  if (!parts) return [context];
  const tensors = new Set([...models.values()].flatMap(({checkpoint}) => [...checkpoint.tensors.keys()]));
  const owners = modulesOf(
    parts.map(({module}) => module!),
    tensors,
    recipe.lines.modules,
    problems
  );
  return parts.map((part) => ({
    ...context,
    recipe: {...recipe, ...part},
    owns: (tensor) => owners.get(tensor) === part.module,
    seen: new Set()
  }));
}

function tensorNames({checkpoint}: OpenModel, {owns}: TensorContext): string[] {
  const names = [...checkpoint.tensors.keys()];
  return owns ? names.filter(owns) : names;
}

/** The tensors of a slice's sources. One that an earlier source has under an alias goes by that. */
function namesOf(slice: OutputSlice, context: TensorContext): Set<string> {
  const base = slice.base ?? context.recipe.base;
  const ids = slice.sources.map(({model}) => referenceText(model));
  const first = base && ids.includes(referenceText(base)) ? [referenceText(base)] : [];
  const names = new Set<string>();
  for (const id of new Set([...first, ...ids])) {
    const model = context.models.get(id)!;
    const {tensors} = model.checkpoint;
    for (const name of tensorNames(model, context))
      if (!aliasNames(name).some((alias) => names.has(alias) && !tensors.has(alias))) names.add(name);
  }
  return names;
}

function sitesOfModels(context: TensorContext): TensorSite[] {
  const slice = context.recipe.slices[0]!;
  const names = namesOf(slice, context);
  const counts = layerCounts(names);
  return [...names].map((name) => {
    const layer = layerOf(name);
    const count = layer ? counts.get(layer.stack)! : 0;
    return {
      name,
      slice,
      sliceIndex: 0,
      t: layer ? (count > 1 ? layer.index / (count - 1) : 1) : 0,
      inputNames: slice.sources.map(() => name),
      layer: layer?.index
    };
  });
}

function sitesOfSlices(context: TensorContext): TensorSite[] {
  const {recipe, models, problems} = context;
  const modelOf = (slice: OutputSlice, k: number) => models.get(referenceText(slice.sources[k]!.model))!;
  const stack = mainStack(tensorNames(modelOf(recipe.slices[0]!, 0), context));
  if (stack === undefined) {
    problems.push({
      line: recipe.lines.slices,
      message: 'the models have no numbered layers. Use "models" instead of "slices".'
    });
    return [];
  }
  const layersOf = (model: OpenModel) => {
    const stated = model.config[layerCountKey(model.config)];
    if (typeof stated === "number" && !context.owns) return stated;
    return layerCounts(tensorNames(model, context)).get(stack) ?? 0;
  };
  const sites: TensorSite[] = [];
  const last = recipe.slices.length - 1;
  let at = 0;
  recipe.slices.forEach((slice, s) => {
    slice.sources.forEach(({layerRange, model}, k) => {
      const layers = layersOf(modelOf(slice, k));
      if (layerRange && layerRange[1] > layers)
        problems.push({
          line: recipe.lines[`slices.${s}.sources.${k}.layer_range`],
          message: `layer_range ends at ${layerRange[1]} but ${referenceText(model)} has ${layers} layers.`
        });
    });
    const names = namesOf(slice, context);
    const ranges = slice.sources.map(({layerRange}) => layerRange!);
    const length = ranges[0]![1] - ranges[0]![0];
    const rests = new Set<string>();
    for (const name of names) {
      const layer = layerOf(name);
      if (layer?.stack === stack) rests.add(layer.rest);
      else if (s === (isAfterLayers(name) ? last : 0))
        sites.push({name, slice, sliceIndex: s, t: 0, inputNames: slice.sources.map(() => name)});
    }
    for (let i = 0; i < length; i++)
      for (const rest of rests)
        sites.push({
          name: layerName({stack, index: at + i, rest}),
          slice,
          sliceIndex: s,
          t: length > 1 ? i / (length - 1) : 1,
          inputNames: ranges.map(([from]) => layerName({stack, index: from + i, rest})),
          layer: at + i
        });
    at += length;
  });
  const before = layersOf(modelOf(recipe.slices[0]!, 0));
  if (recipe.module !== undefined && context.owns && at !== before)
    problems.push({
      line: recipe.lines.slices,
      message: `the module ${recipe.module} would have ${at} layers instead of ${before}, which config.json of several modules cannot be told. Keep the number of layers.`
    });
  return sites;
}
