import {contentOf, messageList, messagesIn, type TrainingExample} from "./trainingExample.js";
import type {TrainingMessage} from "./messages.js";

/** Counts the tokens of a conversation and of the tools it may call. */
export type TokenCount = (messages: readonly TrainingMessage[], tools: unknown) => number;

export interface ExampleTokens {
  /** Of what is learned from at once, which limits are held against: of a pair the question with the longer answer. */
  longest: number;
  /** Of all that is in the example: of a pair the question with both answers. */
  all: number;
}

/**
 * Tokens of a conversation by OpenAI's rule of thumb: 3 a message and 3 an example, and a token for four characters. Calls
 * and tools count as their JSON.
 */
export const estimatedCount: TokenCount = (messages, tools) =>
  messages.reduce((sum, one) => sum + 3 + quarter(countedText(one)), 3 + quarter(jsonOrEmpty(tools)));

/** Tokens of an example by OpenAI's rule of thumb: 3 a message and 3 an example, and a token for four characters. */
export function estimatedTokens(example: TrainingExample): number {
  return exampleTokens(example, estimatedCount).all;
}

/** The tokens of an example, by the count of a conversation. */
export function exampleTokens(example: TrainingExample, count: TokenCount): ExampleTokens {
  if (example.kind !== "preference") {
    const all = count(messagesIn(example), example.tools);
    return {longest: all, all};
  }
  const asked = messageList(example.prompt);
  const [better, worse] = [example.chosen, example.rejected].map((answer) =>
    count([...asked, ...messageList([answer])], undefined)
  ) as [number, number];
  return {longest: Math.max(better, worse), all: better + worse - count(asked, undefined)};
}

const quarter = (text: string) => Math.ceil(text.length / 4);

function countedText(message: TrainingMessage): string {
  const {refusal, tool_calls: calls, function_call: call} = message;
  const refused = typeof refusal === "string" ? refusal : "";
  return contentOf(message) + refused + jsonOrEmpty(calls) + jsonOrEmpty(call);
}

const jsonOrEmpty = (value: unknown) => (value === undefined || value === null ? "" : JSON.stringify(value));
