import {
  type PreferencePair,
  type TokenExample,
  type TrainingJob,
  withMismatched
} from "../../trainer/index.js";
import type {FinetuneDefinition} from "./definition.js";
import type {PreparedAnswer, PreparedRows} from "./prepare.js";

export type PreparedItem = TokenExample | PreferencePair | PreparedAnswer;

interface DataOptions {
  seed: number | string;
  /** Most tokens of a row. */
  length: number;
}

/** The prepared rows of both parts as the trainer learns them. */
export function trainingData(
  {format, preference = {}}: Pick<FinetuneDefinition, "format" | "preference">,
  train: readonly PreparedItem[],
  validation: readonly PreparedItem[],
  {seed, length}: DataOptions
): TrainingJob["data"] {
  const {loss = "sigmoid", beta = 0.1, labelSmoothing, sft, goodWeight = 1, badWeight = 1} = preference;
  switch (format) {
    case "preference":
      return {
        kind: "pairs",
        train: train as PreferencePair[],
        validation: validation as PreferencePair[],
        preference: {
          beta,
          labelSmoothing,
          losses: [{loss, weight: 1}, ...(sft ? [{loss: "sft" as const, weight: sft}] : [])]
        }
      };
    case "kto": {
      const marked = (items: readonly PreparedItem[]) =>
        withMismatched(items as readonly PreparedAnswer[], seed, length);
      return {
        kind: "marked",
        train: marked(train),
        validation: marked(validation),
        kto: {beta, goodWeight, badWeight}
      };
    }
    default:
      return {kind: "examples", train: train as TokenExample[], validation: validation as TokenExample[]};
  }
}

/** The most by which good answers may outweigh bad ones, as TRL advises after the paper; the least is 1. */
const MOST_GOOD = 4 / 3;

/**
 * What is to be said of the balance of marked answers: the paper wants good ones, by count and weight, to be 1 to 4/3 times
 * the bad ones (https://arxiv.org/abs/2402.01306). Undefined where they are.
 */
export function unbalanced(
  {preference = {}}: Pick<FinetuneDefinition, "preference">,
  {good, items}: Pick<PreparedRows<unknown>, "good" | "items">
): string | undefined {
  if (good === undefined) return undefined;
  const bad = items.length - good;
  const counted = `${good} answers are good and ${bad} bad`;
  if (good === 0 || bad === 0) return `${counted}: there is nothing to tell apart.`;
  const {goodWeight = 1, badWeight = 1} = preference;
  const share = (good * goodWeight) / (bad * badWeight);
  if (share >= 1 && share <= MOST_GOOD) return undefined;
  const advice =
    share < 1
      ? `goodWeight: ${upTo(goodWeight / share)}`
      : `badWeight: ${upTo((badWeight * share) / MOST_GOOD)}`;
  return `${counted}. The weights of good ones should add up to 1 to 1.33 times those of bad ones: \`preference: {${advice}}\`.`;
}

/** In hundredths, rounded up, so that the bound is kept. */
const upTo = (value: number) => Math.ceil(100 * value - 1e-9) / 100;
