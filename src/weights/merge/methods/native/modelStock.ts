import type {MergeTensor} from "../../engine/tensor.js";
import {arithmeticOf, sums, vectorsOf, walkOf} from "./arithmetic.js";

/** model_stock in the tensor's own dtype. The mean is of the models themselves, not of their differences. */
export function modelStockNative(tensor: MergeTensor, filterWise: boolean): void {
  const {r, fill} = arithmeticOf(tensor);
  const vectors = vectorsOf(tensor, filterWise ? "rows" : "whole");
  const {others} = tensor;
  const n = others.length;
  const walk = walkOf(tensor, others, true);
  const norms = others.map((_, k) =>
    sums(walk, vectors, ({values}, i) => values[k]![i]! ** 2).map((square) => r(Math.sqrt(square)))
  );
  const total = new Float64Array(vectors.count);
  let pairs = 0;
  for (let a = 0; a < n; a++)
    for (let b = a + 1; b < n; b++) {
      const dots = sums(walk, vectors, ({values}, i) => r(values[a]![i]! * values[b]![i]!));
      dots.forEach((dot, v) => {
        const scale = Math.max(r(norms[a]![v]! * norms[b]![v]!), r(1e-6));
        total[v]! += Math.max(-1, Math.min(1, r(r(dot) / scale)));
      });
      pairs++;
    }
  const share = total.map((sum) => {
    const cosine = r(sum / pairs);
    return r(r(n * cosine) / r(1 + r((n - 1) * cosine)));
  });
  const rest = share.map((t) => r(1 - t));
  const base = tensor.float();
  const loaded = tensor.float();
  const mean = tensor.float();
  for (const block of tensor.blocks()) {
    const {start, count} = block;
    tensor.load(tensor.base, block, base);
    others.forEach((input, k) => {
      tensor.load(input, block, loaded);
      fill(mean, count, (i) => (k === 0 ? loaded[i]! : mean[i]! + loaded[i]!));
    });
    fill(mean, count, (i) => mean[i]! / n);
    fill(mean, count, (i) => share[vectors.of(start + i)]! * mean[i]!);
    fill(base, count, (i) => rest[vectors.of(start + i)]! * base[i]!);
    fill(mean, count, (i) => mean[i]! + base[i]!);
    tensor.store(block, mean);
  }
}
