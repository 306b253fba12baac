import type {MergeTensor} from "../engine/tensor.js";
import {rounded} from "../numeric/convert.js";
import {magnitudesAt} from "../numeric/select.js";
import {loadAll} from "./shared/gram.js";
import type {Method} from "./types.js";

/** Kept apart from zero when two distributions are compared. */
const FLOOR = 1e-8;
/** Rows whose divergences are remembered; those of longer tensors are computed in every walk. */
const REMEMBERED = 1 << 20;

/**
 * Takes over from the other model the entries that matter most: importance is |difference| times the row's divergence
 * between the softmax of both, and what reaches median + 1.5 * (upper - lower quartile) is taken. Quartiles are of
 * all elements; the reference samples tensors above a million.
 */
export const arceeFusion: Method = {
  base: "required",
  models: {min: 1, max: 1},
  perModel: {},
  global: {},
  elementwise: false,
  chain: true,
  widens: "all",
  taskVectors: false,
  exactResult: "F32",
  merge(tensor) {
    if (tensor.count === 0) return;
    const size = tensor.blockSize(true);
    const base = tensor.float(size);
    const delta = tensor.float(size);
    const importance = tensor.float(size);
    const walk = importances(tensor, base, delta, importance);
    const last = tensor.count - 1;
    const cuts = magnitudesAt(
      [0.25, 0.5, 0.75].map((q) => Math.floor(q * last)),
      (visit) => walk((block) => visit(importance, block.count))
    );
    const [lower, median, upper] = cuts.map(({key}) => floatOf(key)) as [number, number, number];
    const r = (value: number) => rounded(tensor.work, value);
    const threshold = r(median + r(1.5 * r(upper - lower)));
    walk((block) => {
      for (let e = 0; e < block.count; e++) if (importance[e]! >= threshold) base[e] = base[e]! + delta[e]!;
      tensor.store(block, base);
    });
  }
};

function floatOf(bits: number): number {
  return new Float32Array(new Uint32Array([bits]).buffer)[0]!;
}

/** Walks over the blocks, each time with the importance of every element; the rows' divergences are found once. */
function importances(
  tensor: MergeTensor,
  base: Float32Array,
  delta: Float32Array,
  importance: Float32Array
): (visit: (block: {start: number; count: number}) => void) => void {
  const n = tensor.columns;
  const divergence = divergences(tensor);
  const remembered = new Float64Array(Math.min(tensor.count / n, REMEMBERED));
  let known = 0;
  return (visit) => {
    for (const block of tensor.blocks(true)) {
      loadAll(tensor, tensor.others, block, base, [delta]);
      for (let from = 0; from < block.count; from += n) {
        const row = (block.start + from) / n;
        const change = delta.subarray(from, from + n);
        const kl = row < known ? remembered[row]! : divergence(base.subarray(from, from + n), change);
        if (row === known && known < remembered.length) remembered[known++] = kl;
        const into = importance.subarray(from, from + n);
        magnitudesTimes(into, change, kl);
      }
      tensor.round(importance, block.count);
      visit(block);
    }
  };
}

/** The divergence between the softmax of a row with its change and that of the row itself. */
function divergences(tensor: MergeTensor): (row: Float32Array, change: Float32Array) => number {
  const n = tensor.columns;
  const p = new Float32Array(n);
  const q = new Float32Array(n);
  const r = (value: number) => rounded(tensor.work, value);
  return (row, change) => {
    for (let e = 0; e < n; e++) p[e] = row[e]! + change[e]!;
    tensor.round(p, n);
    q.set(row);
    for (const side of [p, q]) {
      softmax(side);
      tensor.round(side, n);
      for (let e = 0; e < n; e++) side[e] = side[e]! + FLOOR;
      tensor.round(side, n);
    }
    if (tensor.work === "F32") return Math.fround(divergenceOf(p, q));
    let divergence = 0;
    for (let e = 0; e < n; e++) divergence += r(p[e]! * r(Math.log(r(p[e]! / q[e]!))));
    return r(divergence);
  };
}

// Apart from the rounding to any dtype, which takes longer than the logarithm.
function divergenceOf(p: Float32Array, q: Float32Array): number {
  const {fround, log} = Math;
  let divergence = 0;
  for (let e = 0; e < p.length; e++) divergence += fround(p[e]! * fround(log(fround(p[e]! / q[e]!))));
  return divergence;
}

function magnitudesTimes(into: Float32Array, change: Float32Array, factor: number): void {
  for (let e = 0; e < into.length; e++) into[e] = Math.abs(change[e]!) * factor;
}

function softmax(values: Float32Array): void {
  let top = -Infinity;
  for (const v of values) top = Math.max(top, v);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.exp(values[i]! - top);
    sum += values[i]!;
  }
  for (let i = 0; i < values.length; i++) values[i] = values[i]! / sum;
}
