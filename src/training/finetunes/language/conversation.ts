import {
  type ApiMessage,
  type ChatContext,
  type ChatMessage,
  type ChatTemplate,
  forTemplate,
  prefixSpans,
  type TextSpan
} from "../../../weights/chatTemplates/index.js";
import {type TokenExample, IGNORED} from "../../trainer/index.js";
import {UserError} from "../../../base/validation/index.js";
import {tokensOfParts} from "./textParts.js";
import type {TextReader} from "./tokenizer.js";

/** What a row holds of a conversation. */
export interface Conversation {
  messages: readonly ApiMessage[];
  tools?: readonly unknown[];
  /** Put before messages that have no system message of their own. */
  system?: string;
}

/**
 * A conversation as the model's chat template writes it when it is asked, of which the assistant's messages are learned,
 * or all. Messages with `weight` 0 are not. Throws a UserError, or the template's error, where that cannot be told.
 */
export function conversationExample(
  reader: TextReader,
  {messages: given, tools, system}: Conversation,
  learn: "answers" | "all" = "answers"
): TokenExample {
  const {template} = reader;
  if (!template)
    throw new UserError(
      "the model has no chat template: use prompt and completion columns, or a model with one"
    );
  const messages = withSystem(given.map(forTemplate), system);
  const context = {variables: reader.special, tools: tools?.length ? tools : undefined};
  const {text} = template.render(messages, context);
  const {answers, ignored} = answerSpans(template, messages, context, learn);
  const isAll = learn === "all";
  const parts: string[] = [];
  let at = 0;
  for (const [from, to] of isAll ? ignored : answers) {
    parts.push(text.slice(at, from), text.slice(from, to));
    at = to;
  }
  parts.push(text.slice(at));
  const tokens = tokensOfParts(reader.encode, parts);
  return {
    ids: tokens.flat(),
    labels: tokens.flatMap((ids, i) => ((i % 2 === 1) !== isAll ? ids : ids.map(() => IGNORED)))
  };
}

function withSystem(messages: ChatMessage[], system: string | undefined): ChatMessage[] {
  return system === undefined || messages[0]?.role === "system"
    ? messages
    : [{role: "system", content: system}, ...messages];
}

/** Where the assistant's messages stand: those that are learned, and those of weight 0. */
function answerSpans(
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  context: ChatContext,
  learn: "answers" | "all"
): {answers: TextSpan[]; ignored: TextSpan[]} {
  const weights = messages.filter(({role}) => role === "assistant").map(({weight}) => weight);
  const isWeighted = weights.includes(0);
  if (learn === "all" && !isWeighted) return {answers: [], ignored: []};
  if (weights.every((weight) => weight === 0))
    throw new UserError(
      weights.length === 0
        ? "there is no message of the assistant"
        : "all messages of the assistant have weight 0"
    );
  const marked = template.render(messages, context).assistantSpans;
  const spans = marked ?? prefixSpans(template, messages, context);
  if (spans?.length === 0) throw new UserError("the model's chat template shows no message of the assistant");
  if (spans && isWeighted && spans.length !== weights.length)
    throw new UserError(
      "the model's chat template does not mark each message of the assistant once, so that those of weight 0 cannot be told"
    );
  if (spans)
    return {
      answers: spans.filter((_, i) => weights[i] !== 0),
      ignored: spans.filter((_, i) => weights[i] === 0)
    };
  const last = learn === "all" || weights.at(-1) === 0 ? undefined : lastSpan(template, messages, context);
  if (last) return {answers: [last], ignored: []};
  throw new UserError(
    isWeighted
      ? "the model's chat template rewrites earlier turns, so the assistant's messages of weight 0 cannot be told"
      : "the model's chat template rewrites earlier turns, so the assistant's words cannot be told: learn: \"all\" takes the whole text"
  );
}

/** Of a template that rewrites earlier turns the last answer is still what follows the prompt for it. */
function lastSpan(
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  context: ChatContext
): TextSpan | undefined {
  if (messages.at(-1)?.role !== "assistant") return undefined;
  const {text} = template.render(messages, context);
  const before = template.render(messages.slice(0, -1), {...context, addGenerationPrompt: true}).text;
  return text.startsWith(before) ? [before.length, text.length] : undefined;
}
