import {basename} from "node:path";
import type {TensorInput} from "../engine/job.js";
import type {FloatDtype} from "../numeric/convert.js";
import type {Dtype} from "../../safetensors/dtype.js";
import type {StoredTensor} from "../../safetensors/open.js";
import type {Candidate} from "./candidates.js";
import type {OpenModel} from "./model.js";
import type {TensorContext, TensorSite} from "./site.js";

/** Where and how a worker reads a tensor of a model. */
export function inputOf(
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
    rows,
    adapter,
    as: (adapter || as !== tensor.dtype) && isFloat16or32(as) ? as : undefined,
    mask
  };
}

/** The dtype a model holds a tensor in once its adapter is in place. */
export function dtypeOf(model: OpenModel, {name, dtype}: StoredTensor): Dtype {
  return model.dtypes?.get(name) ?? dtype;
}

function isFloat16or32(dtype: Dtype): dtype is FloatDtype {
  return dtype === "F32" || dtype === "BF16" || dtype === "F16";
}
