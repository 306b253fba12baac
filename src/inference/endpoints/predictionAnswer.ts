import {memberOf} from "../../base/validation/memberOf.js";
import type {Prediction} from "../../weights/models/types.js";
import type {Completion, CompletionRequest, Message, TokenLogprob, Usage} from "./types.js";

/** Number of tokens in a text. */
export type Tokenizer = (text: string) => number;

/** Runs of characters other than white space. */
export const wordCount: Tokenizer = (text) => {
  let words = 0;
  for (let i = 0, inside = false; i < text.length; i++) {
    const space = text.charCodeAt(i) <= 32 || text.charCodeAt(i) === 160;
    if (!space && !inside) words++;
    inside = !space;
  }
  return words;
};

/** The last user message; undefined when there is none. */
export function textToClassify(messages: readonly Message[]): string | undefined {
  return (
    messages.findLast((message) => message.role === "user" && message.content !== null)?.content ?? undefined
  );
}

export type PredictionAnswer = Pick<Completion, "text" | "finishReason"> & {
  usage: Usage;
  logprobs?: TokenLogprob[];
};

/**
 * A prediction as a completion of one token, its label. `logprobs: false` in the parameters leaves the probabilities out;
 * `top_logprobs` keeps that many of the best labels (equals by their text), all that the model gives by default.
 */
export function predictionAnswer(
  {label, logprobs}: Prediction,
  {messages, params}: Pick<CompletionRequest, "messages" | "params">,
  tokenizer: Tokenizer
): PredictionAnswer {
  const promptTokens = messages.reduce((sum, message) => sum + tokenizer(message.content ?? ""), 0);
  const usage = {promptTokens, completionTokens: tokenizer(label)};
  const logprob = memberOf(logprobs, label);
  if (params?.logprobs === false || logprob === undefined) return {text: label, finishReason: "stop", usage};
  const top = Object.entries(logprobs)
    .map(([token, value]) => ({token, logprob: value}))
    .sort((a, b) => b.logprob - a.logprob || (a.token < b.token ? -1 : 1))
    .slice(0, params?.top_logprobs ?? Infinity);
  return {
    text: label,
    finishReason: "stop",
    usage,
    logprobs: [{token: label, logprob, ...(top.length ? {top} : undefined)}]
  };
}
