import type {HeldTensor} from "../engine/held.js";
import type {TensorInput, TensorJob} from "../engine/job.js";
import {type FloatDtype, isFloat} from "../numeric/convert.js";
import type {MergeOptions} from "../options.js";
import {correctDtype, untieOwnHead} from "../plan/config.js";
import {heldTensor} from "../plan/inputs.js";
import {resolvedFolder, type OpenModel, openModels} from "../plan/model.js";
import {notesOf, type MergePlan} from "../plan/plan.js";
import {firstNames} from "../plan/sameModels.js";
import {inFile} from "../recipe/problems.js";
import {settingWarnings} from "../plan/settings.js";
import {referenceText} from "../recipe/reference.js";
import type {ModelReference, Recipe} from "../recipe/types.js";
import type {MergeReport} from "../report.js";
import {runPlan} from "../runPlan.js";
import type {Dtype} from "../../safetensors/dtype.js";
import {checkExperts, checkModels, MLP, unusedAdapters} from "./checkModels.js";
import {fullConfig, moeWindow} from "./config.js";
import {type LayoutName, LAYOUTS, layoutFor, type MlpPart} from "./layout.js";
import {conditionNumber, makeRouters} from "./routers.js";
import {type Expert, type MoeRecipe, readMoeRecipe} from "./read.js";

/**
 * Builds a mixture of experts from dense models of one shape: attention, norms and embeddings are the base's, every
 * expert gives its feed-forward weights, and routers are drawn at random or made from the prompts' embeddings
 * (`cheap_embed`). Mixtral, Qwen2-MoE and Qwen3-MoE layouts. Options and guarantees are those of `merge`.
 */
export async function mergeMoe(recipe: string | object, options: MergeOptions): Promise<MergeReport> {
  const started = performance.now();
  const moe = readMoeRecipe(recipe, options.recipeFile);
  return runPlan(await inFile(options.recipeFile, () => planMoe(moe, options)), options, started);
}

/** Opens a mixture's models and plans its tensors and config. Nothing is written. */
export async function planMoe(
  written: MoeRecipe,
  {seed = 0, resolveModel, notes}: Pick<MergeOptions, "seed" | "resolveModel" | "notes">
): Promise<MergePlan> {
  const folderOf = (path: string) => resolvedFolder(path, resolveModel);
  const moe = await firstNamesOf(written, folderOf);
  const named = [
    {reference: moe.base, line: moe.lines.base_model},
    ...moe.experts.map(({model}) => ({reference: model, line: moe.lines.experts})),
    ...moe.shared.map(({model}) => ({reference: model, line: moe.lines.shared_experts}))
  ];
  const models = await openModels(named, folderOf);
  const of = (reference: ModelReference) => models.get(referenceText(reference))!;
  const base = of(moe.base);
  const names = [...base.checkpoint.tensors.keys()];
  const layoutName = layoutFor(moe.architecture, moe.shared.length > 0, base.config.model_type);
  const layout = LAYOUTS[layoutName];
  checkModels(moe, layoutName, of);
  const mlp = names.filter((name) => MLP.test(name));
  const layers = Math.max(...mlp.map((name) => Number(MLP.exec(name)![1]))) + 1;
  const like = heldTensor(
    base,
    base.checkpoint.tensors.get(mlp.find((name) => name.includes(".gate_proj."))!)!
  );
  const [intermediate, hidden] = like.shape as [number, number];
  const job = (name: string, model: OpenModel, from: string) => takeJob(name, model, from, moe, seed);
  const jobs = names.filter((name) => !MLP.test(name)).map((name) => job(name, base, name));
  const expertJob = (target: string, expert: Expert, name: string) =>
    changed(job(target, of(expert.model), name), expert, name, moe);
  const experts = moe.experts.map((expert, e) => ({
    name: referenceText(expert.model),
    jobs: mlp.map((name) => {
      const [, layer, part] = MLP.exec(name)!;
      return expertJob(layout.expert(Number(layer), e, part as MlpPart), expert, name);
    })
  }));
  const same = checkExperts(moe, experts);
  jobs.push(...experts.flatMap((expert) => expert.jobs));
  for (const expert of moe.shared)
    for (const name of mlp) jobs.push(expertJob(name.replace(".mlp.", ".mlp.shared_expert."), expert, name));
  const {routers, shared} = await makeRouters(moe, base, {hidden, layers, seed});
  const constant = (name: string, values: Float32Array) =>
    constantJob(name, values, {shape: [values.length / hidden, hidden], like, moe, seed});
  routers.forEach((router, layer) => jobs.push(constant(layout.router(layer), router)));
  shared.forEach((gate, layer) =>
    jobs.push(constant(`model.layers.${layer}.mlp.shared_expert_gate.weight`, gate))
  );
  if (layout.biased)
    for (const [name, weight] of unbiased(base)) {
      const shape = [weight.shape[0]!];
      jobs.push(constantJob(name, new Float32Array(shape[0]!), {shape, like: weight, moe, seed}));
    }
  const config: Record<string, unknown> = {
    ...fullConfig(base.config, {hidden, intermediate, layers}),
    num_experts_per_tok: moe.expertsPerToken,
    output_router_logits: false,
    ...layout.config({experts: moe.experts.length, intermediate, layers})
  };
  correctDtype(config, jobs, moe.dtype);
  untieOwnHead(config, jobs);
  return {
    recipe: asRecipe(moe),
    jobs,
    config,
    donor: base,
    models: [...models.values()],
    warnings: [
      ...notesOf(models, notes),
      ...same,
      ...unusedAdapters([...models.values()], jobs),
      ...warningsOf(moe, routers),
      ...windowWarning(base, layoutName),
      ...settingWarnings(
        base,
        [...models.values()].filter((model) => model !== base)
      )
    ]
  };
}

