import type {TensorBlock, MergeTensor} from "../../engine/tensor.js";
import {addScaled, addScaledDouble, combineTwo, demote, dot, promote} from "../../numeric/vector.js";

/**
 * Inner products of the models' whole tensors (of their differences to the base with `deltas`), in double
 * precision: all that spherical methods need to know before they mix. `gram[i][j]` follows `tensor.others`,
 * or all inputs when there is no base.
 */
export function gramMatrix(tensor: MergeTensor, inputs: readonly number[], deltas: boolean): number[][] {
  const base = deltas ? tensor.float() : undefined;
  const loaded = inputs.map(() => tensor.float());
  const gram = inputs.map(() => inputs.map(() => 0));
  for (const block of tensor.blocks()) {
    loadAll(tensor, inputs, block, base, loaded);
    addProducts(gram, loaded, block.count);
  }
  mirror(gram);
  return gram;
}

export function loadAll(
  tensor: MergeTensor,
  inputs: readonly number[],
  block: TensorBlock,
  base: Float32Array | undefined,
  loaded: readonly Float32Array[]
): void {
  if (base) tensor.load(tensor.base, block, base);
  inputs.forEach((input, k) => {
    if (base) tensor.loadDelta(input, block, base, loaded[k]!);
    else tensor.load(input, block, loaded[k]!);
  });
}

function addProducts(gram: number[][], loaded: readonly Float32Array[], count: number): void {
  for (let i = 0; i < loaded.length; i++)
    for (let j = i; j < loaded.length; j++) gram[i]![j]! += dot(loaded[i]!, loaded[j]!, count);
}

function mirror(gram: number[][]): void {
  for (let i = 0; i < gram.length; i++) for (let j = 0; j < i; j++) gram[i]![j] = gram[j]![i]!;
}

/** Inner products of one block of already loaded rows. */
export function gramOf(loaded: readonly Float32Array[], count: number): number[][] {
  const gram = loaded.map(() => loaded.map(() => 0));
  addProducts(gram, loaded, count);
  mirror(gram);
  return gram;
}

/** Stores sum_k coefficients[k] * input_k (plus the base when the coefficients are for differences to it). */
export function storeCombination(
  tensor: MergeTensor,
  inputs: readonly number[],
  coefficients: readonly number[],
  deltas: boolean
): void {
  const base = deltas ? tensor.float() : undefined;
  const loaded = inputs.map(() => tensor.float());
  const sum = tensor.double();
  const out = tensor.float();
  for (const block of tensor.blocks()) {
    loadAll(tensor, inputs, block, base, loaded);
    combinedByGram({loaded, coefficients, base, count: block.count}, sum, out);
    tensor.store(block, out);
  }
}

export interface CombinedInputs {
  loaded: readonly Float32Array[];
  coefficients: readonly number[];
  base?: Float32Array;
  /** Of elements. */
  count: number;
}

/** out = base + sum_k coefficients[k] * loaded[k], rounded once. */
export function combinedByGram(
  {loaded, coefficients, base, count}: CombinedInputs,
  sum: Float64Array,
  out: Float32Array
): void {
  if (loaded.length === 1 && !base) {
    out.fill(0, 0, count);
    addScaled(out, coefficients[0]!, loaded[0]!, count);
    return;
  }
  if (loaded.length === 2 && !base) {
    const [a, b] = loaded as [Float32Array, Float32Array];
    combineTwo(out, coefficients as [number, number], a, b, count);
    return;
  }
  if (base) promote(sum, base, count);
  else sum.fill(0, 0, count);
  loaded.forEach((values, k) => addScaledDouble(sum, coefficients[k]!, values, count));
  demote(out, sum, count);
}

/** Inner product of two combinations of vectors whose inner products are in `gram`. */
export function inner(
  a: readonly number[],
  b: readonly number[],
  gram: readonly (readonly number[])[]
): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) sum += a[i]! * b[j]! * gram[i]![j]!;
  return sum;
}

/** Length of a combination; rounding below zero counts as none. */
export function normOf(a: readonly number[], gram: readonly (readonly number[])[]): number {
  return Math.sqrt(Math.max(0, inner(a, a, gram)));
}
