import {BLOCK} from "../../engine/scratch.js";
import type {MergeTensor} from "../../engine/tensor.js";
import {rounded} from "../../numeric/convert.js";
import {keepMasked} from "../../numeric/keep.js";
import {RandomDraws} from "../../numeric/random.js";
import {type Keep, keepMask, mayRemember, type Sparsifier} from "./sparsify.js";

/** Keeps each entry with probability `density`, drawn from (seed, tensor, model, position). */
export const random: Sparsifier = (tensor, inputs) => {
  const remember = mayRemember(tensor, inputs);
  return inputs.map((input) => {
    const {mask, model, drawnBy = model} = tensor.input(input);
    if (mask) return keepMask(mask);
    const density = rounded(tensor.work, tensor.own(input, "density"));
    if (density >= 1) return undefined;
    const draws = new RandomDraws(tensor.job.seed, tensor.job.name, drawnBy);
    return remember ? drawOnce(tensor, draws, density) : drawAgain(tensor, draws, density);
  });
};

function drawOnce(tensor: MergeTensor, draws: RandomDraws, density: number): Keep {
  const mask = tensor.mask(tensor.count);
  let drawn = 0;
  return {
    apply(delta, {start, count}) {
      if (start === drawn) {
        draws.mask(mask.subarray(start / 8), start, count, density);
        drawn += count;
      }
      keepMasked(delta, mask, start, count);
    }
  };
}

function drawAgain(tensor: MergeTensor, draws: RandomDraws, density: number): Keep {
  const mask = tensor.mask(BLOCK);
  return {
    apply(delta, {start, count}) {
      draws.mask(mask, start, count, density);
      keepMasked(delta, mask, 0, count);
    }
  };
}
