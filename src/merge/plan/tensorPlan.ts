import {basename} from "node:path";
import {type RowMap, type TensorInput, type TensorJob} from "../engine/job.js";
import {METHODS, type Method, type ParameterSpec} from "../methods/index.js";
import {type FloatDtype, isDecodable, isFloat} from "../numeric/convert.js";
import {type Problem} from "../recipe/problems.js";
import {referenceText} from "../recipe/reference.js";
import {lookUp} from "../recipe/settings.js";
import {type OutputSlice, type Recipe} from "../recipe/types.js";
import {type Dtype} from "../safetensors/dtype.js";
import {type StoredTensor} from "../safetensors/open.js";
import {isKnownArchitecture, isVocabulary, tiedNames} from "./layers.js";
import {type OpenModel} from "./model.js";

/** Keep-masks by "<model>/<tensor>", the model by its reference or its folder's name; bits as in numpy.packbits. */
export type Masks = Readonly<Record<string, Uint8Array>>;

/** A tensor of the result: where it stands and what it is made from. */
export interface TensorSite {
  name: string;
  slice: OutputSlice;
  sliceIndex: number;
  /** Position among the slice's layers in [0, 1]; 0 outside layers. */
  t: number;
  /** The tensor's name in each source of the slice. */
  inputNames: string[];
  layer?: number;
}

export interface TensorContext {
  recipe: Recipe;
  models: ReadonlyMap<string, OpenModel>;
  seed: number;
  exact: boolean;
  masks?: Masks;
  /** Rows re-ordered for a tokenizer, by model and tensor. */
  rows?: (model: string, tensor: string) => RowMap | undefined;
  problems: Problem[];
  warnings: Set<string>;
  /** Problems already told once, so that one mistake is not repeated for every layer. */
  seen: Set<string>;
}

interface Candidate {
  source: number;
  model: OpenModel;
  tensor: StoredTensor;
}

/** The job of one tensor, or undefined when it is left out (a warning or a problem says why). */
export function makeTensor(site: TensorSite, context: TensorContext): TensorJob | undefined {
  const {recipe} = context;
  const method = METHODS[recipe.method]!;
  const baseReference = site.slice.base ?? recipe.base;
  const baseId = method.base === "input" || !baseReference ? undefined : referenceText(baseReference);
  const found = candidates(site, context);
  const usable = checkPresence(site, found, method, baseId, context);
  if (!usable) return undefined;
  const whole = usable.filter(({tensor}) => !isFloat(tensor.dtype));
  if (whole.length > 0) return copyJob(site, usable, baseId, method, context);
  const base = usable.findIndex(({model}) => model.id === baseId);
  const shaped = fitShapes(site, usable, base, method, context);
  if (!shaped) return undefined;
  return mergeJob(site, shaped.candidates, shaped.shape, baseId, method, context);
}

function tell(context: TensorContext, problem: Problem, key = problem.message): void {
  if (context.seen.has(key)) return;
  context.seen.add(key);
  context.problems.push(problem);
}

function candidates(site: TensorSite, {models}: TensorContext): Candidate[] {
  return site.slice.sources.flatMap(({model: reference}, source) => {
    const model = models.get(referenceText(reference))!;
    const {tensors} = model.checkpoint;
    const name = [site.inputNames[source]!, ...tiedNames(site.inputNames[source]!)].find((n) =>
      tensors.has(n)
    );
    return name === undefined ? [] : [{source, model, tensor: tensors.get(name)!}];
  });
}

function checkPresence(
  site: TensorSite,
  found: Candidate[],
  method: Method,
  baseId: string | undefined,
  context: TensorContext
): Candidate[] | undefined {
  const {recipe} = context;
  const total = site.slice.sources.length;
  const absent = site.slice.sources
    .filter((_, k) => !found.some(({source}) => source === k))
    .map(({model}) => referenceText(model));
  const line = recipe.lines[recipe.form];
  if (found.length === total && total > 0) return found;
  if (/rotary_emb\.inv_freq$|\.masked_bias$/.test(site.name))
    return found.length > 0 ? found.slice(0, 0) && undefined : undefined;
  const has = found.map(({model}) => model.id).join(", ");
  if (method.taskVectors && baseId !== undefined && !absent.includes(baseId)) {
    context.warnings.add(`${site.name} is not in ${absent.join(", ")}: left out of that tensor.`);
    return found;
  }
  const known = found.some(({model}) => isKnownArchitecture(model.config));
  if (known || method.taskVectors)
    tell(
      context,
      {
        line,
        message: `the tensor ${site.name} is in ${has} but not in ${absent.join(", ")}. Merge models of one architecture.`
      },
      `missing ${absent.join()}`
    );
  else
    context.warnings.add(
      `${site.name} is in ${has} but not in ${absent.join(", ")}: the result does not have it.`
    );
  return undefined;
}

