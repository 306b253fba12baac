import {mul, type Graph, type Node, type Tape} from "../../weights/ggml/index.js";
import {rng, type Seed} from "../../base/stats/index.js";

/** Which values of a computation are set to 0 while training, and how often. */
export interface Dropout {
  /** In (0, 1); what is kept is divided by 1 − share, so that sums stay as they are on average. */
  share: number;
  /** Names the random stream: the same seed, step and micro-batch drop the same values. */
  seed: readonly Seed[];
}

/**
 * Makes the masks of one computation, in the order they are asked for, each when its values are set: for `tokens` vectors of
 * `width` values [width, tokens] of 0 and 1 ÷ (1 − share), or undefined without dropout
 * (https://jmlr.org/papers/v15/srivastava14a.html).
 */
export function dropMasks(
  graph: Graph,
  dropout: Dropout | undefined
): (width: number, tokens: number) => Node | undefined {
  if (!dropout) return () => undefined;
  const {share, seed} = dropout;
  const [first = 0, ...names] = seed;
  const {bits: next} = rng(first, "dropout", ...names);
  const below = Math.round(share * 0x1_0000);
  const kept = 1 / (1 - share);
  // One array for all of them: together they are as large as the tensors that the library holds.
  let array = new Float32Array(0);
  const draw = (count: number): Float32Array => {
    if (array.length < count) array = new Float32Array(count);
    const values = array.subarray(0, count).fill(0);
    // Sixteen bits decide on a value, two values a number.
    for (let i = 0; i < values.length; i += 2) {
      const bits = next();
      if ((bits & 0xffff) >= below) values[i] = kept;
      if (bits >>> 16 >= below) values[i + 1] = kept;
    }
    return values;
  };
  return (width, tokens) => graph.input(() => draw(width * tokens), [width, tokens], "F32");
}

/** x without the values that the mask drops. */
export const dropped = (tape: Tape, x: Node, mask: Node | undefined): Node => (mask ? mul(tape, x, mask) : x);
