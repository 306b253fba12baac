import {noReference, references} from "./references.js";
import {type Rouge, rougeScore, type RougeType} from "./rougeScore.js";
import {withSettings} from "./scorerVersion.js";
import {type Scorer} from "./types.js";

export interface RougeOptions {
  /** Which measure the value is. Default "rougeL". */
  type?: RougeType;
  /** Compare Porter stems. Default false. */
  stem?: boolean;
}

/**
 * ROUGE F-measure, 0 to 1, against the reference that gives the best one; recall and precision against that
 * reference are in the details. An output without words is 0.
 */
export function rouge({type = "rougeL", stem = false}: RougeOptions = {}): Scorer {
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected);
    if (!wanted) return noReference;
    const best = wanted
      .map((reference) => rougeScore(output, reference, type, stem))
      .reduce((a: Rouge, b: Rouge) => (b.f > a.f ? b : a));
    return {value: best.f, details: {recall: best.recall, precision: best.precision}};
  };
  return withSettings(score, {type, stem}, {module: import.meta.url, binary: false});
}
