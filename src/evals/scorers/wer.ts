import {checkReferences, noReference, references} from "./references.js";
import type {Scorer} from "./types.js";

/**
 * 100 minus the word error rate, so that higher is better: 100 is equal, and it is negative when more words are wrong than
 * the reference has. Words are what white space separates, as they are; of several references the one with the lowest rate
 * counts. Edits are insertions, deletions and substitutions. What decides is the corpus figure: all rows' edits over all
 * rows' words. Of phonemes with spaces between them it gives the phoneme error rate.
 *
 * @example `await wer({output: "K AE T S", expected: "K AE T"})` gives `{value: 66.67, details: {edits: 1, words: 3}}`
 */
export const wer: Scorer = ({output, expected}) => {
  const wanted = references(expected)?.map(words);
  if (!wanted) return noReference;
  const given = words(output);
  const [nearest] = wanted
    .map((reference) => ({
      edits: editsBetween(given, reference),
      words: reference.length
    }))
    .sort((a, b) => errorRate(a) - errorRate(b));
  return {value: 100 - errorRate(nearest!), details: {...nearest!}};
};
wer.module = import.meta.url;
wer.check = checkReferences;
wer.binary = false;
wer.corpus = {
  figure: "ratio",
  name: "100 − corpus WER",
  of: "edits",
  over: "words",
  from: 100,
  times: -100
};

function words(text: string): string[] {
  return text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");
}

/** Levenshtein's distance in words. */
function editsBetween(given: readonly string[], reference: readonly string[]): number {
  let above = reference.map((_, j) => j + 1);
  given.forEach((word, i) => {
    const row: number[] = [];
    let left = i + 1;
    let corner = i;
    reference.forEach((wanted, j) => {
      left = Math.min(left + 1, above[j]! + 1, corner + (word === wanted ? 0 : 1));
      corner = above[j]!;
      row.push(left);
    });
    above = row;
  });
  return above.at(-1) ?? given.length;
}

/** Percent. Against empty references any edit makes it 100. */
function errorRate(of: {edits: number; words: number}): number {
  if (of.words > 0) return (100 * of.edits) / of.words;
  return of.edits > 0 ? 100 : 0;
}
