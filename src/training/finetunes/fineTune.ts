import {headScores} from "../../weights/models/headScores.js";
import {meanOfRows} from "../../weights/models/tokenRows.js";
import {softmaxInPlace} from "./logisticRegression.js";
import {shuffled} from "./random.js";

export interface StaticWeights {
  /** [tokens × dimensions]. */
  table: Float32Array;
  /** [classes × dimensions]. */
  weight: Float32Array;
  bias: Float32Array;
}

/**
 * Trains table and head together on texts given as rows of the table, by AdaGrad, one text at a time in a random
 * order. A token's row shares one squared-gradient sum, which keeps an epoch over 4,700 mails below half a second;
 * the head has one for each weight. Changes `weights` in place; returns the mean cross-entropy (nats) of the last
 * pass, measured before each update.
 */
export async function fineTune(
  weights: StaticWeights,
  {texts, targets}: {texts: readonly Uint32Array[]; targets: Uint16Array},
  settings: {epochs: number; tableRate: number; headRate: number},
  random: () => number,
  onEpoch?: (epoch: number, loss: number) => void
): Promise<number> {
  const {table, weight, bias} = weights;
  const classes = bias.length;
  const dimensions = weight.length / classes;
  const rowSquares = new Float64Array(table.length / dimensions).fill(1e-8);
  const weightSquares = new Float32Array(weight.length).fill(1e-6);
  const biasSquares = new Float32Array(classes).fill(1e-6);
  const mean = new Float32Array(dimensions);
  const gradient = new Float32Array(dimensions);
  const scores = new Float64Array(classes);
  let loss = 0;
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    loss = 0;
    for (const t of shuffled(texts.length, random)) {
      const rows = texts[t]!;
      const target = targets[t]!;
      meanOfRows(rows, table, mean);
      headScores(mean, weight, bias, scores);
      loss -= Math.log(Math.max(softmaxInPlace(scores, target), 1e-30));
      scores[target]! -= 1;
      gradient.fill(0);
      for (let c = 0; c < classes; c++) {
        const slope = scores[c]!;
        biasSquares[c]! += slope * slope;
        bias[c]! -= (settings.headRate * slope) / Math.sqrt(biasSquares[c]!);
        for (let d = 0, at = c * dimensions; d < dimensions; d++, at++) {
          gradient[d]! += slope * weight[at]!;
          const step = slope * mean[d]!;
          weightSquares[at]! += step * step;
          weight[at]! -= (settings.headRate * step) / Math.sqrt(weightSquares[at]!);
        }
      }
      updateRows(rows, gradient, table, rowSquares, settings.tableRate);
    }
    onEpoch?.(epoch, loss / texts.length);
    // Progress lines and signals get their turn.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return loss / texts.length;
}

/** Each occurrence of a token carries 1 / length of the mean's gradient. */
function updateRows(
  rows: Uint32Array,
  gradient: Float32Array,
  table: Float32Array,
  rowSquares: Float64Array,
  rate: number
): void {
  const dimensions = gradient.length;
  let meanSquare = 0;
  for (const value of gradient) meanSquare += value * value;
  meanSquare /= dimensions * rows.length * rows.length;
  for (const row of rows) {
    rowSquares[row]! += meanSquare;
    const step = rate / (rows.length * Math.sqrt(rowSquares[row]!));
    for (let d = 0, at = row * dimensions; d < dimensions; d++, at++) table[at]! -= step * gradient[d]!;
  }
}
