/** Class scores of a dense vector: `weight` is [classes × dimensions]. Writes into `scores` when given. */
export function headScores(
  vector: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  scores = new Float64Array(bias.length)
): Float64Array {
  const dimensions = vector.length;
  for (let c = 0; c < bias.length; c++) {
    let sum = bias[c]!;
    for (let d = 0, at = c * dimensions; d < dimensions; d++, at++) sum += weight[at]! * vector[d]!;
    scores[c] = sum;
  }
  return scores;
}
