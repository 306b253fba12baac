import type {FloatDtype} from "../numeric/convert.js";
import type {Dtype} from "../../safetensors/dtype.js";
import type {HeldTensor} from "./held.js";
import type {RowMap} from "./rowMap.js";

/** One model's tensor for one output tensor. */
export interface TensorInput extends HeldTensor {
  /** The model as the recipe names it. */
  model: string;
  /** What random methods draw by for this model; its name when absent. */
  drawnBy?: string;
  file: string;
  /** Bytes from the start of the file. */
  offset: number;
  dtype: Dtype;
  /** Its own shape, which may be larger than the output's (then the top left block is used). */
  shape: readonly number[];
  rows?: RowMap;
  /** In no model: all its rows are given, as those of a router are. */
  made?: boolean;
  parameters: Readonly<Record<string, number>>;
  /** Keep-mask given from outside: row-major bits, the first in the highest bit of a byte. */
  mask?: Uint8Array;
}

/** Everything a worker needs to make one output tensor, or a range of one. */
export interface TensorJob {
  name: string;
  layer?: number;
  method: string;
  shape: readonly number[];
  inputs: readonly TensorInput[];
  /** Which input is the base model's; -1 without one. */
  base: number;
  parameters: Readonly<Record<string, number>>;
  /** Inputs are rounded to this when loaded. */
  cast?: FloatDtype;
  /** Every elementwise operation is rounded to this. */
  work: FloatDtype;
  out: Dtype;
  exact: boolean;
  seed: number;
  /** Elements of a larger tensor that this job makes. */
  range?: readonly [number, number];
}

/** A job with the place of its result. */
export interface PlacedJob {
  job: TensorJob;
  shard: number;
  file: string;
  offset: number;
}

/** Whether the inputs are worth comparing: they are of models, and the result is no plain copy. */
export function isAnalysed({method, inputs}: TensorJob): boolean {
  return method !== "copy" && !inputs.some(({made}) => made);
}

/** Whether a plain copy is of numbers, which can be NaN. */
export function isScanned({method, inputs: [input]}: TensorJob): boolean {
  return method === "copy" && FLOATS.has(input!.dtype);
}

const FLOATS: ReadonlySet<Dtype> = new Set(["F32", "BF16", "F16", "F64"]);

/** What a job found out while it ran. */
export interface TensorJobResult {
  name: string;
  /** Elements of the result that are NaN or infinite. */
  nonFinite: number;
  /** Sum of squares of the result. */
  squares: number;
  bytesRead: number;
  bytesWritten: number;
  analysis?: TensorAnalysis;
}

/**
 * How the inputs of one tensor relate. With a base model the figures are of the differences to it, else of the
 * tensors themselves. From `sampled` of `elements` elements: sums are scaled up to all of them.
 */
export interface TensorAnalysis {
  elements: number;
  sampled: number;
  /** The models the figures are about, without the base. */
  models: string[];
  /** Sum of squares of each model's tensor itself. */
  squares: number[];
  /** Inner products of all pairs, row by row. */
  gram: number[];
  /** Elements in which at least two models differ from zero, and those of them with both signs. */
  shared: number;
  conflicts: number;
  /** Elements of the inputs (base included) that are NaN or infinite, in the sample. */
  nonFinite: number;
}
