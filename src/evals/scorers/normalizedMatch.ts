import {type Normalization, normalizeText} from "./normalizeText.js";
import {checkReferences, noReference, references} from "./references.js";
import {checkOptions, flag} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

/**
 * 1 when the output equals a reference after both are normalised (see `Normalization` for the defaults), else 0. With
 * punctuation ignored, + and # directly behind a letter stay ("C", "C++" and "C#" differ), and a text of which nothing is
 * left, such as "<" or an emoji, equals only itself. "-5" and "5" are the same: use `numeric` for numbers.
 *
 * @example `await normalizedMatch()({output: " PARIS ", expected: "paris"})` gives `true`
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
    return wanted.some((reference) => same(output, reference, options));
  };
  return withSettings(score, {...options}, {module: import.meta.url, check: checkReferences});
}

function same(output: string, reference: string, options: Normalization): boolean {
  const [given, wanted] = [output, reference].map((text) => normalizeText(text, options, SIGNS)) as [
    string,
    string
  ];
  if (given !== wanted || given !== "") return given === wanted;
  const whole = {...options, ignorePunctuation: false, ignoreArticles: false};
  return normalizeText(output, whole) === normalizeText(reference, whole);
}

/** Part of a name: C++, C#, A+. Between two letters they are none: "x+y". */
const SIGNS = /(?<=\p{L})[+#]+(?!\p{L}|[+#])/gu;
