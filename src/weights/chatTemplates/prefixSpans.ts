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
    const through = template.render(messages.slice(0, i + 1), context).text;
    const before =
      i === 0 ? beforeFirst(template, through, context) : promptOf(template, messages.slice(0, i), context);
    if (!through.startsWith(before) || !text.startsWith(through)) return undefined;
    spans.push([before.length, through.length]);
  }
  return spans;
}

const promptOf = (template: ChatTemplate, messages: readonly ChatMessage[], context: ChatContext) =>
  template.render(messages, {...context, addGenerationPrompt: true}).text;

/**
 * What stands before a conversation's first message, an assistant's. No prompt asks for it: with no message before, templates leave
 * out the system's words (SmolLM 2), the text's beginning (Llama 3) or the header (Zephyr). So the header is that of an answer.
 */
function beforeFirst(template: ChatTemplate, through: string, context: ChatContext): string {
  const question: ChatMessage[] = [{role: "user", content: "?"}];
  const asked = template.render(question, context).text;
  const prompt = promptOf(template, question, context);
  const header = prompt.startsWith(asked) ? prompt.slice(asked.length) : "";
  const at = header === "" ? -1 : through.indexOf(header);
  return at < 0 ? promptOf(template, [], context) : through.slice(0, at + header.length);
}
