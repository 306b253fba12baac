import {usualSettings} from "../../safetensors/index.js";
import type {TensorJob} from "../engine/job.js";
import type {OpenModel} from "../plan/model.js";
import {quantMethod} from "../plan/quantised.js";
import {type Problem, RecipeError} from "../recipe/problems.js";
import {referenceText} from "../recipe/reference.js";
import type {ModelReference} from "../recipe/types.js";
import {type LayoutName, LAYOUTS, sharedComplaint} from "./layout.js";
import type {MoeRecipe} from "./read.js";
import {type ExpertJobs, sameExperts} from "./sameExperts.js";

/** Feed-forward weights of a layer. */
export const MLP = /^model\.layers\.(\d+)\.mlp\.(gate|up|down)_proj\.weight$/;

/** Throws a RecipeError that lists why the models cannot become a mixture of that layout. */
export function checkModels(
  moe: MoeRecipe,
  layoutName: LayoutName,
  of: (model: ModelReference) => OpenModel
): void {
  const base = of(moe.base);
  const experts = [...moe.experts, ...moe.shared].map(({model}) => of(model));
  const problems = [
    ...baseProblems(base, moe, layoutName),
    ...[...new Set([base, ...experts])].flatMap((model) => weightProblems(model, layoutName)),
    ...[...new Set(experts)].flatMap((expert) => differences(base, expert))
  ];
  if (new Set(moe.experts.map(({model}) => referenceText(model))).size === 1 && moe.experts.length > 1)
    problems.push({message: "all experts are the same model. Name different ones."});
  if (problems.length > 0) throw new RecipeError(problems);
}

function baseProblems({id, checkpoint, config}: OpenModel, moe: MoeRecipe, name: LayoutName): Problem[] {
  const problems: Problem[] = [];
  if (![...checkpoint.tensors.keys()].some((tensor) => MLP.test(tensor)))
    problems.push({
      message: `${id} has no model.layers.N.mlp.{gate,up,down}_proj: only Llama-like models can become experts.`
    });
  const complaint = sharedComplaint(name, moe.shared.length);
  if (complaint !== undefined)
    problems.push({line: moe.lines.shared_experts ?? moe.lines.experts, message: complaint});
  const {from} = LAYOUTS[name];
  const type = config.model_type;
  if (typeof type === "string" && !from.includes(type))
    problems.push({
      line: moe.lines.architecture ?? moe.lines.base_model,
      message: `a ${name} mixture is made of ${from.join(" or ")} models, but the base is of type ${JSON.stringify(type)}.`
    });
  return problems;
}

/** Weights that a mixture cannot take over. */
function weightProblems(model: OpenModel, name: LayoutName): Problem[] {
  const how = quantMethod(model);
  if (how !== undefined)
    return [
      {
        message: `${model.id} is quantised (${how}), and its weights do not fit a mixture's. Name the model it was quantised from, or dequantise it first.`
      }
    ];
  const bias = [...model.checkpoint.tensors.keys()].find((tensor) => LAYOUTS[name].noPlaceFor.test(tensor));
  return bias === undefined
    ? []
    : [{message: `a ${name} mixture has no place for ${bias} of ${model.id}. Choose models without it.`}];
}

/** In what an expert differs from the base whose attention it works with. */
function differences(base: OpenModel, expert: OpenModel): Problem[] {
  const problems: Problem[] = [];
  const [ours, theirs] = [base.config.model_type, expert.config.model_type];
  if (typeof ours === "string" && typeof theirs === "string" && ours !== theirs)
    problems.push({
      message: `${expert.id} is of type ${JSON.stringify(theirs)}, but the base of type ${JSON.stringify(ours)}. Experts are of the base's type.`
    });
  else if (activationOf(base) !== activationOf(expert))
    problems.push({
      message: `${expert.id} has the activation ${String(activationOf(expert))}, but the base ${String(activationOf(base))}: a mixture has one.`
    });
  for (const [name, {shape}] of base.checkpoint.tensors) {
    if (!MLP.test(name)) continue;
    const own = shape.join(", ");
    const other = expert.checkpoint.tensors.get(name)?.shape.join(", ");
    if (own !== other)
      problems.push({
        message: `${name} is [${own}] in the base but ${other === undefined ? "missing" : `[${other}]`} in ${expert.id}.`
      });
  }
  return problems;
}

function activationOf({config}: OpenModel): unknown {
  return config.hidden_act ?? usualSettings(config.model_type).hidden_act;
}

/** What to say of experts that would be the same. Throws a RecipeError when all would be. */
export function checkExperts({lines}: MoeRecipe, experts: readonly ExpertJobs[]): string[] {
  const same = sameExperts(experts);
  const first = experts[0]?.name;
  if (experts.length > 1 && same.filter(({as}) => as === first).length === experts.length - 1)
    throw new RecipeError([
      {
        line: lines.experts,
        message: `all experts would be the same: ${experts.map(({name}) => name).join(", ")} hold the same feed-forward weights (mlp.{gate,up,down}_proj), and a mixture takes nothing else of its experts. Name models that differ in these, such as adapters with gate_proj, up_proj and down_proj among their target_modules, or set noise_scale.`
      }
    ]);
  return same
    .filter(({name, as}) => name !== as)
    .map(({name, as}) => `The experts ${as} and ${name} hold the same feed-forward weights.`);
}

/** What to say of adapters of which the mixture takes nothing. */
export function unusedAdapters(models: readonly OpenModel[], jobs: readonly TensorJob[]): string[] {
  return models.flatMap(({id, adapterFile}) => {
    const isTaken = jobs.some(({inputs}) =>
      inputs.some(({model, adapter, file}) => model === id && (adapter ?? file === adapterFile))
    );
    return adapterFile === undefined || isTaken
      ? []
      : [
          `The mixture takes nothing of the adapter in ${id}: of experts it takes the feed-forward weights only, which the adapter leaves as they are.`
        ];
  });
}
