import {rounded} from "../../numeric/convert.js";
import {randomAt} from "../../numeric/random.js";
import {keepMask, type Sparsifier} from "./sparsify.js";

/** Keeps each entry with probability `density`, drawn from (seed, tensor, model, position). */
export const random: Sparsifier = (tensor, input) => {
  const {mask, model} = tensor.input(input);
  if (mask) return keepMask(mask);
  const density = rounded(tensor.work, tensor.own(input, "density"));
  if (density >= 1) return undefined;
  const draw = randomAt(tensor.job.seed, tensor.job.name, model);
  const limit = density * 4294967296;
  return {
    apply(delta, {start, count}) {
      for (let i = 0; i < count; i++) delta[i] = draw(start + i) < limit ? delta[i]! : 0;
    }
  };
};
