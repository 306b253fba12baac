import type {Prediction} from "./types.js";

/** Natural logarithms of the softmax of `scores[offset … offset + count)`; exact for large scores. */
export function logSoftmax(scores: ArrayLike<number>, offset = 0, count = scores.length): number[] {
  let max = -Infinity;
  for (let i = 0; i < count; i++) max = Math.max(max, scores[offset + i]!);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(scores[offset + i]! - max);
  const log = max + Math.log(sum);
  return Array.from({length: count}, (_, i) => scores[offset + i]! - log);
}

/** The likeliest label (the first of equals) and all log probabilities. */
export function toPrediction(labels: readonly string[], logprobs: readonly number[]): Prediction {
  let best = 0;
  for (let i = 1; i < labels.length; i++) if (logprobs[i]! > logprobs[best]!) best = i;
  return {
    label: labels[best]!,
    logprobs: Object.fromEntries(labels.map((label, i) => [label, logprobs[i]!]))
  };
}
