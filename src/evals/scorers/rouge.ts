import {noReference, references} from "./references.js";
import {
  type Rouge,
  rougeCounts,
  rougeOf,
  type RougeSettings,
  type RougeType,
  rougeWords
} from "./rougeScore.js";
import {checkOptions, flag, numberOption, oneOfOption} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

const ROUGE_TYPES: readonly RougeType[] = [
  ...([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map((n) => `rouge${n}` as const),
  "rougeL",
  "rougeLsum",
  "rougeW",
  "rougeS",
  "rougeSU"
];

export interface RougeOptions extends RougeSettings {
  /** Which measure the value is. Default "rougeL". */
  type?: RougeType;
  /**
   * What several references of a row mean. "best": the one that gives the highest F (rouge_score). "pooled": matches and
   * counts are summed over all of them, as ROUGE-1.5.5 does unless told otherwise (-f A). Default "best".
   */
  references?: "best" | "pooled";
}

/**
 * ROUGE F-measure, 0 to 1; recall and precision, of the best reference or of all together, are in the details. An output
 * without words is 0. ROUGE knows words of a-z and 0-9 alone: a row whose references have none is a failure.
 *
 * @example `await rouge()({output: "the cat sat", expected: "the cat sits"})` gives `{value: 0.6667, details: {recall: 0.6667, precision: 0.6667}}`
 */
export function rouge(options: RougeOptions = {}): Scorer {
  checkOptions<RougeOptions>("rouge", options, {
    type: oneOfOption(...ROUGE_TYPES),
    references: oneOfOption("best", "pooled"),
    stem: flag,
    maxSkip: numberOption({whole: true}),
    weight: numberOption({least: 1})
  });
  const {type = "rougeL", stem = false, maxSkip = 4, weight = 1.2, references: mode = "best"} = options;
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected);
    const problem = checkWords(expected);
    if (!wanted || problem !== undefined) return {failed: problem!};
    const counts = wanted.map((reference) => rougeCounts(output, reference, type, {stem, maxSkip, weight}));
    const found =
      mode === "pooled"
        ? rougeOf(counts)
        : counts.map((one) => rougeOf([one])).reduce((a: Rouge, b: Rouge) => (b.f > a.f ? b : a));
    return {value: found.f, details: {recall: found.recall, precision: found.precision}};
  };
  return withSettings(
    score,
    {type, stem, maxSkip, weight, references: mode},
    {module: import.meta.url, check: checkWords, binary: false}
  );
}

function checkWords(expected: unknown): string | undefined {
  const wanted = references(expected);
  if (!wanted) return noReference.failed;
  return wanted.some((reference) => rougeWords(reference, false).length > 0)
    ? undefined
    : "the row's expected value has no word of a-z or 0-9, and ROUGE compares no others: chrf() takes any script";
}
