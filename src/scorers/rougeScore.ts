import {stemmer} from "stemmer";
import {countNgrams, overlap, total} from "./ngrams.js";

export type RougeType = `rouge${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}` | "rougeL" | "rougeLsum";

/** All three between 0 and 1. */
export interface Rouge {
  recall: number;
  precision: number;
  f: number;
}

/**
 * ROUGE of one output against one reference, as ROUGE-1.5.5 and the rouge_score package compute it: lower case,
 * split on everything but a-z and 0-9. "rougeLsum" takes each line as a sentence and the union of the longest common
 * subsequences (Lin 2004). 0 when either text has no words. With `stem`, words longer than three letters are
 * replaced by their Porter stem.
 */
export function rougeScore(output: string, reference: string, type: RougeType, stem = false): Rouge {
  if (type === "rougeLsum") {
    const sentences = (text: string) =>
      text
        .split("\n")
        .map((line) => rougeWords(line, stem))
        .filter((line) => line.length > 0);
    return summaryLevel(sentences(output), sentences(reference));
  }
  const given = rougeWords(output, stem);
  const wanted = rougeWords(reference, stem);
  if (type === "rougeL") {
    return fromCounts(longestCommonSubsequence(wanted, given).length, wanted.length, given.length);
  }
  const n = Number(type.slice("rouge".length));
  const [own, asked] = [countNgrams(given, n), countNgrams(wanted, n)];
  return fromCounts(overlap(own, asked), total(asked), total(own));
}

export function rougeWords(text: string, stem: boolean): string[] {
  const words = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  return stem ? words.map((word) => (word.length > 3 ? stemmer(word) : word)) : words;
}

function fromCounts(shared: number, wanted: number, given: number): Rouge {
  if (shared === 0) return {recall: 0, precision: 0, f: 0};
  const [recall, precision] = [shared / wanted, shared / given];
  return {recall, precision, f: (2 * precision * recall) / (precision + recall)};
}

/** Positions in `a` of one longest common subsequence, ascending. */
function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      lengths[i * width + j] =
        a[i - 1] === b[j - 1]
          ? lengths[(i - 1) * width + j - 1]! + 1
          : Math.max(lengths[(i - 1) * width + j]!, lengths[i * width + j - 1]!);
    }
  }
  const positions: number[] = [];
  for (let i = a.length, j = b.length; i > 0 && j > 0;) {
    if (a[i - 1] === b[j - 1]) {
      positions.push(--i);
      j--;
    } else if (lengths[i * width + j - 1]! > lengths[(i - 1) * width + j]!) j--;
    else i--;
  }
  return positions.reverse();
}

/** Each word may be matched only as often as both texts hold it, over all sentences together. */
function summaryLevel(given: readonly string[][], wanted: readonly string[][]): Rouge {
  const left = countNgrams(given.flat(), 1);
  const leftWanted = countNgrams(wanted.flat(), 1);
  let shared = 0;
  for (const sentence of wanted) {
    const union = new Set(given.flatMap((line) => longestCommonSubsequence(sentence, line)));
    for (const position of [...union].sort((a, b) => a - b)) {
      const word = sentence[position]!;
      const [own, asked] = [left.get(word) ?? 0, leftWanted.get(word) ?? 0];
      if (own === 0 || asked === 0) continue;
      shared++;
      left.set(word, own - 1);
      leftWanted.set(word, asked - 1);
    }
  }
  return fromCounts(shared, wanted.flat().length, given.flat().length);
}
