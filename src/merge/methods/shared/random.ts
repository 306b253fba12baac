import {rounded} from "../../numeric/convert.js";
import {Draws} from "../../numeric/random.js";
import {keepMask, type Sparsifier} from "./sparsify.js";

/** Keeps each entry with probability `density`, drawn from (seed, tensor, model, position). */
export const random: Sparsifier = (tensor, inputs) =>
  inputs.map((input) => {
    const {mask, model} = tensor.input(input);
    if (mask) return keepMask(mask);
    const density = rounded(tensor.work, tensor.own(input, "density"));
    if (density >= 1) return undefined;
    const draws = new Draws(tensor.job.seed, tensor.job.name, model);
    return {apply: (delta, {start, count}) => draws.keep(delta, start, count, density)};
  });
