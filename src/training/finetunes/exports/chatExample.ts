import type {Row} from "../../../base/store/index.js";
import {areMessages, messagesOf, type TrainingMessage} from "./messages.js";
import {isObject} from "../../../base/validation/isObject.js";

/** One line of a chat fine-tuning file. */
export interface ChatExample {
  messages: unknown;
  tools?: unknown;
}

/** Where an example's messages stand in a row: in one column, or one column each for what is asked and answered. */
export type ChatColumns =
  {messages: string; tools?: string} | {prompt: string; completion: string; system?: string; tools?: string};

/**
 * The example a row makes. Messages are a list of structures or its JSON; of structures, members that are null are left
 * out, as a table has them for what a message lacks. A prompt or completion is text or messages, of which the last is
 * the answer; one that is missing is a message without content: `checkChatExample` says so.
 * @param columns `system` is the text of a system message, the same for all rows; `tools` go with messages
 */
export function chatExample(row: Row, columns: ChatColumns): ChatExample {
  if ("messages" in columns) {
    const value = jsonValue(row[columns.messages]);
    const inner = isObject(value) ? value : {messages: value};
    const tools = columns.tools === undefined ? inner.tools : jsonValue(row[columns.tools]);
    return {
      messages: inner.messages,
      tools: tools === undefined || tools === null ? undefined : tools
    };
  }
  const {prompt, completion, system, tools} = columns;
  return {
    messages: [
      ...(system === undefined ? [] : [{role: "system", content: system}]),
      ...turnsIn(row[prompt], "user"),
      turnsIn(row[completion], "assistant").at(-1)
    ],
    tools: tools === undefined ? undefined : toolsWith([row[prompt], row[completion]], row[tools])
  };
}

/** The tools of a row where one of its columns holds messages; undefined where they are no list of tools. */
export function toolsWith(columns: readonly unknown[], given: unknown): object[] | undefined {
  const hold = columns.some((value) => areMessages(messagesOf(withoutNulls(value), "") ?? []));
  const tools = hold ? jsonValue(given) : undefined;
  return Array.isArray(tools) && tools.length > 0 && tools.every(isObject) ? tools : undefined;
}

/** The messages that a column holds, or its text as one. */
function turnsIn(value: unknown, role: string): TrainingMessage[] {
  const messages = messagesOf(withoutNulls(value), role);
  return areMessages(messages) ? messages : [{role, content: exampleCellText(value)}];
}

/** A value as text: numbers and booleans as JSON writes them; undefined for none. */
export function exampleCellText(value: unknown): string | undefined {
  return value === null || value === undefined
    ? undefined
    : typeof value === "string"
      ? value
      : JSON.stringify(value);
}

function jsonValue(value: unknown): unknown {
  if (typeof value !== "string") return withoutNulls(value);
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** A structure without the members that are null, at every depth. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)])
  );
}
