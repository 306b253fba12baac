import type {ActiveAdapter} from "../adapters.js";
import type {LanguageModel} from "../model.js";
import type {Lanes} from "./lanes.js";
import {tokenLosses} from "./loss.js";
import type {LabelledBatch} from "./rows.js";
import {targetsOf} from "./targets.js";

/** Of each row of a part: the log-probability of its learned tokens, summed, and how many there are. */
export interface AnswerScores {
  sums: number[];
  tokens: number[];
}

/** Scores answers under the model that is trained and under the one it began as. */
export class PolicyScoring {
  /** `reference`: the model it began as, when all weights are trained; else that is the model without its adapter. */
  constructor(
    private readonly lanes: Lanes,
    private readonly adapter: ActiveAdapter | undefined,
    private readonly reference: LanguageModel | undefined
  ) {}

  /** Under the model as it is now, part after part. */
  async policy(parts: readonly LabelledBatch[]): Promise<AnswerScores[]> {
    const losses = await this.lanes.losses(parts, () => ({weight: 1}));
    return parts.map((part, i) => scoresOf(part, losses[i]!));
  }

  /** Under the model it began as, part after part. */
  async before(parts: readonly LabelledBatch[]): Promise<AnswerScores[]> {
    const {reference, adapter} = this;
    if (reference)
      return parts.map((part) => {
        const targets = targetsOf(part.batch, part.labels, 1);
        return scoresOf(part, tokenLosses(reference, part.batch, targets));
      });
    adapter!.off();
    try {
      return await this.policy(parts);
    } finally {
      adapter!.on();
    }
  }

  free(): void {
    this.reference?.free();
  }
}

function scoresOf({batch, labels}: LabelledBatch, losses: Float32Array): AnswerScores {
  const found: AnswerScores = {sums: labels.map(() => 0), tokens: labels.map(() => 0)};
  targetsOf(batch, labels, 1).places.forEach((place, i) => {
    const row = Math.floor(place / batch.length);
    found.sums[row]! -= losses[i]!;
    found.tokens[row]!++;
  });
  return found;
}
