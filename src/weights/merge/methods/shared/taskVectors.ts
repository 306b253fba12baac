import type {MergeTensor} from "../../engine/tensor.js";
import {rounded} from "../../numeric/convert.js";
import {addAgreeingPair, keepAgreeing, type PairFactors} from "../../numeric/signs.js";
import {addTo, divide, scaleBy, sumOfMagnitudes, sumOfTwo} from "../../numeric/vector.js";
import type {Method, ParameterSpec} from "../types.js";
import {deltaPass, type Keep, type Sparsifier} from "./sparsify.js";

export interface TaskVectorOptions {
  sparsify?: Sparsifier;
  /** The sparsifier looks at whole rows. */
  rows?: boolean;
  /** Only entries whose sign agrees with the weighted majority are summed. */
  consensus: boolean;
  /** Defaults of the recipe's parameters. */
  normalize: boolean;
  rescale: boolean;
  perModel?: Readonly<Record<string, ParameterSpec>>;
  checkValues?: Method["checkValues"];
}

/**
 * Generalised task arithmetic: differences to the base are sparsified, weighted, summed (with or without a
 * consensus of signs), optionally divided by the weights that took part, multiplied by lambda and added to the base.
 */
export function taskVectorMethod(options: TaskVectorOptions): Method {
  return {
    base: "required",
    models: {min: 1, max: Infinity},
    perModel: options.sparsify
      ? {weight: {kind: "number"}, density: {kind: "number", default: 1, min: 0, max: 1}, ...options.perModel}
      : {weight: {kind: "number"}, ...options.perModel},
    global: {
      normalize: {kind: "flag", default: Number(options.normalize)},
      rescale: {kind: "flag", default: Number(options.rescale)},
      lambda: {kind: "number", default: 1},
      int8_mask: {kind: "flag", default: 0}
    },
    elementwise: options.sparsify === undefined,
    chain: true,
    taskVectors: true,
    checkValues: options.checkValues,
    merge: (tensor) => mergeTaskVectors(tensor, options)
  };
}

function mergeTaskVectors(tensor: MergeTensor, {sparsify, rows, consensus}: TaskVectorOptions): void {
  const {others, work} = tensor;
  if (others.length === 0) return tensor.copy(tensor.base);
  const weights = others.map((i) => tensor.ownRounded(i, "weight"));
  const keeps = sparsify?.(tensor, others) ?? others.map(() => undefined);
  const factors =
    tensor.parameter("rescale") === 0 ? others.map(() => 1) : restoringFactors(tensor, keeps, rows);
  const normalize = tensor.parameter("normalize") !== 0;
  const lambda = tensor.parameter("lambda");
  const size = tensor.blockSize(rows);
  const base = tensor.float(size);
  const parts = others.map(() => tensor.float(size));
  const mix = tensor.float(size);
  const divisors = consensus ? tensor.float(size) : undefined;
  const total = rounded(
    work,
    weights.reduce((a, b) => a + b, 0)
  );
  const divisor = Math.abs(total) < 1e-8 ? 1 : total;
  const pair =
    consensus && !tensor.job.exact && parts.length === 2
      ? pairFactors(weights, normalize, lambda)
      : undefined;
  for (const keep of keeps) keep?.begin?.();
  for (const block of tensor.blocks(rows)) {
    const {count} = block;
    tensor.load(tensor.base, block, base);
    parts.forEach((part, k) => {
      tensor.loadDelta(others[k]!, block, base, part);
      keeps[k]?.apply(part, block);
      for (const factor of [factors[k]!, weights[k]!]) {
        scaleBy(part, factor, count);
        tensor.round(part, count);
      }
    });
    sum(parts, mix, count);
    if (pair) {
      addAgreeingPair(mix, [parts[0]!, parts[1]!], base, pair, count);
      tensor.store(block, mix);
      continue;
    }
    tensor.round(mix, count);
    if (divisors) {
      sumAgreeing(parts, weights, mix, divisors, count);
      tensor.round(mix, count);
      tensor.round(divisors, count);
      if (normalize) divide(mix, divisors, count);
    } else if (normalize) for (let e = 0; e < count; e++) mix[e] = mix[e]! / divisor;
    if (normalize) tensor.round(mix, count);
    scaleBy(mix, lambda, count);
    tensor.round(mix, count);
    addTo(mix, base, count);
    tensor.round(mix, count);
    tensor.store(block, mix);
  }
}

function sum(parts: readonly Float32Array[], into: Float32Array, count: number): void {
  const [first, second, ...rest] = parts;
  if (second) sumOfTwo(into, first!, second, count);
  else into.set(first!.subarray(0, count));
  for (const part of rest) addTo(into, part, count);
}

/**
 * Replaces the sums by those of the entries that have the sum's sign (zero counts as positive, a zero entry agrees
 * with nothing), and gives the sum of their weights.
 */
function sumAgreeing(
  parts: readonly Float32Array[],
  weights: readonly number[],
  mix: Float32Array,
  divisors: Float32Array,
  count: number
): void {
  divisors.fill(0, 0, count);
  // A sum of -0 has only zero entries, none of which agrees with anything.
  parts.forEach((part, k) => keepAgreeing(part, mix, divisors, weights[k]!, count));
  sum(parts, mix, count);
}

/** What the sum of two agreeing entries is multiplied by, division by the weights and lambda in one. */
function pairFactors(weights: readonly number[], normalize: boolean, lambda: number): PairFactors {
  const [first, second] = weights as [number, number];
  const factor = (divisor: number) => (normalize && divisor !== 0 ? lambda / divisor : lambda);
  return [factor(first), factor(second), factor(first + second)];
}

/**
 * What brings each difference's sum of magnitudes back to what it was before sparsifying; 1 when nothing is dropped
 * or either sum is next to nothing.
 */
function restoringFactors(tensor: MergeTensor, keeps: readonly (Keep | undefined)[], rows = false): number[] {
  const factors = keeps.map(() => 1);
  const dropping = keeps.flatMap((keep, k) => (keep ? [{keep, k, before: 0, after: 0}] : []));
  if (dropping.length === 0) return factors;
  for (const {keep} of dropping) keep.begin?.();
  const pass = deltaPass(
    tensor,
    dropping.map(({k}) => tensor.others[k]!),
    rows
  );
  pass((deltas, block) =>
    dropping.forEach((sums, at) => {
      const delta = deltas[at]!;
      sums.before += sumOfMagnitudes(delta, block.count);
      sums.keep.apply(delta, block);
      sums.after += sumOfMagnitudes(delta, block.count);
    })
  );
  for (const {k, before, after} of dropping)
    if (before >= 1e-7 && after >= 1e-7)
      factors[k] = rounded(tensor.work, rounded(tensor.work, before) / rounded(tensor.work, after));
  return factors;
}
