import type {Row} from "../../../base/store/index.js";
import {type ChatColumns, chatExample, toolsWith} from "./chatExample.js";
import {messagesOf, type TrainingMessage} from "./messages.js";

/** What a row teaches: a conversation with its answer, two answers of which one is preferred, or one that is marked good or bad. */
export type TrainingExample = {id: string; tools?: unknown} & (
  | {kind: "chat"; messages: unknown}
  | {kind: "preference"; prompt: unknown; chosen: unknown; rejected: unknown}
  | {kind: "kto"; prompt: unknown; completion: unknown; good: unknown}
);

/** Columns of a preference dataset: what is asked (text or messages), the better answer, the worse one. */
export interface PreferenceColumns {
  prompt: string;
  chosen: string;
  rejected: string;
  system?: string;
}

/** A row's columns as a conversation to train on. */
export function chatTrainingExample(row: Row, columns: ChatColumns): TrainingExample {
  return {id: row.id, kind: "chat", ...chatExample(row, columns)};
}

/** Answers are text or messages; of messages the last is the answer. */
export function preferenceExample(
  row: Row,
  {prompt, chosen, rejected, system}: PreferenceColumns
): TrainingExample {
  return {
    id: row.id,
    kind: "preference",
    prompt: askedIn(row[prompt], system),
    chosen: messagesOf(row[chosen], "assistant")?.at(-1),
    rejected: messagesOf(row[rejected], "assistant")?.at(-1),
    tools: toolsWith([row[prompt], row[chosen], row[rejected]], row.tools)
  };
}

/** An answer that is marked good or bad: answers are text or messages, of which the last is the answer. */
export function ktoExample(
  row: Row,
  {prompt, completion, good, system}: {prompt: string; completion: string; good: string; system?: string}
): TrainingExample {
  return {
    id: row.id,
    kind: "kto",
    prompt: askedIn(row[prompt], system),
    completion: messagesOf(row[completion], "assistant")?.at(-1),
    good: row[good],
    tools: toolsWith([row[prompt], row[completion]], row.tools)
  };
}

function askedIn(prompt: unknown, system: string | undefined) {
  const asked = messagesOf(prompt, "user");
  return system === undefined ? asked : asked && [{role: "system", content: system}, ...asked];
}

/** The messages of an example in order, the preferred answer last. */
export function messagesIn(example: TrainingExample): TrainingMessage[] {
  if (example.kind === "chat") return messageList(example.messages);
  const answer = example.kind === "kto" ? example.completion : example.chosen;
  return messageList([...messageList(example.prompt), answer]);
}

export function messageList(value: unknown): TrainingMessage[] {
  return Array.isArray(value)
    ? value.filter((one): one is TrainingMessage => typeof one === "object" && one !== null)
    : [];
}

/** Whether a user says something: a system message alone asks nothing. */
export function asksSomething(prompt: unknown): boolean {
  return messageList(prompt).some(({role}) => role === "user");
}

/** What an example's users say. A system message that a whole set shares is no part of it. */
export function questionOf(example: TrainingExample): string {
  const users = messagesIn(example).filter(({role}) => role === "user");
  return users.map(contentOf).join("\n");
}

/** The text of a message: its content, or the text parts of it. */
export function contentOf({content}: TrainingMessage): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => ((part as {text?: unknown})?.text as string | undefined) ?? "").join("\n");
}
