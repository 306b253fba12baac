import type {MergeTensor} from "../../engine/tensor.js";
import type {Rank} from "../../numeric/select.js";
import {deltaRanks, type Keep, keepMask, type Sparsifier} from "./sparsify.js";

/**
 * Drops the floor(gamma * N) largest magnitudes and so many of the smallest that floor(density * N) stay. Equal ones
 * at a cut keep index order: at the bottom the lowest go first, at the top the highest. The reference keeps nothing
 * when no outlier is dropped (small tensors); that is followed only when exact.
 */
export const outliers: Sparsifier = (tensor, inputs) => {
  const cuts = inputs.map((input) => (tensor.input(input).mask ? undefined : cutsOf(tensor, input)));
  const searched = inputs.flatMap((input, k) => {
    const cut = cuts[k];
    return typeof cut === "object" ? [{input, positions: positionsOf(tensor.count, cut)}] : [];
  });
  const ranks = deltaRanks(tensor, searched);
  return inputs.map((input, k) => {
    const {mask} = tensor.input(input);
    if (mask) return keepMask(mask);
    const cut = cuts[k];
    if (cut === undefined) return undefined;
    if (cut === "nothing stays") return {apply: (delta, {count}) => delta.fill(0, 0, count)};
    const [low, high] = ranks[searched.findIndex((entry) => entry.input === input)] as [Rank, Rank];
    return keepBetween(low, high, cut, tensor.count);
  });
};

/** How many of the smallest and of the largest magnitudes are dropped. */
interface Cuts {
  bottom: number;
  top: number;
}

/** Undefined when all stay. */
function cutsOf(tensor: MergeTensor, input: number): Cuts | "nothing stays" | undefined {
  const n = tensor.count;
  const density = tensor.own(input, "density");
  if (density >= 1 || n === 0) return undefined;
  let top = Math.floor(tensor.own(input, "gamma") * n);
  let bottom = n - Math.floor(density * n) - top;
  if (bottom < 0) {
    top += bottom;
    bottom = 0;
  }
  return (top === 0 && tensor.job.exact) || bottom + top >= n ? "nothing stays" : {bottom, top};
}

function positionsOf(n: number, {bottom, top}: Cuts): number[] {
  return [bottom, Math.min(n - 1, n - top)];
}

function keepBetween(low: Rank, high: Rank, {bottom, top}: Cuts, n: number): Keep {
  const dropLow = bottom - low.below;
  const keepHigh = top === 0 ? Infinity : n - top - high.below;
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
          key < low.key ||
          (key === low.key && lowSeen++ < dropLow) ||
          (keepHigh !== Infinity && (key > high.key || (key === high.key && highSeen++ >= keepHigh)));
        if (dropped) bits[i] = 0;
      }
    }
  };
}
