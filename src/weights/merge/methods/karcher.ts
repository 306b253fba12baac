import {gramMatrix, storeCombination, inner, normOf} from "./shared/gram.js";
import {karcherNative} from "./native/karcher.js";
import type {Method} from "./types.js";

/**
 * The point on the sphere nearest to all models' directions, found by repeated steps from their normalised mean, at
 * the mean of their lengths. A base model is one more input. Every point met on the way is a combination of the
 * inputs, so the tensors are read twice whatever the number of steps.
 */
export const karcher: Method = {
  base: "input",
  models: {min: 2, max: Infinity},
  perModel: {},
  global: {max_iter: {kind: "count", default: 10, min: 0}, tol: {kind: "number", default: 1e-5, min: 0}},
  elementwise: false,
  chain: true,
  taskVectors: false,
  merge(tensor) {
    const inputs = tensor.job.inputs.map((_, i) => i);
    const iterations = tensor.parameter("max_iter");
    const tolerance = tensor.parameter("tol");
    if (tensor.job.exact) return karcherNative(tensor, iterations, tolerance);
    const gram = gramMatrix(tensor, inputs, false);
    storeCombination(tensor, inputs, karcherCoefficients(gram, iterations, tolerance), false);
  }
};

function karcherCoefficients(gram: readonly number[][], maxIterations: number, tolerance: number): number[] {
  const n = gram.length;
  const norms = gram.map((row, i) => Math.sqrt(row[i]!));
  const live = norms.flatMap((norm, i) => (norm > tolerance ? [i] : []));
  if (live.length === 0) return norms.map(() => 0);
  const share = 1 / live.length;
  const units = live.map((i) => norms.map((_, j) => (j === i ? 1 / norms[i]! : 0)));
  const zero = () => new Array<number>(n).fill(0);
  const added = (a: readonly number[], f: number, b: readonly number[]) => a.map((v, i) => v + f * b[i]!);
  const normalised = (a: readonly number[]) => {
    const norm = normOf(a, gram);
    return norm < tolerance ? undefined : a.map((v) => v / norm);
  };
  let u = normalised(units.reduce((sum, unit) => added(sum, share, unit), zero())) ?? units[0]!;
  for (let step = 0; step < maxIterations; step++) {
    let tangent = zero();
    for (const unit of units) {
      const cosine = Math.max(-1, Math.min(1, inner(u, unit, gram)));
      const theta = Math.acos(cosine);
      if (theta < tolerance) continue;
      const factor = (share * theta) / Math.sin(theta);
      tangent = added(added(tangent, factor, unit), -factor * cosine, u);
    }
    const length = normOf(tangent, gram);
    if (length < tolerance) break;
    u = added(
      u.map((v) => v * Math.cos(length)),
      Math.sin(length) / length,
      tangent
    );
    u = normalised(u) ?? u;
  }
  const scale = norms.reduce((a, b) => a + b, 0) / n;
  return u.map((v) => v * scale);
}
