import type {MergeTensor} from "../../engine/tensor.js";
import {rounded, roundTo} from "../../numeric/convert.js";
import {loadAll} from "../shared/gram.js";

/**
 * A tensor's own 16-bit arithmetic as the reference does it on a processor: every elementwise result is rounded, a
 * sum is rounded once, and a plain number keeps float32's precision until its product is rounded.
 */
export interface Arithmetic {
  /** One number, rounded to the dtype. */
  r(value: number): number;
  /** out[i] = f(i), rounded. */
  fill(out: Float32Array, count: number, f: (i: number) => number): void;
}

export function arithmeticOf({work}: MergeTensor): Arithmetic {
  return {
    r: (value) => rounded(work, value),
    fill(out, count, f) {
      for (let i = 0; i < count; i++) out[i] = f(i);
      roundTo(work, out, count);
    }
  };
}

/** A part of a tensor with what was loaded for it: the inputs, or their differences to the base. */
export interface TensorPart {
  start: number;
  count: number;
  base?: Float32Array;
  values: readonly Float32Array[];
}

export type Walk = (visit: (part: TensorPart) => void) => void;

/** A walk over the tensor that loads `inputs` (with `deltas`, the base and their differences to it). */
export function walkOf(tensor: MergeTensor, inputs: readonly number[], deltas: boolean): Walk {
  const base = deltas ? tensor.float() : undefined;
  const values = inputs.map(() => tensor.float());
  return (visit) => {
    for (const block of tensor.blocks()) {
      loadAll(tensor, inputs, block, base, values);
      visit({...block, values, base});
    }
  };
}

/** Which vector an element belongs to, where methods look at whole tensors, at rows or at columns. */
export interface Vectors {
  count: number;
  of(position: number): number;
}

export function vectorsOf({job, columns, count}: MergeTensor, along: "whole" | "rows" | "columns"): Vectors {
  if (along === "whole" || job.shape.length < 2 || count === 0) return {count: 1, of: () => 0};
  if (along === "rows") return {count: count / columns, of: (position) => Math.floor(position / columns)};
  const width = count / job.shape[0]!;
  return {count: width, of: (position) => position % width};
}

/** Sums over each vector: `term(part, i)` of every element, in double precision and not yet rounded. */
export function sums(
  walk: Walk,
  vectors: Vectors,
  term: (part: TensorPart, i: number, vector: number) => number
): Float64Array {
  const total = new Float64Array(vectors.count);
  walk((part) => {
    for (let i = 0; i < part.count; i++) {
      const vector = vectors.of(part.start + i);
      total[vector] = total[vector]! + term(part, i, vector);
    }
  });
  return total;
}
