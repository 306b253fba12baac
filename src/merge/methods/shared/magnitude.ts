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
  return keepFrom(key, wanted - (tensor.count - below - equal));
};

/** Keeps keys above `key`, and the first `wanted` of those that equal it. */
export function keepFrom(key: number, wanted: number): Keep {
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
        const magnitude = v & 0x7fffffff;
        bits[i] = v & ~((magnitude - key) >> 31);
        if (magnitude === key && left-- <= 0) bits[i] = 0;
      }
    }
  };
}
