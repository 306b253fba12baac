import {gramMatrix, storeCombination} from "./shared/gram.js";
import type {Method} from "./types.js";

/** Below this norm a tensor has no direction. */
const NO_NORM = 1e-8;
/** Above this cosine the arc is as good as its chord. */
const PARALLEL = 0.9995;

/**
 * Along the arc between the base model (t = 0) and the other one (t = 1), the whole tensor taken as one vector; a
 * straight line where the two are nearly parallel.
 */
export const slerp: Method = {
  base: "required",
  models: {min: 1, max: 1},
  perModel: {},
  global: {t: {kind: "number", searched: {min: 0, max: 1}}},
  elementwise: false,
  chain: false,
  taskVectors: false,
  merge(tensor) {
    const inputs = [tensor.base, ...tensor.others];
    const t = tensor.parameter("t");
    const gram = gramMatrix(tensor, inputs, false);
    storeCombination(tensor, inputs, slerpCoefficients(t, gram), false);
  }
};

function slerpCoefficients(t: number, gram: readonly number[][]): [number, number] {
  const norms = [0, 1].map((i) => Math.sqrt(gram[i]![i]!));
  const scales = norms.map((norm) => (norm > NO_NORM ? norm : 1));
  const cosine = Math.max(-1, Math.min(1, gram[0]![1]! / (scales[0]! * scales[1]!)));
  if (Math.abs(cosine) > PARALLEL) return [1 - t, t];
  const theta = Math.acos(cosine);
  const sine = Math.sin(theta);
  return [Math.sin((1 - t) * theta) / sine, Math.sin(t * theta) / sine];
}
