import {headScores} from "../../weights/models/headScores.js";
import {softmaxInPlace} from "./logisticRegression.js";
import {shuffled} from "./random.js";

export interface DenseFit {
  /** [classes × dimensions]. */
  weight: Float32Array;
  bias: Float32Array;
  /** Mean cross-entropy in nats over the last pass, measured before each update. */
  loss: number;
}

/** A softmax head on dense vectors, by AdaGrad, one row at a time in a random order. */
export function fitHead(
  vectors: readonly Float32Array[],
  targets: Uint16Array,
  classes: number,
  settings: {epochs: number; rate: number; l2: number},
  random: () => number
): DenseFit {
  const dimensions = vectors[0]?.length ?? 0;
  const weight = new Float32Array(classes * dimensions);
  const squares = new Float32Array(weight.length).fill(1e-6);
  const bias = new Float32Array(classes);
  const biasSquares = new Float32Array(classes).fill(1e-6);
  const scores = new Float64Array(classes);
  let loss = 0;
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    loss = 0;
    for (const r of shuffled(vectors.length, random)) {
      const vector = vectors[r]!;
      const target = targets[r]!;
      headScores(vector, weight, bias, scores);
      loss -= Math.log(Math.max(softmaxInPlace(scores, target), 1e-30));
      scores[target]! -= 1;
      for (let c = 0; c < classes; c++) {
        const slope = scores[c]!;
        biasSquares[c]! += slope * slope;
        bias[c]! -= (settings.rate * slope) / Math.sqrt(biasSquares[c]!);
        for (let d = 0, at = c * dimensions; d < dimensions; d++, at++) {
          const gradient = slope * vector[d]! + settings.l2 * weight[at]!;
          squares[at]! += gradient * gradient;
          weight[at]! -= (settings.rate * gradient) / Math.sqrt(squares[at]!);
        }
      }
    }
  }
  return {weight, bias, loss: loss / vectors.length};
}
