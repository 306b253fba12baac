import {checkReferences, noReference, references} from "./references.js";
import {type Rouge, rougeCounts, rougeOf, type RougeSettings, type RougeType} from "./rougeScore.js";
import {withSettings} from "./scorerVersion.js";
import {type Scorer} from "./types.js";

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
 * without words is 0.
 */
export function rouge(options: RougeOptions = {}): Scorer {
  const {type = "rougeL", stem = false, maxSkip = 4, weight = 1.2, references: mode = "best"} = options;
  if (mode !== "best" && mode !== "pooled")
    throw new Error(`rouge: references is ${JSON.stringify(mode)}; there are "best" and "pooled"`);
  if (!(weight >= 1)) throw new Error(`rouge: weight is ${weight}; it must be 1 or more`);
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected);
    if (!wanted) return noReference;
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
    {module: import.meta.url, check: checkReferences, binary: false}
  );
}
