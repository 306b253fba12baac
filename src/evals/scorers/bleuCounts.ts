import type {BleuCounts} from "../../base/stats/corpus/bleu.js";
import {countNgrams, overlap, countTotal} from "./ngrams.js";
import {type BleuTokenizer, tokenizeBleu} from "./tokenizeBleu.js";

/** Clipped n-gram matches of one output against all its references. */
export function bleuCounts(
  output: string,
  references: readonly string[],
  {
    tokenizer = "13a",
    lowercase = false,
    order = 4
  }: {tokenizer?: BleuTokenizer; lowercase?: boolean; order?: number}
): BleuCounts {
  const words = (text: string) => tokenizeBleu(lowercase ? text.toLowerCase() : text, tokenizer);
  const given = words(output);
  const wanted = references.map(words);
  const lengths = wanted.map((tokens) => tokens.length).sort((a, b) => a - b);
  const distance = (length: number) => Math.abs(length - given.length);
  const counts: BleuCounts = {
    matches: [],
    totals: [],
    length: given.length,
    referenceLength: lengths.reduce((best, length) => (distance(length) < distance(best) ? length : best))
  };
  for (let n = 1; n <= order; n++) {
    const most = new Map<string, number>();
    for (const tokens of wanted) {
      for (const [key, count] of countNgrams(tokens, n)) most.set(key, Math.max(count, most.get(key) ?? 0));
    }
    const own = countNgrams(given, n);
    counts.matches.push(overlap(own, most));
    counts.totals.push(countTotal(own));
  }
  return counts;
}
