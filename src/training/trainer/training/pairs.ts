import type {ActiveAdapter} from "../adapters.js";
import type {LanguageModel} from "../model.js";
import type {PreferencePair} from "./job.js";
import type {Lanes} from "./lanes.js";
import {tokenLosses} from "./loss.js";
import {
  preferenceLoss,
  type PreferenceResult,
  type PreferenceSettings,
  type ScoredAnswer
} from "./preference.js";
import {type LabelledBatch, paddedRows} from "./rows.js";
import {targetsOf} from "./targets.js";

/** Better answers first, then the worse ones. */
export function pairRows(pairs: readonly PreferencePair[]): LabelledBatch {
  return paddedRows([...pairs.map(({chosen}) => chosen), ...pairs.map(({rejected}) => rejected)]);
}

/** The slope of each row of parts that `pairRows` made, whose pairs were compared one part after the other. */
export function slopesOf(
  parts: readonly LabelledBatch[],
  {chosen, rejected}: Pick<PreferenceResult, "chosen" | "rejected">
): number[][] {
  let from = 0;
  return parts.map(({labels}) => {
    const to = from + labels.length / 2;
    const own = [...chosen.slice(from, to), ...rejected.slice(from, to)];
    from = to;
    return own;
  });
}

interface AnswerScores {
  sums: number[];
  tokens: number[];
}

/** Compares answers under the model that is trained with those under the model it began as. */
export class PairComparison {
  /** `reference`: what preferences are measured from when all weights are trained; else it is the model without its adapter. */
  constructor(
    private readonly lanes: Lanes,
    private readonly adapter: ActiveAdapter | undefined,
    private readonly reference: LanguageModel | undefined
  ) {}

  /** The preference loss of pairs under the model as it is now; `parts` as `pairRows` makes them. */
  async compare(parts: readonly LabelledBatch[], preference: PreferenceSettings): Promise<PreferenceResult> {
    const reference = await this.referenceScores(parts);
    const policy = await this.scores(parts);
    const pairs = parts.flatMap(({labels}, part) => {
      const scored = (row: number): ScoredAnswer => ({
        policy: policy[part]!.sums[row]!,
        reference: reference[part]!.sums[row]!,
        tokens: policy[part]!.tokens[row]!
      });
      const half = labels.length / 2;
      return Array.from({length: half}, (_, i) => ({chosen: scored(i), rejected: scored(half + i)}));
    });
    return preferenceLoss(pairs, preference);
  }

  private async referenceScores(parts: readonly LabelledBatch[]): Promise<AnswerScores[]> {
    const {reference, adapter} = this;
    if (reference)
      return parts.map((part) => {
        const targets = targetsOf(part.batch, part.labels, 1);
        return scoresOf(part, tokenLosses(reference, part.batch, targets));
      });
    adapter!.off();
    try {
      return await this.scores(parts);
    } finally {
      adapter!.on();
    }
  }

  private async scores(parts: readonly LabelledBatch[]): Promise<AnswerScores[]> {
    const losses = await this.lanes.losses(parts, () => ({weight: 1}));
    return parts.map((part, i) => scoresOf(part, losses[i]!));
  }

  free(): void {
    this.reference?.free();
  }
}

/** Log-probability of each row's learned tokens, and how many there are. */
function scoresOf({batch, labels}: LabelledBatch, losses: Float32Array): AnswerScores {
  const found: AnswerScores = {sums: labels.map(() => 0), tokens: labels.map(() => 0)};
  targetsOf(batch, labels, 1).places.forEach((place, i) => {
    const row = Math.floor(place / batch.length);
    found.sums[row]! -= losses[i]!;
    found.tokens[row]!++;
  });
  return found;
}
