import {sparseScores, type SparseVector} from "../../weights/models/tfidf.js";
import {shuffled} from "./random.js";

export interface SparseFit {
  /** [features × classes]. */
  weights: Float32Array;
  bias: Float32Array;
  /** Mean cross-entropy in nats over the last pass, measured before each update. */
  loss: number;
}

/**
 * Multinomial logistic regression on sparse vectors by AdaGrad, one row at a time in a random order. AdaGrad's
 * shrinking steps do the regularising; `l2` adds weight decay on the features a row has.
 */
export function fitSparse(
  rows: readonly SparseVector[],
  targets: Uint16Array,
  sizes: {features: number; classes: number},
  settings: {epochs: number; rate: number; l2: number},
  random: () => number
): SparseFit {
  const {features, classes} = sizes;
  const weights = new Float32Array(features * classes);
  const squares = new Float32Array(features * classes).fill(1e-6);
  const bias = new Float32Array(classes);
  const biasSquares = new Float32Array(classes).fill(1e-6);
  const scores = new Float64Array(classes);
  let loss = 0;
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    loss = 0;
    for (const r of shuffled(rows.length, random)) {
      const row = rows[r]!;
      const target = targets[r]!;
      sparseScores(row, weights, bias, scores);
      loss -= Math.log(Math.max(softmaxInPlace(scores, target), 1e-30));
      scores[target]! -= 1;
      for (let c = 0; c < classes; c++) {
        const gradient = scores[c]!;
        biasSquares[c]! += gradient * gradient;
        bias[c]! -= (settings.rate * gradient) / Math.sqrt(biasSquares[c]!);
      }
      for (let i = 0; i < row.index.length; i++) {
        const at = row.index[i]! * classes;
        const value = row.value[i]!;
        for (let c = 0; c < classes; c++) {
          const gradient = scores[c]! * value + settings.l2 * weights[at + c]!;
          squares[at + c]! += gradient * gradient;
          weights[at + c]! -= (settings.rate * gradient) / Math.sqrt(squares[at + c]!);
        }
      }
    }
  }
  return {weights, bias, loss: loss / rows.length};
}

/** Turns scores into probabilities and returns the one of `target`. */
export function softmaxInPlace(scores: Float64Array, target: number): number {
  let max = -Infinity;
  for (const score of scores) if (score > max) max = score;
  let sum = 0;
  for (let c = 0; c < scores.length; c++) sum += scores[c] = Math.exp(scores[c]! - max);
  for (let c = 0; c < scores.length; c++) scores[c]! /= sum;
  return scores[target]!;
}
