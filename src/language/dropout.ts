import {mul, type Graph, type Node, type Tape} from "../ggml/index.js";
import {rng, type Seed} from "../stats/index.js";

/** Which values of a computation are set to 0 while training, and how often. */
export interface Dropout {
  /** In (0, 1); what is kept is divided by 1 − share, so that sums stay as they are on average. */
  share: number;
  /** Names the random stream: the same seed, step and micro-batch drop the same values. */
  seed: readonly Seed[];
}

/** The masks of one computation, made in the order they are asked for (https://jmlr.org/papers/v15/srivastava14a.html). */
export class Dropped {
  private readonly next: (() => number) | undefined;
  private readonly below: number;
  private readonly kept: number;

  constructor(
    private readonly graph: Graph,
    dropout: Dropout | undefined
  ) {
    const [seed = 0, ...names] = dropout?.seed ?? [];
    this.next = dropout && rng(seed, "dropout", ...names).bits;
    this.below = Math.round((dropout?.share ?? 0) * 0x1_0000);
    this.kept = 1 / (1 - (dropout?.share ?? 0));
  }

  /** A mask for `tokens` vectors of `width` values: [width, tokens] of 0 and 1 ÷ (1 − share); undefined without dropout. */
  mask(width: number, tokens: number): Node | undefined {
    const {next, below, kept} = this;
    if (!next) return undefined;
    const values = new Float32Array(width * tokens);
    // Sixteen bits decide on a value, two values a number.
    for (let i = 0; i < values.length; i += 2) {
      const bits = next();
      if ((bits & 0xffff) >= below) values[i] = kept;
      if (bits >>> 16 >= below) values[i + 1] = kept;
    }
    return this.graph.input(values, [width, tokens], "F32");
  }
}

/** x without the values that the mask drops. */
export const dropped = (tape: Tape, x: Node, mask: Node | undefined): Node => (mask ? mul(tape, x, mask) : x);
