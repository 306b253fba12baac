import {isObject} from "../../../base/validation/isObject.js";
export type ChatProblem =
  | "data_type"
  | "missing_messages_list"
  | "message_missing_key"
  | "message_unrecognized_key"
  | "unrecognized_role"
  | "missing_content"
  | "invalid_weight"
  | "invalid_tools"
  | "example_missing_assistant_message";

export type ChatWarning = "no_system_message" | "no_user_message" | "nothing_to_learn";

export interface CheckedChatExample {
  /** Why a provider would turn the line down, each once; empty when it would not. */
  problems: ChatProblem[];
  warnings: ChatWarning[];
}

const ROLES = new Set(["system", "developer", "user", "assistant", "tool", "function"]);
const KEYS = new Set([
  "role",
  "content",
  "name",
  "weight",
  "tool_calls",
  "tool_call_id",
  "function_call",
  "refusal"
]);

/**
 * Checks a line of a chat fine-tuning file against the API's schema, tool calls and lists of content parts included.
 * Problems have the names that OpenAI's cookbook gives them, where it has one.
 */
export function checkChatExample(line: unknown): CheckedChatExample {
  if (!isObject(line)) return {problems: ["data_type"], warnings: []};
  const {messages, tools} = line;
  if (!Array.isArray(messages) || messages.length === 0)
    return {problems: ["missing_messages_list"], warnings: []};
  const problems = new Set<ChatProblem>();
  for (const message of messages) for (const problem of messageProblems(message)) problems.add(problem);
  if (tools !== undefined && !(Array.isArray(tools) && tools.every(isObject))) problems.add("invalid_tools");
  const known = messages.filter(isObject);
  const answers = known.filter(({role}) => role === "assistant");
  if (answers.length === 0) problems.add("example_missing_assistant_message");
  const has = (...roles: string[]) => known.some(({role}) => roles.includes(role as string));
  return {
    problems: [...problems],
    warnings: [
      ...(has("system", "developer") ? [] : (["no_system_message"] as const)),
      ...(has("user") ? [] : (["no_user_message"] as const)),
      ...(answers.length > 0 && answers.every(({weight}) => weight === 0)
        ? (["nothing_to_learn"] as const)
        : [])
    ]
  };
}

function* messageProblems(message: unknown): Generator<ChatProblem> {
  if (!isObject(message)) return yield "data_type";
  const {role, content, weight, tool_calls: calls, function_call: call, tool_call_id: answers} = message;
  const called = role === "assistant" && (isObject(call) || (Array.isArray(calls) && calls.length > 0));
  const refused = role === "assistant" && typeof message.refusal === "string";
  if (role === undefined || (content === undefined && !called && !refused)) yield "message_missing_key";
  else if (!called && !refused && !isContent(content)) yield "missing_content";
  if (role === "tool" && typeof answers !== "string") yield "message_missing_key";
  if (Object.keys(message).some((key) => !KEYS.has(key))) yield "message_unrecognized_key";
  if (role !== undefined && !ROLES.has(role as string)) yield "unrecognized_role";
  if (weight !== undefined && !(role === "assistant" && (weight === 0 || weight === 1)))
    yield "invalid_weight";
}

function isContent(content: unknown): boolean {
  if (typeof content === "string") return content !== "";
  return (
    Array.isArray(content) &&
    content.length > 0 &&
    content.every((part) => isObject(part) && typeof part.type === "string")
  );
}
