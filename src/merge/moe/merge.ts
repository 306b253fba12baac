import type {TensorInput, TensorJob} from "../engine/job.js";
import {type FloatDtype, isFloat} from "../numeric/convert.js";
import type {MergeOptions} from "../options.js";
import {correctDtype} from "../plan/config.js";
import {modelFolder, type OpenModel, openModels} from "../plan/model.js";
import type {Plan} from "../plan/plan.js";
import {type Problem, RecipeError} from "../recipe/problems.js";
import {referenceText} from "../recipe/reference.js";
import type {ModelReference, Recipe} from "../recipe/types.js";
import type {MergeReport} from "../report.js";
import {runPlan} from "../runPlan.js";
import type {StoredTensor} from "../../safetensors/open.js";
import {conditionNumber, makeRouters} from "./routers.js";
import {type LayoutName, LAYOUTS, layoutFor, type MlpPart, sharedComplaint} from "./layout.js";
import {type Expert, type MoeRecipe, readMoeRecipe} from "./read.js";

const MLP = /^model\.layers\.(\d+)\.mlp\.(gate|up|down)_proj\.weight$/;

/**
 * Builds a mixture of experts from dense models of one shape: attention, norms and embeddings are the base's, every
 * expert gives its feed-forward weights, and routers are drawn at random or made from the prompts' embeddings
 * (`cheap_embed`). Mixtral, Qwen2-MoE and Qwen3-MoE layouts. Options and guarantees are those of `merge`.
 */
export async function mergeMoe(recipe: string | object, options: MergeOptions): Promise<MergeReport> {
  const started = performance.now();
  return runPlan(await planMoe(readMoeRecipe(recipe, options.recipeFile), options), options, started);
}

/** Opens a mixture's models and plans its tensors and config. Nothing is written. */
export async function planMoe(
  moe: MoeRecipe,
  {seed = 0, resolveModel}: Pick<MergeOptions, "seed" | "resolveModel">
): Promise<Plan> {
  const named = [
    {reference: moe.base, line: moe.lines.base_model},
    ...moe.experts.map(({model}) => ({reference: model, line: moe.lines.experts})),
    ...moe.shared.map(({model}) => ({reference: model, line: moe.lines.shared_experts}))
  ];
  const models = await openModels(named, (path) => modelFolder(path, resolveModel));
  const of = (reference: ModelReference) => models.get(referenceText(reference))!;
  const base = of(moe.base);
  const names = [...base.checkpoint.tensors.keys()];
  const layoutName = layoutFor(moe.architecture, moe.shared.length > 0, base.config.model_type);
  const layout = LAYOUTS[layoutName];
  checkExperts(moe, layoutName, of, names);
  const mlp = names.filter((name) => MLP.test(name));
  const layers = Math.max(...mlp.map((name) => Number(MLP.exec(name)![1]))) + 1;
  const like = base.checkpoint.tensors.get(mlp.find((name) => name.includes(".gate_proj."))!)!;
  const hidden = like.shape[1]!;
  const job = (name: string, model: OpenModel, from: string) => takeJob(name, model, from, moe, seed);
  const jobs = names.filter((name) => !MLP.test(name)).map((name) => job(name, base, name));
  const expertJob = (target: string, expert: Expert, name: string) =>
    changed(job(target, of(expert.model), name), expert, name, moe);
  moe.experts.forEach((expert, e) => {
    for (const name of mlp) {
      const [, layer, part] = MLP.exec(name)!;
      jobs.push(expertJob(layout.expert(Number(layer), e, part as MlpPart), expert, name));
    }
  });
  for (const expert of moe.shared)
    for (const name of mlp) jobs.push(expertJob(name.replace(".mlp.", ".mlp.shared_expert."), expert, name));
  const routers = await makeRouters(moe, base, {hidden, layers, seed});
  const constant = (name: string, values: Float32Array) =>
    constantJob(name, values, {hidden, like, moe, seed});
  routers.forEach((router, layer) => {
    jobs.push(constant(layout.router(layer), router));
    // A sigmoid of zero: the shared expert counts by half until it is trained.
    if (moe.shared.length > 0)
      jobs.push(constant(`model.layers.${layer}.mlp.shared_expert_gate.weight`, new Float32Array(hidden)));
  });
  const config: Record<string, unknown> = {
    ...base.config,
    num_experts_per_tok: moe.expertsPerToken,
    output_router_logits: false,
    ...layout.config({experts: moe.experts.length, intermediate: base.config.intermediate_size})
  };
  correctDtype(config, jobs, moe.dtype);
  return {
    recipe: asRecipe(moe),
    jobs,
    config,
    donor: base,
    models: [...models.values()],
    warnings: warningsOf(moe, routers)
  };
}

