import {magnitudesAt} from "../../numeric/select.js";
import {deltaPass, keepMask, type Sparsifier} from "./sparsify.js";

/**
 * Drops the floor(gamma * N) largest magnitudes and so many of the smallest that floor(density * N) stay. Equal ones
 * at a cut keep index order: at the bottom the lowest go first, at the top the highest. The reference keeps nothing
 * when no outlier is dropped (small tensors); that is followed only when exact.
 */
export const outliers: Sparsifier = (tensor, input) => {
  const {mask} = tensor.input(input);
  if (mask) return keepMask(mask);
  const n = tensor.count;
  const density = tensor.own(input, "density");
  if (density >= 1 || n === 0) return undefined;
  let top = Math.floor(tensor.own(input, "gamma") * n);
  let bottom = n - Math.floor(density * n) - top;
  if (bottom < 0) {
    top += bottom;
    bottom = 0;
  }
  if ((top === 0 && tensor.job.exact) || bottom + top >= n)
    return {apply: (delta, {count}) => delta.fill(0, 0, count)};
  const [low, high] = magnitudesAt(
    [bottom, Math.min(n - 1, n - top)],
    deltaPass(tensor, input),
    tensor.work === "BF16"
  );
  const dropLow = bottom - low!.below;
  const keepHigh = top === 0 ? Infinity : n - top - high!.below;
  let lowSeen = 0;
  let highSeen = 0;
  return {
    begin() {
      lowSeen = 0;
      highSeen = 0;
    },
    apply(delta, {count}) {
      const bits = new Int32Array(delta.buffer, delta.byteOffset, count);
      for (let i = 0; i < count; i++) {
        const key = bits[i]! & 0x7fffffff;
        const dropped =
          key < low!.key ||
          (key === low!.key && lowSeen++ < dropLow) ||
          (keepHigh !== Infinity && (key > high!.key || (key === high!.key && highSeen++ >= keepHigh)));
        if (dropped) bits[i] = 0;
      }
    }
  };
};
