import {countNgrams} from "./ngrams.js";

/** The longest common subsequence of two texts, each as one sentence. */
export function rougeLcs(given: readonly string[], wanted: readonly string[]): RougeCounts {
  return {shared: commonPositions(wanted, given).length, wanted: wanted.length, given: given.length};
}

/** Each word may be matched only as often as both texts hold it, over all sentences together. */
export function rougeSummaryLcs(
  given: readonly (readonly string[])[],
  wanted: readonly (readonly string[])[]
): RougeCounts {
  const left = wordsLeft(given, wanted);
  let shared = 0;
  for (const sentence of wanted)
    for (const position of unionOf(sentence, given, 1)) if (left(sentence[position]!)) shared++;
  return {shared, wanted: wanted.flat().length, given: given.flat().length};
}

/**
 * Runs weigh their length to the power of `weight`. To the letter of ROUGE-1.5.5, which weighs the reference's length twice
 * (each sentence's, and the sum), so that recall is far below precision, and ends a run only at a word that is still left to
 * match.
 */
export function rougeWeightedLcs(
  given: readonly (readonly string[])[],
  wanted: readonly (readonly string[])[],
  weight: number
): RougeCounts {
  const left = wordsLeft(given, wanted);
  let [shared, base] = [0, 0];
  for (const sentence of wanted) {
    base += sentence.length ** weight;
    const hits = new Set(unionOf(sentence, given, weight));
    let run = 0;
    for (const position of [...hits].sort((a, b) => a - b)) {
      if (!left(sentence[position]!)) continue;
      run++;
      if (hits.has(position + 1)) continue;
      shared += run ** weight;
      run = 0;
    }
  }
  return {shared, wanted: base ** weight, given: given.flat().length ** weight, power: weight};
}

/** Whether a word is still left to match on both sides; asking takes it away. */
function wordsLeft(
  given: readonly (readonly string[])[],
  wanted: readonly (readonly string[])[]
): (word: string) => boolean {
  const own = countNgrams(given.flat(), 1);
  const asked = countNgrams(wanted.flat(), 1);
  return (word) => {
    const [there, here] = [own.get(word) ?? 0, asked.get(word) ?? 0];
    if (there === 0 || here === 0) return false;
    own.set(word, there - 1);
    asked.set(word, here - 1);
    return true;
  };
}

/** Positions of a sentence's words that any given line has in common with it, in order. */
function unionOf(
  sentence: readonly string[],
  given: readonly (readonly string[])[],
  weight: number
): number[] {
  const union = new Set(given.flatMap((line) => commonPositions(sentence, line, weight)));
  return [...union].sort((a, b) => a - b);
}

/** Positions in `a` of one longest common subsequence, ascending; runs of length k count k ** weight. */
function commonPositions(a: readonly string[], b: readonly string[], weight = 1): number[] {
  const width = b.length + 1;
  const scores = new Float64Array((a.length + 1) * width);
  const runs = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const [here, before] = [i * width + j, (i - 1) * width + j - 1];
      if (a[i - 1] === b[j - 1]) {
        const run = runs[before]!;
        runs[here] = run + 1;
        scores[here] = scores[before]! + (run + 1) ** weight - run ** weight;
      } else scores[here] = Math.max(scores[here - width]!, scores[here - 1]!);
    }
  const positions: number[] = [];
  for (let i = a.length, j = b.length; i > 0 && j > 0;) {
    if (a[i - 1] === b[j - 1]) {
      positions.push(--i);
      j--;
    } else if (scores[i * width + j - 1]! > scores[(i - 1) * width + j]!) j--;
    else i--;
  }
  return positions.reverse();
}

/** What is counted of an output against one reference: matches, and how many there could be on either side. */
export interface RougeCounts {
  shared: number;
  wanted: number;
  given: number;
  /** Shares are taken to this power's root ("rougeW"). */
  power?: number;
}
