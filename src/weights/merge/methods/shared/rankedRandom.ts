import type {MergeTensor} from "../../engine/tensor.js";
import {argsortMagnitudes} from "../../numeric/argsort.js";
import {keepMasked} from "../../numeric/keep.js";
import {RandomDraws} from "../../numeric/random.js";
import {type Keep, keepMask, mayRemember, type Sparsifier} from "./sparsify.js";

/**
 * Keeps entries at random, the larger the likelier: within each row (a tensor of one dimension is one row) the keep
 * probability rises with the rank of the magnitude from density - epsilon to density + epsilon.
 */
export const rankedRandom: Sparsifier = (tensor, inputs) => {
  const remember = mayRemember(tensor, inputs);
  return inputs.map((input) => keepRanked(tensor, input, remember));
};

function keepRanked(tensor: MergeTensor, input: number, remember: boolean): Keep | undefined {
  const {mask: given, model, drawnBy = model} = tensor.input(input);
  if (given) return keepMask(given);
  const density = tensor.own(input, "density");
  if (density >= 1) return undefined;
  if (density <= 0) return {apply: (delta, {count}) => delta.fill(0, 0, count)};
  const draws = new RandomDraws(tensor.job.seed, tensor.job.name, drawnBy);
  const n = tensor.columns;
  const limits = limitsOf(n, density, tensor.own(input, "epsilon"));
  const order = new Uint32Array(n);
  const spare = new Uint32Array(n);
  const mask = remember ? tensor.mask(tensor.count).fill(0) : undefined;
  let drawn = 0;
  return {
    apply(delta, {start, count}) {
      if (mask && start < drawn) return keepMasked(delta, mask, start, count);
      for (let from = 0; from < count; from += n) {
        const row = delta.subarray(from, from + n);
        const sorted = argsortMagnitudes(row, n, order, spare);
        for (let rank = 0; rank < n; rank++) {
          const position = sorted[rank]!;
          const at = start + from + position;
          if (draws.at(at) >= limits[rank]!) row[position] = 0;
          else if (mask) mask[Math.floor(at / 8)]! |= 128 >> (at % 8);
        }
      }
      drawn = start + count;
    }
  };
}

/** By rank, the number (of 2^32) below which a draw keeps an entry. */
function limitsOf(n: number, density: number, epsilon: number): Float64Array {
  return Float64Array.from({length: n}, (_, rank) => {
    const probability = n === 1 ? density : density - epsilon + (2 * epsilon * rank) / (n - 1);
    return probability * 4294967296;
  });
}
