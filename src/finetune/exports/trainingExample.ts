import type {Row} from "../../store/index.js";
import {type ChatColumns, chatExample} from "./chatExample.js";

export interface TrainingMessage {
  role: string;
  content?: unknown;
  [name: string]: unknown;
}

/** What a row teaches: a conversation with its answer, or two answers of which one is preferred. */
export type TrainingExample =
  | {id: string; kind: "chat"; messages: unknown; tools?: unknown}
  | {id: string; kind: "preference"; prompt: unknown; chosen: unknown; rejected: unknown};

/** Columns of a preference dataset: what is asked (text or messages), the better answer, the worse one. */
export interface PreferenceColumns {
  prompt: string;
  chosen: string;
  rejected: string;
  system?: string;
}

export function chatTrainingExample(row: Row, columns: ChatColumns): TrainingExample {
  return {id: row.id, kind: "chat", ...chatExample(row, columns)};
}

/** Answers are text or messages; of messages the last is the answer. */
export function preferenceExample(
  row: Row,
  {prompt, chosen, rejected, system}: PreferenceColumns
): TrainingExample {
  const asked = messagesOf(row[prompt], "user");
  return {
    id: row.id,
    kind: "preference",
    prompt: system === undefined ? asked : asked && [{role: "system", content: system}, ...asked],
    chosen: messagesOf(row[chosen], "assistant")?.at(-1),
    rejected: messagesOf(row[rejected], "assistant")?.at(-1)
  };
}

/** A column as messages: those that it holds, as a list or its JSON, or its text as one message of `role`. Undefined when it is empty. */
export function messagesOf(value: unknown, role: string): TrainingMessage[] | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  if (Array.isArray(value)) return value as TrainingMessage[];
  if (typeof value !== "string") return [{role, content: JSON.stringify(value)}];
  if (value.startsWith("[")) {
    try {
      const parsed: unknown = JSON.parse(value);
      if (areMessages(parsed)) return parsed;
    } catch {
      // Text that begins with a bracket is text.
    }
  }
  return [{role, content: value}];
}

const ROLES = new Set(["system", "developer", "user", "assistant", "tool", "function"]);

/** Whether a value is a list of messages. A list of other objects, such as people with their roles, is not. */
export function areMessages(value: unknown): value is TrainingMessage[] {
  return Array.isArray(value) && value.length > 0 && (value as unknown[]).every(isMessage);
}

function isMessage(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const {role, ...rest} = value as TrainingMessage;
  return ROLES.has(role) && ["content", "tool_calls", "function_call"].some((name) => name in rest);
}

/** The messages of an example in order, the preferred answer last. */
export function messagesIn(example: TrainingExample): TrainingMessage[] {
  const all = example.kind === "chat" ? example.messages : [...listOf(example.prompt), example.chosen];
  return listOf(all);
}

export function listOf(value: unknown): TrainingMessage[] {
  return Array.isArray(value)
    ? value.filter((one): one is TrainingMessage => typeof one === "object" && one !== null)
    : [];
}

/** Whether a user says something: a system message alone asks nothing. */
export function asksSomething(prompt: unknown): boolean {
  return listOf(prompt).some(({role}) => role === "user");
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
