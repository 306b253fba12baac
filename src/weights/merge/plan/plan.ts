import {outputConfig} from "./config.js";
import {type Problem, RecipeError} from "../recipe/problems.js";
import {referenceText} from "../recipe/reference.js";
import type {Recipe} from "../recipe/types.js";
import type {TensorJob} from "../engine/job.js";
import type {TokenizerPlan} from "../tokenizer/plan.js";
import {filterWarnings} from "./filters.js";
import type {OpenModel} from "./model.js";
import {modulesOf} from "./modules.js";
import {quantisedProblems, quantMethod} from "./quantised.js";
import type {Masks, TensorContext} from "./site.js";
import {sitesOfModels, sitesOfSlices} from "./sites.js";
import {makeTensor} from "./tensorPlan.js";

export interface PlanOptions {
  seed: number;
  exact: boolean;
  masks?: Masks;
  tokenizer?: TokenizerPlan;
  chatTemplate?: string;
  /** What is to be said of models, by their ids. */
  notes?: ReadonlyMap<string, readonly string[]>;
}

/** What will be made: one job for every tensor, the result's config and what the reader should know. */
export interface MergePlan {
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
export function mergedModels({jobs}: MergePlan): string[] {
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
): MergePlan {
  const opened = [...models.values()];
  const problems: Problem[] = quantisedProblems(recipe, opened);
  const warnings = new Set<string>();
  const {tokenizer, chatTemplate, notes, ...settings} = options;
  const context: TensorContext = {
    recipe,
    models,
    ...settings,
    rows: tokenizer ? (model: string, tensor: string) => tokenizer.rows(model, tensor) : undefined,
    problems,
    warnings,
    quantised: new Set(opened.flatMap((model) => (quantMethod(model) === undefined ? [] : [model.id]))),
    seen: new Set()
  };
  if (options.exact) problems.push(...recipe.refusedWhenExact);
  for (const warning of recipe.warnings) warnings.add(warning);
  for (const {id, unchecked} of opened)
    if (unchecked !== undefined)
      warnings.add(`${id} is a folder, which has no revisions: @${unchecked} is not checked.`);
  for (const note of notesOf(models, notes)) warnings.add(note);
  for (const warning of tokenizer?.warnings ?? []) warnings.add(warning);
  const jobs = contextsOf(context).flatMap((own) => {
    const sites = own.recipe.form === "models" ? sitesOfModels(own) : sitesOfSlices(own);
    const names = new Set(sites.flatMap(({name, inputNames}) => [name, ...inputNames]));
    for (const warning of filterWarnings(own.recipe, [...names])) warnings.add(warning);
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
    models: opened,
    warnings: [...warnings],
    tokenizer,
    chatTemplate
  };
}

/** What is to be said of the models of a plan. */
export function notesOf(
  models: ReadonlyMap<string, OpenModel>,
  notes: ReadonlyMap<string, readonly string[]> = new Map()
): string[] {
  return [...models.values()].flatMap((model) => [...(model.notes ?? []), ...(notes.get(model.id) ?? [])]);
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
