import {gramMatrix, storeCombination} from "./shared/gram.js";
import {inner, normOf} from "./shared/span.js";
import {type Method} from "./types.js";

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
  chain: false,
  taskVectors: false,
  merge(tensor) {
    const {others} = tensor;
    const deltas = tensor.base >= 0;
    const raw = others.map((i) => tensor.own(i, "weight"));
    const total = raw.reduce((a, b) => a + b, 0);
    const weights = tensor.parameter("normalize_weights") ? raw.map((w) => w / total) : raw;
    const gram = gramMatrix(tensor, others, deltas);
    const coefficients = mix(gram, weights, tensor.parameter("eps"));
    if (!coefficients)
      throw new Error(
        `${tensor.job.name}: the models' directions cancel out, so multislerp has no mean to start from. Change the weights.`
      );
    storeCombination(tensor, others, coefficients, deltas);
  }
};

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
