import {magnitudesAt} from "../../numeric/select.js";
import {type Keep, keepMask, deltaPass, type Sparsifier} from "./sparsify.js";

/** Keeps the floor(density * N) largest magnitudes; of equal ones at the cut, the lowest indices. */
export const magnitude: Sparsifier = (tensor, input) => {
  const {mask} = tensor.input(input);
  if (mask) return keepMask(mask);
  const density = tensor.own(input, "density");
  if (density >= 1 || tensor.count === 0) return undefined;
  const wanted = Math.max(1, Math.floor(density * tensor.count));
  const [cut] = magnitudesAt([tensor.count - wanted], deltaPass(tensor, input), tensor.work === "BF16");
  const {key, below, equal} = cut!;
  return keepFrom(key, wanted - (tensor.count - below - equal), equal);
};

/** Keeps keys above `key`, and the first `wanted` of the `equal` ones at it. */
export function keepFrom(key: number, wanted: number, equal: number): Keep {
  let left = wanted;
  return {
    begin() {
      left = wanted;
    },
    apply(delta, {count}) {
      const bits = new Int32Array(delta.buffer, delta.byteOffset, count);
      // Arithmetic instead of branches: which entries survive is as good as random, and a processor guesses badly.
      for (let i = 0; i < count; i++) {
        const v = bits[i]!;
        bits[i] = v & ~(((v & 0x7fffffff) - key) >> 31);
      }
      if (wanted === equal) return;
      for (let i = 0; i < count; i++)
        if ((bits[i]! & 0x7fffffff) === key) {
          if (left > 0) left--;
          else bits[i] = 0;
        }
    }
  };
}
