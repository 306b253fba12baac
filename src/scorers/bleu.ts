import {addBleuCounts, type BleuCounts, bleuCounts, bleuScore, type Smoothing} from "./bleuScore.js";
import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, flag, number, oneOf} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {BleuTokenizer} from "./tokenizeBleu.js";
import type {Scorer} from "./types.js";

export interface BleuOptions {
  /** Default "13a". */
  tokenizer?: BleuTokenizer;
  lowercase?: boolean;
  /** Default "exp". */
  smoothing?: Smoothing;
  smoothingValue?: number;
  /** Longest n-gram. Default 4. */
  order?: number;
  /** Use only n-gram lengths the output has, in the row's value. The corpus figure never does. Default true. */
  effectiveOrder?: boolean;
}

/**
 * Sentence BLEU, 0 to 100, as sacreBLEU computes it; its aggregate is corpus BLEU over all rows (which is not the
 * mean of the rows). References may be a list. An empty output scores 0.
 */
export function bleu(options: BleuOptions = {}): Scorer {
  checkOptions<BleuOptions>("bleu", options, {
    tokenizer: oneOf("13a", "intl", "char", "zh", "none"),
    lowercase: flag,
    smoothing: oneOf("exp", "floor", "add-k", "none"),
    smoothingValue: number({least: 0}),
    order: number({least: 1, whole: true}),
    effectiveOrder: flag
  });
  const {tokenizer = "13a", lowercase = false, smoothing = "exp", smoothingValue, order = 4} = options;
  const effectiveOrder = options.effectiveOrder ?? true;
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected);
    if (!wanted) return noReference;
    const counts = bleuCounts(output, wanted, {tokenizer, lowercase, order});
    return {value: bleuScore(counts, {smoothing, smoothingValue, effectiveOrder}), details: {...counts}};
  };
  const aggregate: Scorer["aggregate"] = (rows) => {
    const corpus = addBleuCounts(rows.map((row) => row.details as unknown as BleuCounts));
    return corpus && bleuScore(corpus, {smoothing, smoothingValue});
  };
  return withSettings(
    score,
    {tokenizer, lowercase, smoothing, smoothingValue: smoothingValue ?? null, order, effectiveOrder},
    {module: import.meta.url, check: checkReferences, aggregate, binary: false, bounds: [0, 100]}
  );
}
