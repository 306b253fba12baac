import {UserError} from "../../base/validation/errors.js";
import {analyse, type Scan, scan} from "./engine/analyse.js";
import {ThreadFiles} from "./engine/files.js";
import {isAnalysed, isScanned, type TensorAnalysis} from "./engine/job.js";
import {usualSample} from "./engine/sample.js";
import {ThreadBuffers} from "./engine/scratch.js";
import {planMoe} from "./moe/merge.js";
import {isMoeRecipe, readMoeRecipe} from "./moe/read.js";
import type {MergeOptions} from "./options.js";
import {resolvedFolder} from "./plan/model.js";
import {mergedModels, type MergePlan} from "./plan/plan.js";
import {planRecipe} from "./plan/planRecipe.js";
import {inOrder} from "./recipe/documents.js";
import {parseRecipes} from "./recipe/parse.js";
import {predict, type MergePrediction} from "./predict.js";
import {type Problem, RecipeError} from "./recipe/problems.js";
import type {Recipe} from "./recipe/types.js";
import type {InputRelations, ParentRelations} from "../models/types.js";
import {layerReports, relationsOf} from "./relations.js";
import type {TokenizerPlan} from "./tokenizer/plan.js";

/** What a merge would meet and need, found without writing the result. */
export interface MergeCheck {
  /** No problems: the merge can start. */
  ok: boolean;
  documents: DocumentCheck[];
}

export interface DocumentCheck {
  name?: string;
  method: string;
  problems: Problem[];
  warnings: string[];
  /** Missing when problems kept the recipe from being planned, or an input is made by an earlier document. */
  plan?: PlanCheck;
  /** Names of earlier documents that must be merged before this one can be looked at. */
  waitsFor: string[];
}

/** Beside the tensors, the same figures by layer that a merge's report and its record in the lineage hold. */
export interface PlanCheck extends ParentRelations {
  tensors: {
    name: string;
    layer?: number;
    shape: readonly number[];
    dtype: string;
    inputDtypes: string[];
    /** NaN or infinite values among the elements looked at. */
    nonFinite: number;
    inputs?: InputRelations;
  }[];
  /** Elements that the result has of tensors with numbers, and how many of them were looked at in every input. */
  elements: number;
  sampled: number;
  tokenizer?: TokenizerPlan["preview"] & {vocabSize: number};
  predicted: MergePrediction;
}

export type MergeCheckOptions = Partial<MergeOptions>;

/**
 * Looks at everything a merge depends on: recipe, shapes, dtypes, missing tensors, vocabularies, NaN, norms, cosines
 * and sign conflicts, memory, disk and time. Problems are returned, not thrown.
 */
export async function checkMerge(
  recipe: string | object,
  options: MergeCheckOptions = {}
): Promise<MergeCheck> {
  if (isMoeRecipe(recipe)) return checkMixture(recipe, options);
  let recipes: Recipe[];
  try {
    recipes = inOrder(parseRecipes(recipe, options.recipeFile));
  } catch (error) {
    return {ok: false, documents: [{method: "", problems: problemsOf(error), warnings: [], waitsFor: []}]};
  }
  const documents: DocumentCheck[] = [];
  const names = new Set(recipes.flatMap(({name}) => name ?? []));
  for (const document of recipes) documents.push(await checkDocument(document, names, options));
  return {ok: documents.every(({problems}) => problems.length === 0), documents};
}

async function checkMixture(recipe: string | object, options: MergeCheckOptions): Promise<MergeCheck> {
  const document = await checkPlanned({method: "moe"}, options, () =>
    planMoe(readMoeRecipe(recipe, options.recipeFile), options)
  );
  return {ok: document.problems.length === 0, documents: [document]};
}

function problemsOf(error: unknown): Problem[] {
  if (error instanceof RecipeError) return [...error.problems];
  if (error instanceof UserError) return error.message.split("\n").map((message) => ({message}));
  throw error;
}

async function checkDocument(
  recipe: Recipe,
  names: ReadonlySet<string>,
  options: MergeCheckOptions
): Promise<DocumentCheck> {
  const head = {name: recipe.name, method: recipe.method};
  const paths = [recipe.base, ...recipe.slices.flatMap(({sources}) => sources.map(({model}) => model))];
  const waitsFor = [
    ...new Set(paths.flatMap((model) => (model && names.has(model.path) ? [model.path] : [])))
  ];
  if (waitsFor.length > 0) return {...head, problems: [], warnings: [], waitsFor};
  return checkPlanned(head, options, () =>
    planRecipe(recipe, options, (path) => resolvedFolder(path, options.resolveModel))
  );
}

