import {countNgrams, overlap, total} from "./ngrams.js";
import {splitWords} from "./splitWords.js";

export interface ChrfOrders {
  /** Longest character n-gram. Default 6. */
  characters?: number;
  /** Longest word n-gram: 0 is chrF (default), 2 is chrF++. */
  words?: number;
  lowercase?: boolean;
  /** Count white space as characters. Default false. */
  whitespace?: boolean;
}

/** For each n-gram length in turn, characters first: those of the output, of the reference, and shared. */
export type ChrfCounts = [output: number, reference: number, shared: number][];

export interface ChrfFormula {
  /** How many times recall counts more than precision. Default 2. */
  beta?: number;
  /** "effective" averages over the lengths both texts have; "epsilon" over all, as chrF++.py and NLTK do. */
  smoothing?: "effective" | "epsilon";
}

const epsilon = 1e-16;

/** Counts against the one reference that gives the best score (the first of equals), as sacreBLEU does. */
export function chrfCounts(
  output: string,
  references: readonly string[],
  orders: ChrfOrders = {},
  formula: ChrfFormula = {}
): ChrfCounts {
  const own = chrfNgrams(output, orders);
  let best: {score: number; counts: ChrfCounts} | undefined;
  for (const reference of references) {
    const counts = chrfNgrams(reference, orders).map((wanted, i): ChrfCounts[number] => {
      const all = total(wanted);
      return [all > 0 ? total(own[i]!) : 0, all, overlap(own[i]!, wanted)];
    });
    const score = chrfScore(counts, formula);
    if (!best || score > best.score) best = {score, counts};
  }
  return best?.counts ?? [];
}

/** chrF or chrF++ from counts, 0 to 100 (Popović 2015, 2017). 0 when nothing is shared. */
export function chrfScore(counts: ChrfCounts, {beta = 2, smoothing = "effective"}: ChrfFormula = {}): number {
  const factor = beta * beta;
  const f = (precision: number, recall: number, otherwise: number) => {
    const denominator = factor * precision + recall;
    return denominator > 0 ? ((1 + factor) * precision * recall) / denominator : otherwise;
  };
  if (smoothing === "epsilon") {
    const scores = counts.map(([given, wanted, shared]) =>
      f(given > 0 ? shared / given : epsilon, wanted > 0 ? shared / wanted : epsilon, epsilon)
    );
    return (100 * scores.reduce((sum, score) => sum + score, 0)) / counts.length;
  }
  const used = counts.filter(([given, wanted]) => given > 0 && wanted > 0);
  if (used.length === 0) return 0;
  const meanPrecision = used.reduce((sum, [given, , shared]) => sum + shared / given, 0) / used.length;
  const meanRecall = used.reduce((sum, [, wanted, shared]) => sum + shared / wanted, 0) / used.length;
  return 100 * f(meanPrecision, meanRecall, 0);
}

export function addChrfCounts(segments: readonly ChrfCounts[]): ChrfCounts {
  return (segments[0] ?? []).map((_, i) => [
    segments.reduce((sum, counts) => sum + counts[i]![0], 0),
    segments.reduce((sum, counts) => sum + counts[i]![1], 0),
    segments.reduce((sum, counts) => sum + counts[i]![2], 0)
  ]);
}

export function chrfNgrams(text: string, orders: ChrfOrders): Map<string, number>[] {
  const {characters = 6, words = 0, lowercase = false, whitespace = false} = orders;
  const cased = lowercase ? text.toLowerCase() : text;
  const letters = [...(whitespace ? cased : splitWords(cased).join(""))];
  const tokens = splitWords(cased).flatMap(splitPunctuation);
  return [
    ...Array.from({length: characters}, (_, i) => countNgrams(letters, i + 1, "")),
    ...Array.from({length: words}, (_, i) => countNgrams(tokens, i + 1))
  ];
}

/** One punctuation mark is split off a word: its last character or else its first. */
function splitPunctuation(word: string): string[] {
  if (word.length === 1) return [word];
  const mark = /[!-/:-@[-`{-~]/;
  if (mark.test(word.at(-1)!)) return [word.slice(0, -1), word.at(-1)!];
  return mark.test(word[0]!) ? [word[0]!, word.slice(1)] : [word];
}