/** A mixture's recipe in which every model goes by one name. */
async function firstNamesOf(moe: MoeRecipe, folderOf: (path: string) => Promise<string>): Promise<MoeRecipe> {
  const {base, experts, shared} = moe;
  const nameOf = await firstNames([base, ...[...experts, ...shared].map(({model}) => model)], folderOf);
  const named = (list: readonly Expert[]) => list.map((expert) => ({...expert, model: nameOf(expert.model)}));
  return {...moe, experts: named(experts), shared: named(shared)};
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
  const held = heldTensor(model, model.checkpoint.tensors.get(from)!);
  const input: TensorInput = {...held, model: model.id, parameters: {}};
  const {dtype, shape, adapter, as} = held;
  const float = isSmallFloat(dtype);
  const same = !adapter && !as && (!float || moe.dtype === undefined || moe.dtype === dtype);
  return same
    ? {...shell(name, moe, seed, "F32"), method: "copy", shape, inputs: [input], out: dtype}
    : {...shell(name, moe, seed, dtypeOf(input)), method: "passthrough", shape, inputs: [input]};
}

function isSmallFloat(dtype: Dtype): dtype is FloatDtype {
  return dtype === "F32" || dtype === "BF16" || dtype === "F16";
}

/** The dtype in which a tensor is written when the recipe names none. */
function dtypeOf({as, dtype}: HeldTensor): FloatDtype {
  return as ?? (isSmallFloat(dtype) ? dtype : "F32");
}

/** A job with the expert's noise and scale, where it has any that apply to this tensor. */
function changed(job: TensorJob, expert: Expert, name: string, {dtype}: MoeRecipe): TensorJob {
  const {noiseScale = 0, residualScale = 1} = expert;
  const scale = /\.down_proj\./.test(name) ? residualScale : 1;
  const [input] = job.inputs as [TensorInput];
  if ((noiseScale === 0 && scale === 1) || !isFloat(input.dtype)) return job;
  return {
    ...job,
    method: "passthrough",
    out: dtype ?? dtypeOf(input),
    inputs: [{...input, parameters: {scale, noise: noiseScale}}]
  };
}

/** A tensor that is in no file: every row comes from the values given. */
function constantJob(
  name: string,
  values: Float32Array,
  {shape, like, moe, seed}: {shape: number[]; like: HeldTensor; moe: MoeRecipe; seed: number}
): TensorJob {
  const map = Int32Array.from({length: shape[0]!}, (_, row) => -1 - row);
  return {
    ...shell(name, moe, seed, dtypeOf(like)),
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

/** The biases that attention of a base lacks, by name, with their weights. */
function unbiased(base: OpenModel): [string, HeldTensor][] {
  const {tensors} = base.checkpoint;
  return [...tensors].flatMap(([name, tensor]): [string, HeldTensor][] => {
    const bias = name.replace(/weight$/, "bias");
    return /\.self_attn\.[qkv]_proj\.weight$/.test(name) && !tensors.has(bias)
      ? [[bias, heldTensor(base, tensor)]]
      : [];
  });
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

function windowWarning({id, config}: OpenModel, layout: LayoutName): string[] {
  const window = layout === "qwen2_moe" ? moeWindow(config) : undefined;
  return window === undefined
    ? []
    : [`${id} looks back ${window} tokens in some layers; the mixture looks back over the whole text.`];
}
