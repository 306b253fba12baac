import type {SequenceJob} from "./lane.js";
import {logNormalizer} from "./sampling.js";

/** Reads an answer that is given, and adds up how likely the model was to write it. */
export class ScoreJob implements SequenceJob {
  readonly prompt: readonly number[];
  readonly wantedFrom: number;
  reused = 0;
  private sum = 0;
  private read = 0;

  constructor(
    context: readonly number[],
    private readonly answer: readonly number[],
    /** The tokens that end an answer. */
    private readonly ends: readonly number[],
    private readonly events: {onDone(logprob: number): void; onError(error: unknown): void}
  ) {
    this.prompt = [...context, ...answer];
    this.wantedFrom = context.length - 1;
  }

  /** Takes the logits before each token of the answer, and those after the last for its end. */
  advance(logits: Float32Array): [] | undefined {
    const normalizer = logNormalizer(logits);
    if (this.read < this.answer.length) {
      this.sum += logits[this.answer[this.read++]!]! - normalizer;
      return [];
    }
    const ending = this.ends.reduce((sum, token) => sum + Math.exp(logits[token]! - normalizer), 0);
    this.events.onDone(this.sum + Math.log(ending));
    return undefined;
  }

  fail(error: unknown): void {
    this.events.onError(error);
  }
}
