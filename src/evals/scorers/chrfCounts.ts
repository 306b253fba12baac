import {type ChrfCounts, type ChrfFormula, chrfScore} from "../../base/stats/corpus/chrf.js";
import {countNgrams, overlap, countTotal} from "./ngrams.js";
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
      const all = countTotal(wanted);
      return [all > 0 ? countTotal(own[i]!) : 0, all, overlap(own[i]!, wanted)];
    });
    const score = chrfScore(counts, formula);
    if (!best || score > best.score) best = {score, counts};
  }
  return best?.counts ?? [];
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
