import {basename} from "node:path";
import type {HeldTensor} from "../engine/held.js";
import type {TensorInput} from "../engine/job.js";
import type {FloatDtype} from "../numeric/convert.js";
import type {Dtype} from "../../safetensors/dtype.js";
import type {StoredTensor} from "../../safetensors/open.js";
import type {SourceTensor} from "./candidates.js";
import type {OpenModel} from "./model.js";
import type {TensorContext, TensorSite} from "./site.js";

/** Where and how a worker reads a tensor of a model. */
export function inputOf(
  {source, model, tensor}: SourceTensor,
  parameters: Readonly<Record<string, number>>,
  site: TensorSite,
  context: TensorContext
): TensorInput {
  // A tied table stands in for the head under the head's own name.
  const named = site.inputNames[source]!;
  const mask =
    context.masks?.[`${model.id}/${named}`] ?? context.masks?.[`${basename(model.folder)}/${named}`];
  const rows = context.rows?.(model.id, tensor.name);
  return {...heldTensor(model, tensor), model: model.id, parameters, rows, mask};
}

/** A model's tensor with what its adapter makes of it. */
export function heldTensor(model: OpenModel, tensor: StoredTensor): HeldTensor {
  const {name, file, offset, dtype, shape} = tensor;
  const adapter = model.changes?.get(name);
  const as = dtypeOf(model, tensor);
  return {
    file,
    offset,
    dtype,
    shape,
    adapter,
    as: (adapter || as !== dtype) && isFloat16or32(as) ? as : undefined
  };
}

/** The dtype a model holds a tensor in once its adapter is in place. */
export function dtypeOf(model: OpenModel, {name, dtype}: StoredTensor): Dtype {
  return model.dtypes?.get(name) ?? dtype;
}

function isFloat16or32(dtype: Dtype): dtype is FloatDtype {
  return dtype === "F32" || dtype === "BF16" || dtype === "F16";
}
