import {type Normalization, normalizeText} from "./normalizeText.js";
import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, flag} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

/**
 * 1 when the output equals a reference after both are normalised (see `Normalization` for the defaults), else 0.
 * With punctuation ignored, "-5" and "5" are the same: use `numeric` for numbers.
 */
export function normalizedMatch(options: Normalization = {}): Scorer {
  checkOptions<Normalization>("normalizedMatch", options, {
    ignoreCase: flag,
    ignorePunctuation: flag,
    ignoreArticles: flag,
    ignoreAccents: flag
  });
  const score: Scorer = ({output, expected}) => {
    const wanted = references(expected);
    if (!wanted) return noReference;
    const given = normalizeText(output, options);
    return wanted.some((reference) => normalizeText(reference, options) === given);
  };
  return withSettings(score, {...options}, {module: import.meta.url, check: checkReferences});
}