async function checkPlanned(
  head: Pick<DocumentCheck, "name" | "method">,
  options: MergeCheckOptions,
  planned: () => Promise<MergePlan>
): Promise<DocumentCheck> {
  try {
    const plan = await planned();
    const checked = await checkPlan(plan, options);
    return {...head, ...judge(plan, checked, options), plan: checked, waitsFor: []};
  } catch (error) {
    return {...head, problems: problemsOf(error), warnings: [], waitsFor: []};
  }
}

function judge(
  plan: MergePlan,
  checked: PlanCheck,
  options: MergeCheckOptions
): {problems: Problem[]; warnings: string[]} {
  const problems: Problem[] = [];
  const warnings = [...plan.warnings];
  const {outputBytes, freeBytes} = checked.predicted;
  if (outputBytes > freeBytes)
    problems.push({message: `the result needs ${outputBytes} bytes but the disk has ${freeBytes} free.`});
  const bad = checked.tensors.filter(({nonFinite}) => nonFinite > 0).map(({name}) => name);
  if (bad.length > 0) {
    const message = `NaN or infinite values in the inputs of ${bad.slice(0, 5).join(", ")}${bad.length > 5 ? ` and ${bad.length - 5} more tensors` : ""}.`;
    if (options.allowNonFinite) warnings.push(message);
    else problems.push({message});
  }
  if (plan.recipe.method === "model_stock")
    for (const {name, inputs} of checked.tensors)
      if (inputs && meanCosine(inputs) < 0)
        warnings.push(
          `${name}: the models pull apart (mean cosine below 0), so model_stock leads away from their mean.`
        );
  return {problems, warnings};
}

function meanCosine({models, cosine}: InputRelations): number {
  const pairs = cosine.filter((c, at) => c !== null && Math.floor(at / models.length) < at % models.length);
  return pairs.length === 0 ? 0 : pairs.reduce<number>((sum, c) => sum + c!, 0) / pairs.length;
}

async function checkPlan(plan: MergePlan, options: MergeCheckOptions): Promise<PlanCheck> {
  const {analyses, scans} = await lookAt(plan, options);
  const tensors = plan.jobs.map((job) => {
    const analysis = analyses.get(job.name);
    return {
      name: job.name,
      layer: job.layer,
      shape: job.shape,
      dtype: job.out,
      inputDtypes: job.inputs.map(({dtype}) => dtype),
      nonFinite: (analysis ?? scans.get(job.name))?.nonFinite ?? 0,
      inputs: relationsOf(analysis, job.base >= 0)
    };
  });
  const analysed = plan.jobs.flatMap((job) => {
    const analysis = analyses.get(job.name);
    return analysis ? [{layer: job.layer, analysis, deltas: job.base >= 0}] : [];
  });
  const models = mergedModels(plan);
  const seen = [...analyses.values(), ...scans.values()];
  return {
    tensors,
    models,
    layers: layerReports(analysed, models),
    nonFinite: tensors.reduce((sum, {nonFinite}) => sum + nonFinite, 0),
    elements: seen.reduce((sum, {elements}) => sum + elements, 0),
    sampled: seen.reduce((sum, {sampled}) => sum + sampled, 0),
    tokenizer: plan.tokenizer ? {...plan.tokenizer.preview, vocabSize: plan.tokenizer.vocabSize} : undefined,
    predicted: await predict(plan, options)
  };
}

/** Relations of what is merged; of what is copied only whether its numbers are finite. */
async function lookAt(
  {jobs}: MergePlan,
  {sample = usualSample(jobs), signal}: MergeCheckOptions
): Promise<{analyses: Map<string, TensorAnalysis>; scans: Map<string, Scan>}> {
  const files = new ThreadFiles();
  const scratch = new ThreadBuffers();
  const analyses = new Map<string, TensorAnalysis>();
  const scans = new Map<string, Scan>();
  try {
    for (const job of jobs) {
      scratch.reset();
      if (isAnalysed(job)) analyses.set(job.name, analyse(job, files, scratch, sample));
      else if (isScanned(job)) scans.set(job.name, scan(job, files, scratch, sample));
      await new Promise((done) => setImmediate(done));
      signal?.throwIfAborted();
    }
  } finally {
    files.close();
    scratch.release();
  }
  return {analyses, scans};
}