function checkExperts(
  moe: MoeRecipe,
  layoutName: LayoutName,
  of: (model: ModelReference) => OpenModel,
  names: readonly string[]
): void {
  const problems: Problem[] = [];
  const mlp = names.filter((name) => MLP.test(name));
  if (mlp.length === 0)
    problems.push({
      message: `${referenceText(moe.base)} has no model.layers.N.mlp.{gate,up,down}_proj: only Llama-like models can become experts.`
    });
  const {from} = LAYOUTS[layoutName];
  const complaint = sharedComplaint(layoutName, moe.shared.length);
  if (complaint !== undefined)
    problems.push({line: moe.lines.shared_experts ?? moe.lines.experts, message: complaint});
  const type = of(moe.base).config.model_type;
  if (typeof type === "string" && !from.includes(type))
    problems.push({
      line: moe.lines.architecture ?? moe.lines.base_model,
      message: `a ${layoutName} mixture is made of ${from.join(" or ")} models, but the base is of type ${JSON.stringify(type)}.`
    });
  if (new Set(moe.experts.map(({model}) => referenceText(model))).size === 1 && moe.experts.length > 1)
    problems.push({message: "all experts are the same model. Name different ones."});
  const base = of(moe.base).checkpoint.tensors;
  for (const {model} of [...moe.experts, ...moe.shared])
    for (const name of mlp) {
      const theirs = of(model).checkpoint.tensors.get(name)?.shape.join(", ");
      const ours = base.get(name)!.shape.join(", ");
      if (theirs !== ours)
        problems.push({
          message: `${name} is [${ours}] in the base but ${theirs === undefined ? "missing" : `[${theirs}]`} in ${referenceText(model)}.`
        });
    }
  if (problems.length > 0) throw new RecipeError(problems);
}

function shell(name: string, {dtype}: MoeRecipe, seed: number, out: FloatDtype) {
  const layer = /^model\.layers\.(\d+)\./.exec(name)?.[1];
  return {
    name,
    layer: layer !== undefined ? Number(layer) : undefined,
    base: -1,
    parameters: {},
    cast: dtype,
    work: "F32" as const,
    out: dtype ?? out,
    exact: false,
    seed
  };
}

function takeJob(name: string, model: OpenModel, from: string, moe: MoeRecipe, seed: number): TensorJob {
  const tensor = model.checkpoint.tensors.get(from)!;
  const {file, offset, dtype, shape} = tensor;
  const adapter = model.changes?.get(from);
  const float = dtype === "F32" || dtype === "BF16" || dtype === "F16";
  const input: TensorInput = {
    model: model.id,
    file,
    offset,
    dtype,
    shape,
    parameters: {},
    adapter,
    as: adapter ? (float ? dtype : undefined) : undefined
  };
  const same = !adapter && (!float || moe.dtype === undefined || moe.dtype === dtype);
  const out = float ? dtype : "F32";
  return same
    ? {...shell(name, moe, seed, out), method: "copy", shape, inputs: [input], out: dtype}
    : {...shell(name, moe, seed, out), method: "passthrough", shape, inputs: [input]};
}

/** A job with the expert's noise and scale, where it has any that apply to this tensor. */
function changed(job: TensorJob, expert: Expert, name: string, {dtype}: MoeRecipe): TensorJob {
  const {noiseScale = 0, residualScale = 1} = expert;
  const scale = /\.down_proj\./.test(name) ? residualScale : 1;
  const [input] = job.inputs as [TensorInput];
  if ((noiseScale === 0 && scale === 1) || !isFloat(input.dtype)) return job;
  const stored = input.dtype === "BF16" || input.dtype === "F16" ? input.dtype : "F32";
  return {
    ...job,
    method: "passthrough",
    out: dtype ?? stored,
    inputs: [{...input, parameters: {scale, noise: noiseScale}}]
  };
}

/** A tensor that is in no file: every row comes from the values given. */
function constantJob(
  name: string,
  values: Float32Array,
  {hidden, like, moe, seed}: {hidden: number; like: StoredTensor; moe: MoeRecipe; seed: number}
): TensorJob {
  const shape = [values.length / hidden, hidden];
  const map = Int32Array.from({length: shape[0]!}, (_, row) => -1 - row);
  const dtype = like.dtype === "BF16" || like.dtype === "F16" ? like.dtype : "F32";
  return {
    ...shell(name, moe, seed, dtype),
    method: "passthrough",
    shape,
    inputs: [
      {
        model: "router",
        file: like.file,
        offset: 0,
        dtype: "F32",
        shape,
        rows: {map, fill: values},
        made: true,
        parameters: {}
      }
    ]
  };
}

function asRecipe({base, text}: MoeRecipe): Recipe {
  return {
    method: "moe",
    form: "models",
    slices: [],
    base,
    parameters: {},
    warnings: [],
    refusedWhenExact: [],
    text,
    lines: {}
  };
}

function warningsOf(moe: MoeRecipe, routers: readonly Float32Array[]): string[] {
  const warnings: string[] = [];
  const n = moe.experts.length;
  if ((n & (n - 1)) !== 0) warnings.push(`${n} experts is no power of two, which some runtimes demand.`);
  const worst = Math.max(...routers.map((router) => conditionNumber(router, n)));
  if (worst > 5)
    warnings.push(
      `The router cannot tell the experts well apart (condition number ${worst === Infinity ? "infinite" : worst.toFixed(1)}). Choose prompts that differ more.`
    );
  return warnings;
}
