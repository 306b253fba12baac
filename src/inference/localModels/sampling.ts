import {rng, type Rng} from "../../base/stats/rng.js";
import type {GenerationRequest} from "./request.js";

/** Chooses the next token from the logits of all. Same settings and logits, same choices. */
export class Sampler {
  private readonly random: Rng;
  private readonly temperature: number;
  private readonly topK: number;
  private readonly topP: number;
  private readonly minP: number;

  constructor({temperature = 1, topK = 0, topP = 1, minP = 0, seed = "0"}: GenerationRequest) {
    this.random = rng(seed, "generation");
    this.temperature = temperature;
    this.topK = topK;
    this.topP = topP;
    this.minP = minP;
  }

  /**
   * The likeliest token at temperature 0, the first of equals. Else a draw: logits are divided by the temperature, then
   * `topK`, `topP` and `minP` drop tokens in this order, as in transformers.
   */
  choose(logits: Float32Array): number {
    if (this.temperature <= 0) return argmax(logits);
    let kept = this.likeliest(logits);
    const best = logits[kept[0]!]!;
    let weights = kept.map((token) => Math.exp((logits[token]! - best) / this.temperature));
    const cut = (count: number) => {
      kept = kept.slice(0, count);
      weights = weights.slice(0, count);
    };
    if (this.topP < 1) {
      const wanted = this.topP * weights.reduce((sum, weight) => sum + weight, 0);
      let sum = 0;
      cut(weights.findIndex((weight) => (sum += weight) >= wanted) + 1 || weights.length);
    }
    if (this.minP > 0) {
      const first = weights.findIndex((weight) => weight < this.minP);
      if (first > 0) cut(first);
    }
    let left = this.random() * weights.reduce((sum, weight) => sum + weight, 0);
    const at = weights.findIndex((weight) => (left -= weight) < 0);
    return kept[at < 0 ? kept.length - 1 : at]!;
  }

  /** Tokens by falling logit; only as many as can be drawn. */
  private likeliest(logits: Float32Array): number[] {
    const best = logits[argmax(logits)]!;
    // e^-30 of the likeliest: nobody will ever see one drawn, and sorting a whole vocabulary costs milliseconds.
    const floor = best - 30 * this.temperature;
    const kept: number[] = [];
    for (let token = 0; token < logits.length; token++) if (logits[token]! >= floor) kept.push(token);
    kept.sort((a, b) => logits[b]! - logits[a]! || a - b);
    return this.topK > 0 ? kept.slice(0, this.topK) : kept;
  }
}

export function argmax(logits: Float32Array): number {
  let best = 0;
  for (let token = 1; token < logits.length; token++) if (logits[token]! > logits[best]!) best = token;
  return best;
}

/** What is taken off a logit to have the natural logarithm of its probability at temperature 1. */
export function logNormalizer(logits: Float32Array): number {
  const best = logits[argmax(logits)]!;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - best);
  return best + Math.log(sum);
}

/** Natural logarithms of the probabilities at temperature 1: the chosen token's, and those of the `count` likeliest. */
export function logprobsOf(
  logits: Float32Array,
  chosen: number,
  count: number
): {logprob: number; top: {token: number; logprob: number}[]} {
  const shift = logNormalizer(logits);
  const top: {token: number; logprob: number}[] = [];
  for (let token = 0; count > 0 && token < logits.length; token++) {
    const logprob = logits[token]! - shift;
    if (top.length === count && logprob <= top.at(-1)!.logprob) continue;
    const at = top.findIndex((one) => one.logprob < logprob);
    top.splice(at < 0 ? top.length : at, 0, {token, logprob});
    if (top.length > count) top.pop();
  }
  return {logprob: logits[chosen]! - shift, top};
}
