import {isObject, type JsonObject, objectsOf} from "./json.js";

/** The text of a chat message: its content, or the text parts of it, one below the other. */
export function messageText(message: JsonObject): string {
  const {content} = message;
  if (typeof content === "string") return content;
  return objectsOf(content)
    .map((part) => part.text ?? part.content)
    .filter((text): text is string => typeof text === "string")
    .join("\n");
}

/** The text of an answer; undefined where there is none, as in a call of tools alone. */
export function messageAnswer(message: JsonObject): string | undefined {
  const text = messageText(message);
  const told = typeof message.content === "string" && toolCalls(message) === undefined;
  return text === "" && !told ? undefined : text;
}

/** The calls of tools in an answer, as JSON; undefined where there are none. */
export function toolCalls({tool_calls, function_call}: JsonObject): string | undefined {
  // OpenAI's form before there were several calls.
  const calls = isObject(function_call) ? [function_call] : objectsOf(tool_calls);
  return calls.length > 0 ? JSON.stringify(calls) : undefined;
}

/** Roles of what follows a question: an answer, or what a tool gave, which still waits for one. */
const FOLLOWING = ["assistant", "tool", "function"];

/** What was asked last and the answer to it, where the messages hold one. */
export function lastExchange(messages: readonly JsonObject[]): {
  input?: string;
  answer?: JsonObject;
  system?: string;
} {
  const asked = messages.findLastIndex(({role}) => role === "user");
  const user = messages[asked];
  const system = messages.findLast(({role}) => role === "system");
  const last = messages.slice(asked + 1).findLast(({role}) => FOLLOWING.includes(String(role)));
  return {
    input: user ? messageText(user) : undefined,
    answer: last?.role === "assistant" ? last : undefined,
    system: system ? messageText(system) : undefined
  };
}

/** Text of a prompt that is either text or a list of messages. */
export function promptText(prompt: unknown): string | undefined {
  if (typeof prompt === "string") return prompt;
  const messages = objectsOf(prompt);
  const asked = messages.findLast((message) => message.role === "user") ?? messages.at(-1);
  return isObject(asked) ? messageText(asked) : undefined;
}