function fitShapes(
  site: TensorSite,
  found: Candidate[],
  base: number,
  method: Method,
  context: TensorContext
): {candidates: Candidate[]; shape: readonly number[]} | undefined {
  const {recipe, warnings} = context;
  const rowsOf = ({model, tensor}: Candidate) => context.rows?.(model.id, tensor.name);
  const shapeOf = (candidate: Candidate): readonly number[] => {
    const rows = rowsOf(candidate);
    return rows ? [rows.map.length, ...candidate.tensor.shape.slice(1)] : candidate.tensor.shape;
  };
  const shapes = found.map(shapeOf);
  const reference = shapes[Math.max(base, 0)]!;
  if (shapes.every((shape) => equal(shape, reference))) return {candidates: found, shape: reference};
  const table = isVocabulary(site.name) && shapes.every(({length}) => length === 2) && !found.some(rowsOf);
  const described = found.map(({model}, i) => `${model.id} [${shapes[i]!.join(", ")}]`).join(", ");
  if (method.taskVectors) {
    const fits = (shape: readonly number[]) =>
      equal(shape, reference) || (table && shape.every((size, d) => size >= reference[d]!));
    const kept = found.filter((_, i) => fits(shapes[i]!));
    for (const [i, {model}] of found.entries())
      if (!fits(shapes[i]!))
        warnings.add(
          `${site.name} has the shape [${shapes[i]!.join(", ")}] in ${model.id} but [${reference.join(", ")}] in the base: that model is left out of this tensor.`
        );
      else if (!equal(shapes[i]!, reference))
        warnings.add(`${site.name} of ${model.id} is cut to the base's shape [${reference.join(", ")}].`);
    return {candidates: kept, shape: reference};
  }
  if (table) {
    const shape = [0, 1].map((d) => Math.min(...shapes.map((s) => s[d]!)));
    warnings.add(
      `${site.name} differs in size (${described}): cut to the common part [${shape.join(", ")}].`
    );
    return {candidates: found, shape};
  }
  tell(
    context,
    {
      line: recipe.lines[recipe.form],
      message: `the tensor ${site.name} differs in shape: ${described}. Only vocabulary tables may.`
    },
    `shape ${site.name.replace(/\d+/g, "N")}`
  );
  return undefined;
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** Whole numbers and formats without arithmetic are taken from one model as they are. */
function copyJob(
  site: TensorSite,
  found: Candidate[],
  baseId: string | undefined,
  method: Method,
  context: TensorContext
): TensorJob {
  const chosen = found.find(({model}) => model.id === baseId) ?? found[0]!;
  const {dtype, shape} = chosen.tensor;
  if (found.length > 1 || !isDecodable(dtype))
    context.warnings.add(`${site.name} holds ${dtype}: taken from ${chosen.model.id} as it is.`);
  void method;
  return {
    ...jobBase(site, context),
    method: "copy",
    shape,
    inputs: [inputOf(chosen, {}, site, context)],
    base: -1,
    parameters: {},
    work: "F32",
    out: dtype
  };
}

function jobBase(site: TensorSite, {exact, seed}: TensorContext) {
  return {name: site.name, ...(site.layer === undefined ? {} : {layer: site.layer}), exact, seed};
}

function inputOf(
  {source, model, tensor}: Candidate,
  parameters: Readonly<Record<string, number>>,
  site: TensorSite,
  context: TensorContext
): TensorInput {
  // A tied table stands in for the head under the head's own name.
  const named = site.inputNames[source]!;
  const mask =
    context.masks?.[`${model.id}/${named}`] ?? context.masks?.[`${basename(model.folder)}/${named}`];
  const rows = context.rows?.(model.id, tensor.name);
  const adapter = model.changes?.get(tensor.name);
  const as = dtypeOf(model, tensor);
  return {
    model: model.id,
    file: tensor.file,
    offset: tensor.offset,
    dtype: tensor.dtype,
    shape: tensor.shape,
    parameters,
    ...(rows && {rows}),
    ...(adapter && {adapter}),
    ...((adapter || as !== tensor.dtype) && isFloat16or32(as) && {as}),
    ...(mask && {mask})
  };
}

function mergeJob(
  site: TensorSite,
  found: Candidate[],
  shape: readonly number[],
  baseId: string | undefined,
  method: Method,
  context: TensorContext
): TensorJob | undefined {
  const {recipe, exact} = context;
  const before = context.problems.length;
  const parameters = values(
    method.global,
    "",
    [site.slice.parameters, recipe.parameters],
    site,
    site.name,
    context
  );
  const count = shape.reduce((product, size) => product * size, 1);
  const inputs = found.map((candidate) => {
    const isBase = candidate.model.id === baseId;
    const source = site.slice.sources[candidate.source]!;
    const levels = [source.parameters, site.slice.parameters, recipe.parameters];
    const own = isBase
      ? {}
      : values(
          method.perModel,
          candidate.model.id,
          levels,
          site,
          site.inputNames[candidate.source]!,
          context,
          candidate.source
        );
    const complaint =
      isBase || context.problems.length > before
        ? undefined
        : method.checkValues?.({own, parameters, count, exact});
    if (complaint)
      tell(
        context,
        {
          line: lineOf(complaint.parameter, site, candidate.source, context),
          message: `${candidate.model.id}: ${complaint.message}`
        },
        `${candidate.source} ${complaint.message.replace(/\d+ elements/, "")}`
      );
    return inputOf(candidate, own, site, context);
  });
  const base = found.findIndex(({model}) => model.id === baseId);
  const loaded = found.map(
    ({model, tensor}) => recipe.dtype ?? floatDtype(dtypeOf(model, tensor), site, context)
  );
  const natural = base >= 0 && method.base !== "optional" ? loaded[base]! : common(loaded);
  const widest = exact && method.widens ? common(loaded) : natural;
  const result =
    exact && method.exactResult ? method.exactResult : method.widens === "all" ? widest : natural;
  const out = recipe.outDtype ?? result;
  const job: TensorJob = {
    ...jobBase(site, context),
    method: recipe.method,
    shape,
    inputs,
    base,
    parameters,
    ...(recipe.dtype && {cast: recipe.dtype}),
    work: exact && method.chain ? widest : "F32",
    out
  };
  return untouched(job) ? {...job, method: "copy"} : job;
}

/** The dtype a model holds a tensor in once its adapter is in place. */
function dtypeOf(model: OpenModel, {name, dtype}: StoredTensor): Dtype {
  return model.dtypes?.get(name) ?? dtype;
}

function isFloat16or32(dtype: Dtype): dtype is FloatDtype {
  return dtype === "F32" || dtype === "BF16" || dtype === "F16";
}

/** A single tensor passed through unchanged may be copied byte for byte. */
function untouched({method, inputs, shape, out}: TensorJob): boolean {
  const [input] = inputs;
  return (
    method === "passthrough" &&
    (input!.parameters.scale ?? 1) === 1 &&
    input!.dtype === out &&
    !input!.rows &&
    !input!.adapter &&
    equal(input!.shape, shape)
  );
}

function floatDtype(dtype: Dtype, {name}: TensorSite, {warnings}: TensorContext): FloatDtype {
  if (dtype === "F32" || dtype === "BF16" || dtype === "F16") return dtype;
  const result = dtype === "F64" ? "F32" : "BF16";
  warnings.add(`${name} holds ${dtype}: merged in float32, written as ${result}.`);
  return result;
}

function common(dtypes: readonly FloatDtype[]): FloatDtype {
  return dtypes.every((dtype) => dtype === dtypes[0]) ? dtypes[0]! : "F32";
}

function lineOf(
  parameter: string,
  site: TensorSite,
  source: number,
  {recipe}: TensorContext
): number | undefined {
  const at = recipe.form === "models" ? `models.${source}` : `slices.${site.sliceIndex}.sources.${source}`;
  const lines = recipe.lines;
  return (
    lines[`${at}.parameters.${parameter}`] ??
    (recipe.form === "slices" ? lines[`slices.${site.sliceIndex}.parameters.${parameter}`] : undefined) ??
    lines[`parameters.${parameter}`] ??
    lines[at] ??
    lines.merge_method
  );
}

function values(
  specs: Readonly<Record<string, ParameterSpec>>,
  model: string,
  levels: Parameters<typeof lookUp>[1],
  site: TensorSite,
  name: string,
  context: TensorContext,
  source = -1
): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [parameter, spec] of Object.entries(specs)) {
    const value = lookUp(parameter, levels, {name, t: site.t}) ?? spec.default;
    if (value !== undefined) result[parameter] = value;
    else if (!spec.optional)
      tell(
        context,
        {
          line:
            source < 0
              ? (context.recipe.lines[`parameters.${parameter}`] ?? context.recipe.lines.merge_method)
              : lineOf(parameter, site, source, context),
          message: `${context.recipe.method} needs a ${parameter}${model && ` for ${model}`}; none applies to ${name}. Give one, without a filter, or add an entry without filter.`
        },
        `${parameter} ${source} ${site.sliceIndex}`
      );
  }
  return result;
}
