import {gramMatrix, storeCombination, inner, normOf} from "./shared/gram.js";
import {multislerpNative} from "./native/multislerp.js";
import {checkSum} from "./shared/checks.js";
import type {Method} from "./types.js";

/**
 * Weighted mean of directions on the sphere, by one step from their normalised mean along the tangent, at the
 * weighted mean of the lengths. With a base, of the differences to it. All vectors met on the way are combinations of
 * the inputs, so their inner products are all that is needed.
 */
export const multislerp: Method = {
  base: "optional",
  models: {min: 2, max: Infinity},
  perModel: {weight: {kind: "number"}},
  global: {normalize_weights: {kind: "flag", default: 1}, eps: {kind: "number", default: 1e-8, min: 0}},
  elementwise: false,
  chain: true,
  taskVectors: false,
  checkInputs: checkSum("normalize_weights"),
  merge(tensor) {
    const {others} = tensor;
    const deltas = tensor.base >= 0;
    const normalize = tensor.parameter("normalize_weights") !== 0;
    const eps = tensor.parameter("eps");
    if (tensor.job.exact) {
      if (!multislerpNative(tensor, normalize, eps)) throw noMean(tensor.job.name);
      return;
    }
    const raw = others.map((i) => tensor.own(i, "weight"));
    const total = raw.reduce((a, b) => a + b, 0);
    const weights = normalize ? raw.map((w) => w / total) : raw;
    const gram = gramMatrix(tensor, others, deltas);
    const coefficients = mix(gram, weights, eps);
    if (!coefficients) throw noMean(tensor.job.name);
    storeCombination(tensor, others, coefficients, deltas);
  }
};

function noMean(name: string): Error {
  return new Error(
    `${name}: the models' directions cancel out, so multislerp has no mean to start from. Change the weights.`
  );
}

function mix(gram: readonly number[][], weights: readonly number[], eps: number): number[] | undefined {
  const norms = gram.map((row, i) => Math.sqrt(row[i]!));
  const units = norms.map((norm) => 1 / (norm + eps));
  const mean = weights.map((w, i) => w * units[i]!);
  const length = normOf(mean, gram);
  if (length < eps) return weights.length === 2 ? [...weights] : undefined;
  const m = mean.map((c) => c / length);
  const tangent = weights.map((w, i) => w * units[i]!);
  let along = 0;
  weights.forEach((w, i) => {
    const unit = weights.map((_, j) => (j === i ? units[i]! : 0));
    along += w * inner(unit, m, gram);
  });
  const v = tangent.map((c, i) => c - along * m[i]!);
  const angle = normOf(v, gram) + eps;
  const scale = weights.reduce((sum, w, i) => sum + w * norms[i]!, 0);
  return m.map((c, i) => scale * (c * Math.cos(angle) + (v[i]! * Math.sin(angle)) / angle));
}
