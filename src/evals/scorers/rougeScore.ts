import {stemmer} from "stemmer";
import {countNgrams, overlap, countTotal} from "./ngrams.js";
import {rougeLcs, rougeSummaryLcs, rougeWeightedLcs, type RougeCounts} from "./rougeLcs.js";

export type RougeType =
  `rouge${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}` | "rougeL" | "rougeLsum" | "rougeW" | "rougeS" | "rougeSU";

/** All three between 0 and 1. */
export interface Rouge {
  recall: number;
  precision: number;
  f: number;
}

export interface RougeSettings {
  /**
   * Compare Porter stems of words longer than three letters: Porter's own, as ROUGE-1.5.5 has them. rouge_score takes NLTK's, which keep
   * a y after a vowel ("days" is "day") and the e of short words in -ies ("ties" is "tie").
   */
  stem?: boolean;
  /** For "rougeS" and "rougeSU": words that may stand between the two of a pair; below 0 any number. ROUGE-1.5.5's -2; default 4. */
  maxSkip?: number;
  /** For "rougeW": the power that weighs runs, above 1. ROUGE-1.5.5's -w; default 1.2. */
  weight?: number;
}

/**
 * ROUGE of one output against one reference, as ROUGE-1.5.5 and, but for stems, the rouge_score package compute it: lower case,
 * split on everything but a-z and 0-9. "rougeL" takes a text for one sentence (rouge_score's); "rougeLsum" and "rougeW" take
 * each line as a sentence and the union of the longest common subsequences (ROUGE-1.5.5's ROUGE-L and ROUGE-W); "rougeS" counts
 * pairs of words in order, "rougeSU" words too (Lin 2004). 0 when either text has no words.
 */
export function rougeScore(
  output: string,
  reference: string,
  type: RougeType,
  settings: RougeSettings = {}
): Rouge {
  return rougeOf([rougeCounts(output, reference, type, settings)]);
}

/**
 * Of counts against several references together: matches, and what there could be, summed over all. So ROUGE-1.5.5 takes
 * several references unless told otherwise (-f A).
 */
export function rougeOf(counts: readonly RougeCounts[]): Rouge {
  const sum = (of: (one: RougeCounts) => number) => counts.reduce((all, one) => all + of(one), 0);
  const shared = sum((one) => one.shared);
  if (shared === 0) return {recall: 0, precision: 0, f: 0};
  const root = 1 / (counts[0]!.power ?? 1);
  const recall = (shared / sum(({wanted}) => wanted)) ** root;
  const precision = (shared / sum(({given}) => given)) ** root;
  return {recall, precision, f: (2 * precision * recall) / (precision + recall)};
}

export function rougeCounts(
  output: string,
  reference: string,
  type: RougeType,
  {stem = false, maxSkip = 4, weight = 1.2}: RougeSettings
): RougeCounts {
  if (type === "rougeLsum" || type === "rougeW") {
    const sentences = (text: string) =>
      text
        .split("\n")
        .map((line) => rougeWords(line, stem))
        .filter((line) => line.length > 0);
    const [given, wanted] = [sentences(output), sentences(reference)];
    return type === "rougeW" ? rougeWeightedLcs(given, wanted, weight) : rougeSummaryLcs(given, wanted);
  }
  const given = rougeWords(output, stem);
  const wanted = rougeWords(reference, stem);
  if (type === "rougeL") return rougeLcs(given, wanted);
  const grams = (words: string[]) =>
    type === "rougeS" || type === "rougeSU"
      ? countSkipPairs(words, maxSkip, type === "rougeSU")
      : countNgrams(words, Number(type.slice("rouge".length)));
  const [own, asked] = [grams(given), grams(wanted)];
  return {shared: overlap(own, asked), wanted: countTotal(asked), given: countTotal(own)};
}

export function rougeWords(text: string, stem: boolean): string[] {
  const words = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  return stem ? words.map((word) => (word.length > 3 ? stemmer(word) : word)) : words;
}

/** As ROUGE-1.5.5 counts: with `words`, the last word of a text is not counted on its own. */
function countSkipPairs(words: readonly string[], maxSkip: number, alone: boolean): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (gram: string) => counts.set(gram, (counts.get(gram) ?? 0) + 1);
  for (let i = 0; i < words.length - 1; i++) {
    if (alone) count(words[i]!);
    const last = maxSkip < 0 ? words.length - 1 : Math.min(words.length - 1, i + maxSkip + 1);
    for (let j = i + 1; j <= last; j++) count(`${words[i]!} ${words[j]!}`);
  }
  return counts;
}
