import {countNgrams, overlap} from "./ngrams.js";
import {normalizeText} from "./normalizeText.js";
import {checkReferences, noReference, references} from "./references.js";
import type {Scorer} from "./types.js";

/**
 * F1 over the words the output shares with the best reference, 0 to 1, in the manner of SQuAD: case, punctuation
 * and English articles do not matter. Of texts without a word, such as "<" or an emoji, 1 for the same text, else 0.
 *
 * @example `await tokenF1({output: "the tower in Paris", expected: "a tower of Paris"})` gives `0.6667`
 */
export const tokenF1: Scorer = ({output, expected}) => {
  const wanted = references(expected);
  if (!wanted) return noReference;
  return Math.max(...wanted.map((reference) => wordF1(output, reference)));
};
tokenF1.module = import.meta.url;
tokenF1.check = checkReferences;
tokenF1.binary = false;

function wordF1(output: string, reference: string): number {
  const [given, wanted] = [answerWords(output), answerWords(reference)];
  if (given.length === 0 && wanted.length === 0) return signsOf(output) === signsOf(reference) ? 1 : 0;
  return (2 * overlap(countNgrams(given, 1), countNgrams(wanted, 1))) / (given.length + wanted.length);
}

function answerWords(text: string): string[] {
  const normalized = normalizeText(text, {ignoreArticles: true});
  return normalized === "" ? [] : normalized.split(" ");
}

const signsOf = (text: string) => normalizeText(text, {ignoreArticles: true, ignorePunctuation: false});
