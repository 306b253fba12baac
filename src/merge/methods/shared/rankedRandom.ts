import {type MergeTensor} from "../../engine/tensor.js";
import {argsortMagnitudes} from "../../numeric/argsort.js";
import {Draws} from "../../numeric/random.js";
import {type Keep, keepMask, type Sparsifier} from "./sparsify.js";

/**
 * Keeps entries at random, the larger the likelier: within each row (a tensor of one dimension is one row) the keep
 * probability rises with the rank of the magnitude from density - epsilon to density + epsilon.
 */
export const rankedRandom: Sparsifier = (tensor, inputs) => inputs.map((input) => keepRanked(tensor, input));

function keepRanked(tensor: MergeTensor, input: number): Keep | undefined {
  const {mask, model} = tensor.input(input);
  if (mask) return keepMask(mask);
  const density = tensor.own(input, "density");
  if (density >= 1) return undefined;
  if (density <= 0) return {apply: (delta, {count}) => delta.fill(0, 0, count)};
  const epsilon = tensor.own(input, "epsilon");
  const draws = new Draws(tensor.job.seed, tensor.job.name, model);
  const n = tensor.columns;
  const order = new Uint32Array(n);
  const spare = new Uint32Array(n);
  return {
    apply(delta, {start, count}) {
      for (let from = 0; from < count; from += n) {
        const row = delta.subarray(from, from + n);
        const sorted = argsortMagnitudes(row, n, order, spare);
        for (let rank = 0; rank < n; rank++) {
          const at = sorted[rank]!;
          const probability = n === 1 ? density : density - epsilon + (2 * epsilon * rank) / (n - 1);
          if (draws.at(start + from + at) >= probability * 4294967296) row[at] = 0;
        }
      }
    }
  };
}
