import type {ChatTemplate} from "./chatTemplate.js";
import type {ChatContext, ChatMessage, TextSpan} from "./types.js";

/**
 * The spans of the assistant's messages in the rendered conversation, for templates without generation markers: from
 * the end of the prompt that asks for a message to the end of that message. Undefined where the conversation up to a
 * message is not the beginning of the whole: such a template rewrites earlier turns (Qwen 3 drops their reasoning),
 * and no span says what the model wrote.
 */
export function prefixSpans(
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  context: ChatContext = {}
): TextSpan[] | undefined {
  const {text} = template.render(messages, context);
  const spans: TextSpan[] = [];
  for (const [i, {role}] of messages.entries()) {
    if (role !== "assistant") continue;
    const before = template.render(messages.slice(0, i), {...context, addGenerationPrompt: true}).text;
    const through = template.render(messages.slice(0, i + 1), context).text;
    if (!through.startsWith(before) || !text.startsWith(through)) return undefined;
    spans.push([before.length, through.length]);
  }
  return spans;
}
