import {combinedByGram, gramMatrix, gramOf, loadAll, storeCombination} from "./shared/gram.js";
import type {MergeTensor} from "../engine/tensor.js";
import {nuslerpNative} from "./native/nuslerp.js";
import type {Method} from "./types.js";

/**
 * Along the arc between two models, or between their differences to a base. The weights say how far: t = w2 / (w1 +
 * w2). With nuslerp_flatten false each row is a vector of its own (or, row_wise, each column).
 */
export const nuslerp: Method = {
  base: "optional",
  models: {min: 2, max: 2},
  perModel: {weight: {kind: "number"}},
  global: {
    nuslerp_flatten: {kind: "flag", default: 1},
    nuslerp_row_wise: {kind: "flag", default: 0}
  },
  elementwise: false,
  chain: true,
  taskVectors: false,
  merge(tensor) {
    const [first, second] = tensor.others.map((i) => tensor.own(i, "weight")) as [number, number];
    const total = first + second;
    const t = Math.abs(total) < 1e-6 ? 0.5 : second / total;
    const whole = tensor.parameter("nuslerp_flatten") !== 0 || tensor.job.shape.length < 2;
    const columns = tensor.parameter("nuslerp_row_wise") !== 0;
    if (tensor.job.exact) return nuslerpNative(tensor, t, whole ? "whole" : columns ? "columns" : "rows");
    if (whole) {
      const gram = gramMatrix(tensor, tensor.others, tensor.base >= 0);
      return storeCombination(tensor, tensor.others, arc(t, gram), tensor.base >= 0);
    }
    if (columns) byColumn(tensor, t);
    else byRow(tensor, t);
  }
};

/** Factors of the two vectors, from their inner products. */
function arc(t: number, gram: readonly (readonly number[])[]): [number, number] {
  const scale = Math.max(Math.sqrt(gram[0]![0]!), 1e-7) * Math.max(Math.sqrt(gram[1]![1]!), 1e-7);
  const theta = Math.acos(Math.max(-1, Math.min(1, gram[0]![1]! / scale)));
  const sine = Math.sin(theta);
  return sine < 1e-8 ? [1 - t, t] : [Math.sin((1 - t) * theta) / sine, Math.sin(t * theta) / sine];
}

function byRow(tensor: MergeTensor, t: number): void {
  const size = tensor.blockSize(true);
  const base = tensor.base >= 0 ? tensor.float(size) : undefined;
  const loaded = tensor.others.map(() => tensor.float(size));
  const out = tensor.float(size);
  const sum = new Float64Array(tensor.columns);
  for (const block of tensor.blocks(true)) {
    loadAll(tensor, tensor.others, block, base, loaded);
    for (let from = 0; from < block.count; from += tensor.columns) {
      const row = (values: Float32Array) => values.subarray(from, from + tensor.columns);
      const rows = loaded.map(row);
      const coefficients = arc(t, gramOf(rows, tensor.columns));
      const combined = {loaded: rows, coefficients, base: base && row(base), count: tensor.columns};
      combinedByGram(combined, sum, row(out));
    }
    tensor.store(block, out);
  }
}

/** Vectors along the first dimension: a walk to sum up each position's products, and one to mix. */
function byColumn(tensor: MergeTensor, t: number): void {
  const base = tensor.base >= 0 ? tensor.float() : undefined;
  const [a, b] = [tensor.float(), tensor.float()];
  const out = tensor.float();
  const width = tensor.count / (tensor.job.shape[0]! || 1);
  const products = [0, 1, 2].map(() => new Float64Array(width));
  const [aa, ab, bb] = products as [Float64Array, Float64Array, Float64Array];
  for (const block of tensor.blocks()) {
    loadAll(tensor, tensor.others, block, base, [a, b]);
    for (let e = 0; e < block.count; e++) {
      const column = (block.start + e) % width;
      aa[column]! += a[e]! * a[e]!;
      ab[column]! += a[e]! * b[e]!;
      bb[column]! += b[e]! * b[e]!;
    }
  }
  for (let column = 0; column < width; column++) {
    const [fa, fb] = arc(t, [
      [aa[column]!, ab[column]!],
      [ab[column]!, bb[column]!]
    ]);
    aa[column] = fa;
    bb[column] = fb;
  }
  for (const block of tensor.blocks()) {
    loadAll(tensor, tensor.others, block, base, [a, b]);
    for (let e = 0; e < block.count; e++) {
      const column = (block.start + e) % width;
      out[e] = (base ? base[e]! : 0) + aa[column]! * a[e]! + bb[column]! * b[e]!;
    }
    tensor.store(block, out);
  }
}
