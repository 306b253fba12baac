import {countNgrams, overlap} from "./ngrams.js";
import {normalizeText} from "./normalizeText.js";
import {checkReferences, noReference, references} from "./references.js";
import type {Scorer} from "./types.js";

/**
 * F1 over the words the output shares with the best reference, 0 to 1, in the manner of SQuAD: case, punctuation
 * and English articles do not matter. When either is empty after that, 1 if both are, else 0.
 */
export const tokenF1: Scorer = ({output, expected}) => {
  const wanted = references(expected);
  if (!wanted) return noReference;
  return Math.max(...wanted.map((reference) => wordF1(answerWords(output), answerWords(reference))));
};
tokenF1.module = import.meta.url;
tokenF1.check = checkReferences;
tokenF1.binary = false;

function answerWords(text: string): string[] {
  const normalized = normalizeText(text, {ignoreArticles: true});
  return normalized === "" ? [] : normalized.split(" ");
}

function wordF1(given: readonly string[], wanted: readonly string[]): number {
  if (given.length === 0 || wanted.length === 0) return given.length === wanted.length ? 1 : 0;
  return (2 * overlap(countNgrams(given, 1), countNgrams(wanted, 1))) / (given.length + wanted.length);
}
