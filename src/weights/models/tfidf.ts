import {wordCounts} from "./words.js";

/** One text as a sparse vector: parallel lists of feature numbers and values. */
export interface SparseVector {
  index: Uint32Array;
  value: Float32Array;
}

/**
 * Term frequency (1 + ln count) times inverse document frequency (ln((1 + n) / (1 + df)) + 1), scaled to length
 * 1. Words that are not in the vocabulary are left out; a text with none gives an empty vector.
 */
export function tfidfVector(
  counts: ReadonlyMap<string, number>,
  vocabulary: ReadonlyMap<string, number>,
  idf: Float32Array
): SparseVector {
  const index: number[] = [];
  const value: number[] = [];
  let squares = 0;
  for (const [word, count] of counts) {
    const feature = vocabulary.get(word);
    if (feature === undefined) continue;
    const weight = (1 + Math.log(count)) * idf[feature]!;
    index.push(feature);
    value.push(weight);
    squares += weight * weight;
  }
  const norm = Math.sqrt(squares) || 1;
  return {index: Uint32Array.from(index), value: Float32Array.from(value, (weight) => weight / norm)};
}

export function tfidfOfText(
  text: string,
  vocabulary: ReadonlyMap<string, number>,
  idf: Float32Array
): SparseVector {
  return tfidfVector(wordCounts(text), vocabulary, idf);
}

/** Class scores of a sparse vector: `weights` is [features × classes], so one feature's row lies together. */
export function sparseScores(
  {index, value}: SparseVector,
  weights: Float32Array,
  bias: Float32Array,
  scores: Float64Array
): void {
  const classes = bias.length;
  for (let c = 0; c < classes; c++) scores[c] = bias[c]!;
  for (let i = 0; i < index.length; i++) {
    const row = index[i]! * classes;
    for (let c = 0; c < classes; c++) scores[c]! += value[i]! * weights[row + c]!;
  }
}
