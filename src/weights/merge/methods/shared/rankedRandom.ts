import type {MergeTensor} from "../../engine/tensor.js";
import {keepMasked} from "../../numeric/keep.js";
import {limitOf, RandomDraws} from "../../numeric/random.js";
import {MagnitudeRanks} from "../../numeric/ranks.js";
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
  const counters = (count: number) => tensor.counters(count);
  const ranks = new MagnitudeRanks(n, counters);
  const byRank = signed(counters(n));
  byRank.set(limitsOf(n, density, tensor.own(input, "epsilon")));
  const limits = signed(counters(tensor.blockSize(true) + 3));
  const own = tensor.mask(tensor.blockSize(true));
  const kept = remember ? tensor.mask(tensor.count) : undefined;
  let drawn = 0;
  return {
    apply(delta, {start, count}) {
      if (kept && start < drawn) return keepMasked(delta, kept, start, count);
      for (let from = 0; from < count; from += n)
        ranks.write(delta.subarray(from, from + n), byRank, limits, from);
      // Blocks of whole rows begin within a byte where rows of odd lengths do: those are drawn again in each walk.
      const isWhole =
        kept && start === drawn && start % 8 === 0 && (count % 8 === 0 || start + count === tensor.count);
      const mask = isWhole ? kept.subarray(start / 8) : own;
      draws.maskUnder(mask, start, count, limits);
      keepMasked(delta, mask, 0, count);
      if (isWhole) drawn = start + count;
    }
  };
}

function signed({buffer, byteOffset, length}: Uint32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

/** By rank, what a draw must be below to keep an entry. */
function limitsOf(n: number, density: number, epsilon: number): Int32Array {
  return Int32Array.from({length: n}, (_, rank) =>
    limitOf(n === 1 ? density : density - epsilon + (2 * epsilon * rank) / (n - 1))
  );
}
