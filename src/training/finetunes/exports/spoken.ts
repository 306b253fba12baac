import {withText} from "./messageForms.js";
import type {TrainingMessage} from "./messages.js";
import {contentOf} from "./trainingExample.js";

/** A refusal's words as the content: OpenAI's form alone has another place for them. */
export function withWords(message: TrainingMessage): TrainingMessage {
  const {refusal, ...rest} = message;
  return typeof refusal === "string" && !contentOf(rest).trim() ? {...rest, content: refusal} : message;
}

export const callsTools = ({tool_calls: calls}: TrainingMessage): boolean =>
  Array.isArray(calls) && calls.length > 0;

/** Whether a chat template would write all of a message: an answer says something or calls a tool, and has no members that templates pass over. */
export function isWritten(message: TrainingMessage): boolean {
  if (message.function_call || message.refusal) return false;
  return message.role !== "assistant" || callsTools(message) || contentOf(message).trim() !== "";
}

/** The text of a message that is text alone; undefined when it has other parts, calls something, or is an answer without text. */
export function textAlone(message: TrainingMessage): string | undefined {
  const own = withText(withWords(message));
  return isWritten(own) && !callsTools(own) && typeof own.content === "string" ? own.content : undefined;
}
