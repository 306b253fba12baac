import type {TensorJob} from "../engine/job.js";
import {METHODS, type Method} from "../methods/index.js";
import {type FloatDtype, isDecodable, isFloat} from "../numeric/convert.js";
import {referenceText} from "../recipe/reference.js";
import type {Dtype} from "../../safetensors/dtype.js";
import {type SourceTensor, candidates, checkPresence} from "./candidates.js";
import {dtypeOf, inputOf} from "./inputs.js";
import {lineOf, values} from "./parameters.js";
import {isPacked} from "./quantised.js";
import {equal, fitShapes} from "./shapes.js";
import {tell, type TensorContext, type TensorSite} from "./site.js";

/** The job of one tensor, or undefined when it is left out (a warning or a problem says why). */
export function makeTensor(site: TensorSite, context: TensorContext): TensorJob | undefined {
  const {recipe} = context;
  const method = METHODS[recipe.method]!;
  const baseReference = site.slice.base ?? recipe.base;
  const baseId = method.base === "input" || !baseReference ? undefined : referenceText(baseReference);
  const found = candidates(site, context);
  const usable = checkPresence(site, found, method, baseId, context);
  if (!usable) return undefined;
  const isWhole = ({model, tensor: {dtype}}: SourceTensor) =>
    !isFloat(dtype) || (context.quantised.has(model.id) && isPacked(dtype));
  if (usable.some(isWhole)) return copyJob(site, usable, baseId, context);
  const base = usable.findIndex(({model}) => model.id === baseId);
  const shaped = fitShapes(site, usable, base, method, context);
  if (!shaped) return undefined;
  return mergeJob(site, {found: shaped.candidates, shape: shaped.shape, baseId, method}, context);
}

/** Whole numbers and formats without arithmetic are taken from one model as they are. */
function copyJob(
  site: TensorSite,
  found: SourceTensor[],
  baseId: string | undefined,
  context: TensorContext
): TensorJob {
  const chosen = found.find(({model}) => model.id === baseId) ?? found[0]!;
  const {dtype, shape} = chosen.tensor;
  if (found.length > 1 || !(isDecodable(dtype) || context.quantised.has(chosen.model.id)))
    context.warnings.add(`${site.name} holds ${dtype}: taken from ${chosen.model.id} as it is.`);
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
  return {name: site.name, layer: site.layer, exact, seed};
}

interface MergedTensor {
  found: SourceTensor[];
  shape: readonly number[];
  baseId: string | undefined;
  method: Method;
}

function mergeJob(
  site: TensorSite,
  {found, shape, baseId, method}: MergedTensor,
  context: TensorContext
): TensorJob | undefined {
  const {recipe, exact} = context;
  const before = context.problems.length;
  const levels = [site.slice.parameters, recipe.parameters];
  const parameters = values(method.global, {levels, site, name: site.name}, context);
  const count = shape.reduce((product, size) => product * size, 1);
  const inputs = found.map((candidate) => {
    const isBase = candidate.model.id === baseId;
    const source = site.slice.sources[candidate.source]!;
    const name = site.inputNames[candidate.source]!;
    const of = {model: candidate.model.id, source: candidate.source};
    const own = isBase
      ? {}
      : values(method.perModel, {levels: [source.parameters, ...levels], site, name, of}, context);
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
  tellSum(method, {site, inputs, parameters, source: found[0]!.source, before}, context);
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
    cast: recipe.dtype,
    work: exact && method.chain ? widest : "F32",
    out
  };
  return untouched(job) ? {...job, method: "copy"} : job;
}

/** What is wrong with the values of all models together, unless those of one are wrong already. */
function tellSum(
  {checkInputs}: Method,
  {
    site,
    inputs,
    parameters,
    source,
    before
  }: Pick<TensorJob, "inputs" | "parameters"> & {
    site: TensorSite;
    source: number;
    before: number;
  },
  context: TensorContext
): void {
  if (!checkInputs || context.problems.length > before) return;
  const complaint = checkInputs({own: inputs.map((input) => input.parameters), parameters});
  if (complaint)
    tell(
      context,
      {
        line: lineOf(complaint.parameter, site, source, context),
        message: `${complaint.message} (${site.name})`
      },
      complaint.message
    );
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
    !input!.as &&
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
