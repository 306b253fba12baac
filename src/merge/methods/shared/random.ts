import {rounded} from "../../numeric/convert.js";
import {randomAt} from "../../numeric/random.js";
import {keepMask, type Sparsifier} from "./sparsify.js";

/** Keeps each entry with probability `density`, drawn from (seed, tensor, model, position). */
export const random: Sparsifier = (tensor, input) => {
  const {mask, model} = tensor.input(input);
  if (mask) return keepMask(mask);
  const given = tensor.own(input, "density");
  const density = tensor.work === "BF16" ? rounded("BF16", given) : given;
  if (density >= 1) return undefined;
  const draw = randomAt(tensor.job.seed, tensor.job.name, model);
  const limit = Math.floor(density * 2147483648);
  return {
    apply(delta, {start, count}) {
      const bits = new Int32Array(delta.buffer, delta.byteOffset, count);
      // The sign of (31 random bits - limit) as a mask: a branch on random numbers is guessed wrong half the time.
      for (let i = 0; i < count; i++) bits[i] = bits[i]! & (((draw(start + i) >>> 1) - limit) >> 31);
    }
  };
};
