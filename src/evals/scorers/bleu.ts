import {bleuScore, type Smoothing} from "../../base/stats/corpus/bleu.js";
import {bleuCounts} from "./bleuCounts.js";
import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, flag, numberOption, oneOfOption} from "./scorerOptions.js";
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
  /** What decides: "corpus" BLEU (default) or the mean of the rows' "sentence" BLEU. */
  level?: "corpus" | "sentence";
}

/**
 * BLEU, 0 to 100, as sacreBLEU computes it: a row's value is its sentence BLEU, and what decides is corpus BLEU over all
 * rows, which is not their mean. References may be a list. An empty output scores 0.
 *
 * @example `await bleu()({output: "the cat sat on the mat", expected: "the cat is on the mat"})` gives `{value: 37.99, details: {matches: [5, 3, 1, 0], totals: [6, 5, 4, 3], length: 6, referenceLength: 6}}`
 */
export function bleu(options: BleuOptions = {}): Scorer {
  checkOptions<BleuOptions>("bleu", options, {
    tokenizer: oneOfOption("13a", "intl", "char", "zh", "none"),
    lowercase: flag,
    smoothing: oneOfOption("exp", "floor", "add-k", "none"),
    smoothingValue: numberOption({least: 0}),
    order: numberOption({least: 1, whole: true}),
    effectiveOrder: flag,
    level: oneOfOption("corpus", "sentence")
  });
  const {tokenizer = "13a", lowercase = false, smoothing = "exp", smoothingValue, order = 4} = options;
  const {effectiveOrder = true, level = "corpus"} = options;
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected);
    if (!wanted) return noReference;
    const counts = bleuCounts(output, wanted, {tokenizer, lowercase, order});
    return {value: bleuScore(counts, {smoothing, smoothingValue, effectiveOrder}), details: {...counts}};
  };
  return withSettings(
    score,
    {tokenizer, lowercase, smoothing, smoothingValue: smoothingValue ?? null, order, effectiveOrder, level},
    {
      module: import.meta.url,
      check: checkReferences,
      corpus: level === "corpus" ? {figure: "bleu", smoothing, smoothingValue} : undefined,
      binary: false,
      bounds: [0, 100]
    }
  );
}
