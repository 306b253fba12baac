import {type MergeTensor} from "../../engine/tensor.js";
import {rounded} from "../../numeric/convert.js";
import {add, scale, sumOfMagnitudes} from "../../numeric/vector.js";
import {type Method, type ParameterSpec} from "../types.js";
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
    perModel: {
      weight: {kind: "number"},
      density: {kind: "number", default: 1, min: 0},
      ...options.perModel
    },
    global: {
      normalize: {kind: "flag", default: Number(options.normalize)},
      rescale: {kind: "flag", default: Number(options.rescale)},
      lambda: {kind: "number", default: 1},
      int8_mask: {kind: "flag", default: 0}
    },
    elementwise: options.sparsify === undefined,
    chain: true,
    taskVectors: true,
    ...(options.checkValues && {checkValues: options.checkValues}),
    merge: (tensor) => mergeTaskVectors(tensor, options)
  };
}

function mergeTaskVectors(tensor: MergeTensor, {sparsify, rows, consensus}: TaskVectorOptions): void {
  const {others, work} = tensor;
  if (others.length === 0) return tensor.copy(tensor.base);
  const weights = others.map((i) => tensor.ownRounded(i, "weight"));
  const keeps = others.map((i) => sparsify?.(tensor, i));
  const rescale = tensor.parameter("rescale") !== 0;
  const factors = others.map((i, k) =>
    rescale && keeps[k] ? restoringFactor(tensor, i, keeps[k], rows) : 1
  );
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
  const fast = consensus && !tensor.job.exact && parts.length === 2;
  for (const keep of keeps) keep?.begin?.();
  for (const block of tensor.blocks(rows)) {
    const {count} = block;
    tensor.load(tensor.base, block, base);
    parts.forEach((part, k) => {
      tensor.loadDelta(others[k]!, block, base, part);
      keeps[k]?.apply(part, block);
      for (const factor of [factors[k]!, weights[k]!]) {
        scale(part, factor, count);
        tensor.round(part, count);
      }
    });
    sum(parts, mix, count);
    if (fast) {
      addAgreeingPair(parts, weights, {normalize, lambda}, base, mix, count);
      tensor.store(block, mix);
      continue;
    }
    tensor.round(mix, count);
    if (divisors) {
      sumAgreeing(parts, weights, mix, divisors, count);
      tensor.round(mix, count);
      tensor.round(divisors, count);
      if (normalize)
        for (let e = 0; e < count; e++) mix[e] = mix[e]! / (divisors[e] === 0 ? 1 : divisors[e]!);
    } else if (normalize) for (let e = 0; e < count; e++) mix[e] = mix[e]! / divisor;
    if (normalize) tensor.round(mix, count);
    scale(mix, lambda, count);
    tensor.round(mix, count);
    add(mix, base, count);
    tensor.round(mix, count);
    tensor.store(block, mix);
  }
}

function sum(parts: readonly Float32Array[], into: Float32Array, count: number): void {
  if (parts.length === 2) {
    const [a, b] = parts as [Float32Array, Float32Array];
    for (let e = 0; e < count; e++) into[e] = a[e]! + b[e]!;
    return;
  }
  into.set(parts[0]!.subarray(0, count));
  for (const part of parts.slice(1)) add(into, part, count);
}

/**
 * Replaces the sums by those of the entries that have the sum's sign (zero counts as positive, a zero entry agrees
 * with nothing), and gives the sum of their weights. Works on the bits: the sign of weights looks random, and a
 * processor guesses such branches badly.
 */
function sumAgreeing(
  parts: readonly Float32Array[],
  weights: readonly number[],
  mix: Float32Array,
  divisors: Float32Array,
  count: number
): void {
  const signs = new Int32Array(mix.buffer, mix.byteOffset, count);
  divisors.fill(0, 0, count);
  // A sum of -0 has only zero entries, none of which agrees with anything.
  parts.forEach((part, k) => {
    const bits = new Int32Array(part.buffer, part.byteOffset, count);
    const weight = weights[k]!;
    for (let e = 0; e < count; e++) {
      const v = bits[e]!;
      const agrees = ~((v ^ signs[e]!) >> 31) & (((v & 0x7fffffff) + 0x7fffffff) >> 31);
      bits[e] = v & agrees;
      divisors[e] = divisors[e]! - agrees * weight;
    }
  });
  sum(parts, mix, count);
}

/** The same for two models in one walk, with lambda, and the base added. `mix` holds the sums and gets the result. */
function addAgreeingPair(
  parts: readonly Float32Array[],
  weights: readonly number[],
  {normalize, lambda}: {normalize: boolean; lambda: number},
  base: Float32Array,
  mix: Float32Array,
  count: number
): void {
  const [a, b] = parts as [Float32Array, Float32Array];
  const aBits = new Int32Array(a.buffer, a.byteOffset, count);
  const bBits = new Int32Array(b.buffer, b.byteOffset, count);
  const signs = new Int32Array(mix.buffer, mix.byteOffset, count);
  // By which of the two agree: none, the first, the second, both.
  const factors = Float64Array.from([0, weights[0]!, weights[1]!, weights[0]! + weights[1]!], (divisor) =>
    normalize && divisor !== 0 ? lambda / divisor : lambda
  );
  for (let e = 0; e < count; e++) {
    const sign = signs[e]!;
    const x = aBits[e]!;
    const y = bBits[e]!;
    const first = ~((x ^ sign) >> 31) & (((x & 0x7fffffff) + 0x7fffffff) >> 31);
    const second = ~((y ^ sign) >> 31) & (((y & 0x7fffffff) + 0x7fffffff) >> 31);
    aBits[e] = x & first;
    bBits[e] = y & second;
    mix[e] = base[e]! + (a[e]! + b[e]!) * factors[(first & 1) | (second & 2)]!;
  }
}

/** What brings the sum of magnitudes back to what it was before sparsifying; 1 when either sum is next to nothing. */
function restoringFactor(tensor: MergeTensor, input: number, keep: Keep, rows = false): number {
  let before = 0;
  let after = 0;
  keep.begin?.();
  deltaPass(
    tensor,
    input,
    rows
  )((delta, count, block) => {
    before += sumOfMagnitudes(delta, count);
    keep.apply(delta, block);
    after += sumOfMagnitudes(delta, count);
  });
  if (before < 1e-7 || after < 1e-7) return 1;
  return rounded(tensor.work, rounded(tensor.work, before) / rounded(tensor.work, after));
}
