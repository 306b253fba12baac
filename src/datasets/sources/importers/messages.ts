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

/** What was asked last and what was answered to it; the messages before them as they are. */
export function lastExchange(messages: readonly JsonObject[]): {
  input?: string;
  output?: string;
  system?: string;
} {
  const last = (role: string) => messages.findLast((message) => message.role === role);
  const [user, assistant, system] = ["user", "assistant", "system"].map(last);
  return {
    input: user ? messageText(user) : undefined,
    output: assistant ? messageText(assistant) : undefined,
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
